/**
 * The event of API Gateway's Lambda proxy integration as `sam local start-api` (1.164) makes it. From AWS's it differs in what
 * `requestContext` says of the request: a path without stage and slash, an id and a time that are the same for every request.
 */

export interface StartApiRequest {
  readonly method: string;
  /** As in the route table, or `/{proxy+}`. */
  readonly resource: string;
  /** As the client wrote it, with its slash if there is one. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly query?: URLSearchParams;
  readonly pathParameters?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** What the authorizer said, in its own types; absent where there is none. */
  readonly authorizer?: object;
}

const ACCOUNT = '123456789012';
const API_ID = '1234567890';
const STAGE = 'dev';
const PORT = '3000';

/** For the function behind a route. */
export function startApiEvent(request: StartApiRequest) {
  const { method, resource, path, query, pathParameters, body, authorizer } = request;
  const headers = { ...request.headers, 'X-Forwarded-Proto': 'http', 'X-Forwarded-Port': PORT };
  return {
    httpMethod: method,
    body: body || null,
    resource,
    requestContext: { ...requestContextOf(request), ...(authorizer && { authorizer }) },
    queryStringParameters: orNull(Object.fromEntries(query ?? [])),
    multiValueQueryStringParameters: orNull(valuesOf(query)),
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    pathParameters: orNull({ ...pathParameters }),
    stageVariables: null,
    path,
    isBase64Encoded: false,
  };
}

/** For the authorizer, before the function behind the route is called. */
export const startApiAuthorizerEvent = (request: Omit<StartApiRequest, 'authorizer'>) => ({
  ...startApiEvent(request),
  type: 'REQUEST',
  methodArn: `arn:aws:execute-api:us-east-1:${ACCOUNT}:${API_ID}/${STAGE}/${request.method}${request.path}`,
});

const requestContextOf = ({ method, resource, headers }: StartApiRequest) => ({
  resourceId: '123456',
  apiId: API_ID,
  resourcePath: resource,
  httpMethod: method,
  requestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
  accountId: ACCOUNT,
  stage: STAGE,
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
  domainName: headers['Host'] ?? null,
  requestTimeEpoch: 1767225600,
  requestTime: '01/Jan/2026:00:00:00 +0000',
});

const valuesOf = (query = new URLSearchParams()): Record<string, string[]> =>
  Object.fromEntries([...query.keys()].map((name) => [name, query.getAll(name)]));

const orNull = <Value extends object>(record: Value): Value | null =>
  Object.keys(record).length === 0 ? null : record;
