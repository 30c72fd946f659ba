/**
 * The MOCK integration, as CDK writes it for CORS preflight requests: the request template must give a status, and the
 * integration response gives status, headers and body.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html
 */
import { render } from 'velocityjs';
import { isRecord } from '../json';
import type { MockIntegration } from '../template/deployment';
import {
  buildRequestContext,
  type GatewayRequest,
  groupHeaders,
  groupQuery,
  type HeaderList,
  headerValue,
  lastValues,
  mediaType,
  type RoutedRequest,
  withoutHeader,
} from './request';
import { type HttpResponse, internalServerError, mapHeaders } from './responses';

const jsonType = 'application/json';

export function answerMock(routed: RoutedRequest, integration: MockIntegration): HttpResponse {
  const { api, request, route } = routed;
  const requestTemplate = findTemplate(integration.requestTemplates, request, 'Content-Type');
  const requestText =
    requestTemplate === undefined ? routed.body.toString() : renderTemplate(requestTemplate, routed).text;
  // AWS does not require strict JSON here.
  if (!/["']?statusCode["']?\s*:\s*\d/.test(requestText)) throw internalServerError(500);

  const template =
    findTemplate(integration.responseTemplates, request, 'Accept') ??
    integration.responseTemplates.get(jsonType);
  const { text, headers, status } = template === undefined ? nothing : renderTemplate(template, routed);
  const mapped: HeaderList = [
    ['Content-Type', jsonType],
    ...mapHeaders(integration.headers, request.headers, buildRequestContext(api, request, route)),
  ];
  return {
    status: status ?? integration.statusCode,
    headers: [...headers.reduce((list, [name]) => withoutHeader(list, name), mapped), ...headers],
    body: Buffer.from(text),
  };
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/integration-passthrough-behaviors.html */
function findTemplate(
  templates: ReadonlyMap<string, string>,
  request: GatewayRequest,
  header: 'Accept' | 'Content-Type',
): string | undefined {
  return templates.get(mediaType(headerValue(request.headers, header) ?? jsonType));
}

// Mapping templates: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html

interface Rendered {
  readonly text: string;
  /** `$context.responseOverride.header`, as the template sets it. */
  readonly headers: HeaderList;
  /** `$context.responseOverride.status`, as the template sets it. */
  readonly status?: number;
}

const nothing: Rendered = { text: '', headers: [] };

/** Knows what the loader accepts: `$input.params`, `$context` and its overrides. */
function renderTemplate(template: string, { api, request, route }: RoutedRequest): Rendered {
  const override: Record<string, unknown> = { header: {} };
  const parameters = {
    path: new ParameterMap(Object.entries(route.pathParameters)),
    querystring: new ParameterMap(Object.entries(lastValues(groupQuery(request)))),
    header: new ParameterMap(Object.entries(lastValues(groupHeaders(request.headers)))),
  };
  const findParameter = (name: string): string =>
    Object.values(parameters)
      .find((values) => values.has(name))
      ?.get(name) ?? '';
  const text = render(template, {
    input: { params: (name?: string) => (name === undefined ? parameters : findParameter(name)) },
    context: { ...buildRequestContext(api, request, route), responseOverride: override },
  });
  const { header } = override;
  const status = Number(override['status']);
  const headers = Object.entries(isRecord(header) ? header : {});
  return {
    text,
    headers: headers.map(([name, value]) => [name, String(value)]),
    ...(Number.isInteger(status) && status >= 100 && status <= 599 ? { status } : {}),
  };
}

/** In a template, a parameter that was not sent is the empty text, not null. */
class ParameterMap extends Map<string, string> {
  override get(name: string): string {
    return super.get(name) ?? '';
  }
}
