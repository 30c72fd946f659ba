/** What API Gateway does between a client and the functions, for requests that fit a route: authorizer, its answer, endpoint. */
import type { APIGatewayProxyEvent, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { type EndpointName, routes } from '../../functions/endpoints';
import type { System } from './system';

export interface GatewayRequest {
  readonly endpoint: EndpointName;
  readonly token?: string;
  readonly id?: string;
  readonly keep?: string;
  readonly body?: object;
}

export interface GatewayReply {
  readonly status: number;
  readonly body: any;
  /** The seconds of Token-Expires-In. */
  readonly tokenExpiresIn: string | undefined;
}

let requests = 0;

export async function send(system: System, request: GatewayRequest): Promise<GatewayReply> {
  const event = eventOf(request);
  if (routes[request.endpoint].access === 'public') return invoke(system, request.endpoint, event);
  const verdict = await system
    .authorizer(event as unknown as APIGatewayRequestAuthorizerEvent)
    .catch(() => undefined);
  if (!verdict) return refuse(503, 'Service temporarily unavailable.');
  const { policyDocument } = verdict;
  const context = verdict.context ?? {};
  const isAllowed = policyDocument.Statement.every(({ Effect }) => Effect === 'Allow');
  if (!isAllowed) return refuse(401, String(context['detail']));
  const authorizer = Object.fromEntries(
    Object.entries(context).map(([name, value]) => [name, String(value)]),
  );
  return invoke(system, request.endpoint, {
    ...event,
    requestContext: { ...event.requestContext, authorizer },
  });
}

const refuse = (status: number, detail: string): GatewayReply => ({
  status,
  body: { detail },
  tokenExpiresIn: undefined,
});

async function invoke(
  system: System,
  endpoint: EndpointName,
  event: APIGatewayProxyEvent,
): Promise<GatewayReply> {
  const { statusCode, body, headers } = await system.handlers.get(endpoint)!(event);
  const expiresIn = headers?.['Token-Expires-In'];
  return {
    status: statusCode,
    body: body === '' ? undefined : JSON.parse(body),
    tokenExpiresIn: expiresIn === undefined ? undefined : String(expiresIn),
  };
}

function eventOf({ endpoint, token, id, keep, body }: GatewayRequest): APIGatewayProxyEvent {
  const {
    methods: [method],
    path,
  } = routes[endpoint];
  requests += 1;
  const event = {
    type: 'REQUEST',
    methodArn: `arn:aws:execute-api:us-east-1:123456789012:api/v1/${method}${path}/`,
    resource: path,
    httpMethod: method,
    headers: {
      'Content-Type': 'application/json',
      'User-Agent': 'Model/1.0',
      ...(token === undefined ? {} : { Authorization: `Token ${token}` }),
    },
    pathParameters: id === undefined ? null : { id },
    multiValueQueryStringParameters: keep === undefined ? null : { keep: [keep] },
    body: body === undefined ? null : JSON.stringify(body),
    isBase64Encoded: false,
    requestContext: { requestId: `request-${requests}`, identity: { sourceIp: '203.0.113.7' } },
  };
  return event as unknown as APIGatewayProxyEvent;
}
