/** API Gateway events as the functions read them: only the members that matter to a test are given. */
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';

interface EventParts {
  readonly httpMethod?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
  readonly authorizer?: Record<string, unknown> | null;
  readonly pathParameters?: Record<string, string> | null;
}

export function proxyEvent(parts: EventParts = {}): APIGatewayProxyEvent {
  const {
    httpMethod = 'POST',
    headers = {},
    body = null,
    isBase64Encoded = false,
    authorizer,
    pathParameters,
  } = parts;
  const event = {
    resource: '/api/test',
    httpMethod,
    headers,
    body,
    isBase64Encoded,
    pathParameters: pathParameters ?? null,
    requestContext: { requestId: 'request-1', authorizer, identity: { sourceIp: '203.0.113.7' } },
  };
  return event as unknown as APIGatewayProxyEvent;
}

export const jsonEvent = (body: unknown): APIGatewayProxyEvent =>
  proxyEvent({
    headers: { 'Content-Type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

export const bodyOf = (result: APIGatewayProxyResult): unknown => JSON.parse(result.body);
