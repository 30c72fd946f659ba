/**
 * The MOCK integration, with which CDK answers CORS preflight requests: a request template that says a status,
 * and the integration response for that status.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html
 */
import type { MockIntegration, MockResponse } from '../template/deployment';
import type { Answer } from './answer';
import { mappedHeaders } from './context-variables';
import { type Exchange, requestContextOf } from './exchange';
import { GatewayFailure, internalServerError } from './gateway-failure';
import { type HeaderList, headerValue, withoutHeader } from './headers';
import { mediaTypeOf } from './media-types';
import { type Rendered, renderTemplate } from './velocity';

const jsonType = 'application/json';

export function answerMock(exchange: Exchange, integration: MockIntegration): Answer {
  const status = mockStatus(exchange, integration);
  const response = responseFor(String(status), integration.responses);
  const template = templateFor(response, exchange);
  const rendered = template === undefined ? { text: '', headers: [] } : renderTemplate(template, exchange);
  return answerOf(exchange, response, rendered);
}

/** The status that the request template gives; the template's output is JSON only by courtesy. */
function mockStatus(exchange: Exchange, integration: MockIntegration): number {
  const template = requestTemplate(exchange, integration);
  const text = template === undefined ? exchange.body.toString() : renderTemplate(template, exchange).text;
  const status = /["']?statusCode["']?\s*:\s*(\d+)/.exec(text)?.[1];
  if (status === undefined) throw internalServerError(500);
  return Number(status);
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/integration-passthrough-behaviors.html */
function requestTemplate({ request }: Exchange, integration: MockIntegration): string | undefined {
  const { passthrough, requestTemplates } = integration;
  const template = requestTemplates.get(
    mediaTypeOf(headerValue(request.headers, 'Content-Type') ?? jsonType),
  );
  const isPassedThrough =
    passthrough === 'WHEN_NO_MATCH' || (passthrough === 'WHEN_NO_TEMPLATES' && requestTemplates.size === 0);
  if (template !== undefined || isPassedThrough) return template;
  throw new GatewayFailure('UNSUPPORTED_MEDIA_TYPE', { message: 'Unsupported Media Type' });
}

/** The first whose pattern matches the status, else the one without a pattern. */
function responseFor(status: string, responses: readonly MockResponse[]): MockResponse {
  const found =
    responses.find(({ selectionPattern }) => selectionPattern?.test(status)) ??
    responses.find(({ selectionPattern }) => selectionPattern === undefined);
  if (found !== undefined) return found;
  throw new GatewayFailure('API_CONFIGURATION_ERROR', { message: 'Internal server error' });
}

function templateFor({ templates }: MockResponse, { request }: Exchange): string | undefined {
  return (
    templates.get(mediaTypeOf(headerValue(request.headers, 'Accept') ?? jsonType)) ?? templates.get(jsonType)
  );
}

function answerOf(exchange: Exchange, response: MockResponse, rendered: Rendered): Answer {
  const { api, request, route } = exchange;
  const variables = requestContextOf(api, request, route);
  const mapped: HeaderList = [
    ['Content-Type', jsonType],
    ...mappedHeaders(response.headers, request.headers, variables),
  ];
  const kept = rendered.headers.reduce((list, [name]) => withoutHeader(list, name), mapped);
  return {
    status: rendered.status ?? response.statusCode,
    headers: [...kept, ...rendered.headers],
    body: Buffer.from(rendered.text),
  };
}
