/**
 * An example event for every function. Of all but deliver: the proxy event of `sam local start-api` (1.170). It differs from AWS's in `requestContext`: `path` has
 * no stage and no trailing slash, and `requestId` and time are the same for every request.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DynamoDBRecord } from 'aws-lambda';
import { endpoints, listRoutes, type NamedRoute } from '../functions/endpoints';
import type { BackendFunctionName } from '../functions/functions';
import type { EndpointDefinition } from '../functions/shared/definition';
import { exampleSession, exampleToken, exampleUser } from '../functions/shared/description';
import type { Principal } from '../functions/shared/http/principal';
import { messageKey } from '../functions/shared/store/schema';
import { exampleBody } from './example-body';

const YEAR_2100 = 4102444800;

export const examplePrincipal: Principal = {
  userId: 1,
  role: exampleUser.role,
  sessionId: exampleSession.id,
  sessionGeneration: 0,
  tokenExpiresAt: YEAR_2100,
  sessionExpiresAt: YEAR_2100,
};

interface Request {
  readonly method: string;
  readonly resource: string;
  readonly path: string;
  readonly pathParameters: Readonly<Record<string, string>> | null;
  readonly isAuthenticated?: boolean;
  readonly body?: object | undefined;
}

/** By function. */
export function exampleEvents(): Readonly<Record<BackendFunctionName, object>> {
  const routes = listRoutes();
  const [behindIt] = routes.filter(
    ({ methods, access }) => access === 'authenticated' && methods[0] === 'GET',
  );
  if (!behindIt) throw new Error('There is no route behind the authorizer.');
  const authorized = endpointEvent(behindIt);
  const { authorizer: _, ...requestContext } = authorized.requestContext;
  return {
    ...(Object.fromEntries(routes.map((route) => [route.name, endpointEvent(route)])) as Record<
      NamedRoute['name'],
      object
    >),
    authorizer: {
      ...authorized,
      requestContext,
      type: 'REQUEST',
      methodArn: `arn:aws:execute-api:us-east-1:123456789012:1234567890/dev/GET${authorized.path}`,
    },
    // Unlike on AWS, the parameter has the trailing slash.
    fallback: proxyEvent({
      method: 'GET',
      resource: '/{proxy+}',
      path: '/api/unknown/',
      pathParameters: { proxy: 'api/unknown/' },
    }),
    deliver: { Records: [outboxRecord] },
  };
}

/** Of the table's stream. To be replaced with the key of an item in the outbox. */
const outboxRecord: DynamoDBRecord = {
  eventID: 'c4ca4238a0b923820dcc509a6f75849b',
  eventName: 'INSERT',
  eventVersion: '1.1',
  eventSource: 'aws:dynamodb',
  awsRegion: 'us-east-1',
  dynamodb: {
    ApproximateCreationDateTime: 1767225600,
    Keys: { pk: { S: messageKey('0123456789abcdef0123456789abcdef').pk } },
    SequenceNumber: '4421584500000000017450439091',
    SizeBytes: 42,
    StreamViewType: 'KEYS_ONLY',
  },
  eventSourceARN: 'arn:aws:dynamodb:us-east-1:123456789012:table/Outbox/stream/2026-01-01T00:00:00.000',
};

/** Differs from the user of the README's curl lines, so that both signups succeed in one database. */
const USERNAME = 'eventuser';

function endpointEvent(route: NamedRoute) {
  const { name, methods, path, access } = route;
  const { body }: EndpointDefinition = endpoints[name];
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, id = '']) => id);
  return proxyEvent({
    method: methods[0],
    resource: path,
    path: `${path.replaceAll(/\{\w+\}/g, examplePrincipal.sessionId)}/`,
    pathParameters:
      names.length > 0 ? Object.fromEntries(names.map((id) => [id, examplePrincipal.sessionId])) : null,
    isAuthenticated: access === 'authenticated',
    body: body && exampleBody(route, body, USERNAME),
  });
}

function proxyEvent({ method, resource, path, pathParameters, isAuthenticated, body }: Request) {
  const headers = {
    Host: '127.0.0.1:3000',
    'User-Agent': 'curl/8.5.0',
    Accept: '*/*',
    ...(body && { 'Content-Type': 'application/json' }),
    ...(isAuthenticated && { Authorization: `Token ${exampleToken}` }),
    'X-Forwarded-Proto': 'http',
    'X-Forwarded-Port': '3000',
  };
  const authorizer = { ...examplePrincipal, principalId: String(examplePrincipal.userId) };
  return {
    httpMethod: method,
    body: body ? JSON.stringify(body) : null,
    resource,
    requestContext: {
      resourceId: '123456',
      apiId: '1234567890',
      resourcePath: resource,
      httpMethod: method,
      requestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
      accountId: '123456789012',
      stage: 'dev',
      identity: {
        apiKey: null,
        userArn: null,
        cognitoAuthenticationType: null,
        caller: null,
        userAgent: 'Custom User Agent String',
        user: null,
        cognitoIdentityPoolId: null,
        cognitoAuthenticationProvider: null,
        sourceIp: '127.0.0.1',
        accountId: null,
      },
      extendedRequestId: null,
      path: resource,
      protocol: 'HTTP/1.1',
      domainName: headers.Host,
      requestTimeEpoch: 1767225600,
      requestTime: '01/Jan/2026:00:00:00 +0000',
      ...(isAuthenticated && { authorizer }),
    },
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    pathParameters,
    stageVariables: null,
    path,
    isBase64Encoded: false,
  };
}

/** One JSON file for each function. */
export function writeEvents(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, event] of Object.entries(exampleEvents()))
    writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(event, null, 2)}\n`);
}
