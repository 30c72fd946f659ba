/** Events as API Gateway could build them, and some that it would not: members absent or empty, bodies wrongly marked, names in any case. */
import type { APIGatewayProxyEvent } from 'aws-lambda';
import fc from 'fast-check';
import { type EndpointName, listRoutes, servedMethods } from '../../functions/endpoints';
import type { Route } from '../../functions/shared/definition';
import { type Body, bytesOf } from './almost-valid-bodies';
import { bodyFor } from './hostile-bodies';
import { credentials, filledIn, header } from './hostile-headers';
import { hostileText, padded, TEXT_MARK } from './hostile-text';

/** API Gateway makes text of bytes before a function sees them, but what is text already may hold anything. */
const asText = (body: Body): string =>
  body.charset === 'utf8' ? padded(body.text) : bytesOf(body).toString();
const asBase64 = (body: Body): string => bytesOf(body).toString('base64');

/** How a body gets into an event. */
const carriers = {
  text: (body: Body) => ({ body: asText(body), isBase64Encoded: false }),
  base64: (body: Body) => ({ body: asBase64(body), isBase64Encoded: true }),
  'text, marked base64': (body: Body) => ({ body: asText(body), isBase64Encoded: true }),
  'base64, not marked': (body: Body) => ({ body: asBase64(body), isBase64Encoded: false }),
  'text, without a mark': (body: Body) => ({ body: asText(body) }),
  nothing: () => ({ body: null, isBase64Encoded: false }),
  'empty text': () => ({ body: '', isBase64Encoded: true }),
  'no member': () => ({}),
};
type Carriage = keyof typeof carriers;

const carriage = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Carriage>('text') },
  { weight: 3, arbitrary: fc.constant<Carriage>('base64') },
  { weight: 1, arbitrary: fc.constantFrom(...(Object.keys(carriers) as Carriage[])) },
);

/** Nothing of what functions read by its name: that is put in by those who know what it means. */
const isOther = ([name]: readonly [string, string]) => !/^(authorization|content-type)$/i.test(name);

const otherHeaders = fc.oneof(
  {
    weight: 15,
    arbitrary: fc.array(header, { maxLength: 4 }).map((list) => Object.fromEntries(list.filter(isOther))),
  },
  { weight: 1, arbitrary: fc.constantFrom(null, undefined) },
);

const queryName = fc.oneof(fc.constantFrom('keep', 'token', '__proto__'), hostileText);

const query = fc.oneof(
  fc.constantFrom(null, undefined, {}, { keep: ['current'] }, { keep: ['current', TEXT_MARK] }),
  fc.dictionary(queryName, fc.array(hostileText, { minLength: 1, maxLength: 3 })),
);

const sourceIp = fc.oneof(fc.ipV4(), fc.ipV6());

export interface EventCase {
  readonly name: EndpointName;
  /** Without its body; the live token is not yet in its place. */
  readonly event: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>> | null | undefined;
  readonly body: Body;
  readonly carriage: Carriage;
}

/** The event as it is sent. */
export function filledEvent(
  { event, headers, body, carriage }: EventCase,
  liveToken: string,
): APIGatewayProxyEvent {
  const values = Object.entries(headers ?? {}).map(([name, value]) => [name, filledIn(value, liveToken)]);
  const filled = { ...event, headers: headers && Object.fromEntries(values), ...carriers[carriage](body) };
  return filled as unknown as APIGatewayProxyEvent;
}

const eventTo = ({ methods, path }: Route) =>
  fc.record(
    {
      resource: fc.constant(path),
      path: fc.constantFrom(`${path}/`, path, '/', ''),
      httpMethod: fc.constantFrom(...servedMethods({ methods })),
      multiValueHeaders: fc.constantFrom(null, {}),
      queryStringParameters: fc.constant(null),
      multiValueQueryStringParameters: query,
      pathParameters: fc.option(fc.record({ id: hostileText })),
      stageVariables: fc.constant(null),
      methodArn: fc.constant(`arn:aws:execute-api:us-east-1:123456789012:api/dev/${methods[0]}${path}`),
      requestContext: fc.record({ requestId: fc.constant('request-1'), identity: fc.record({ sourceIp }) }),
    },
    { requiredKeys: ['resource', 'httpMethod', 'methodArn', 'requestContext'] },
  );

const caseAt = (access: Route['access']) =>
  fc.constantFrom(...listRoutes().filter((route) => route.access === access)).chain((route) =>
    fc.record({
      name: fc.constant(route.name),
      event: eventTo(route),
      headers: otherHeaders,
      body: bodyFor(route.name),
      carriage,
    }),
  );

/** For an endpoint that anyone may call. */
export const publicCase: fc.Arbitrary<EventCase> = fc
  .tuple(caseAt('public'), fc.mixedCase(fc.constant('content-type')))
  .map(([one, typeName]) => {
    const { contentType } = one.body;
    const isTyped = contentType !== undefined && one.headers;
    return { ...one, headers: isTyped ? { ...one.headers, [typeName]: contentType } : one.headers };
  });

export interface ProtectedCase extends EventCase {
  readonly isLive: boolean;
  /** What of the authorizer's context reaches the endpoint: all of it, nothing, or all but one member. */
  readonly vouching: 'whole' | 'none' | number;
}

/** For an endpoint behind the authorizer. */
export const protectedCase: fc.Arbitrary<ProtectedCase> = fc
  .record({
    one: caseAt('authenticated'),
    credentials,
    vouching: fc.oneof(
      { weight: 4, arbitrary: fc.constant<'whole'>('whole') },
      { weight: 1, arbitrary: fc.constant<'none'>('none') },
      { weight: 1, arbitrary: fc.nat(5) },
    ),
  })
  .map(({ one, credentials: { authorization, isLive }, vouching }) => {
    const headers =
      authorization === undefined ? one.headers : { ...one.headers, Authorization: authorization };
    return { ...one, headers, isLive, vouching };
  });

/** For the fallback: any path, under what API Gateway calls ANY. */
export const fallbackEvent: fc.Arbitrary<APIGatewayProxyEvent> = fc
  .record({
    httpMethod: fc.constantFrom('PATCH', 'PUT', 'OPTIONS'),
    proxy: fc.oneof(
      hostileText,
      fc.webPath(),
      fc.constantFrom('', ...listRoutes().map(({ path }) => path.slice(1))),
    ),
    headers: otherHeaders,
  })
  .map(({ proxy, ...members }) => {
    const pathParameters = proxy === '' ? null : { proxy };
    const resource = proxy === '' ? '/' : '/{proxy+}';
    const event = { ...members, resource, pathParameters, requestContext: { requestId: 'request-1' } };
    return event as unknown as APIGatewayProxyEvent;
  });
