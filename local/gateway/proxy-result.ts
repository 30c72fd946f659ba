/**
 * Reads what a function answered to a proxy event. What API Gateway calls malformed is no answer at all.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-output-format
 */
import * as v from 'valibot';
import { recordOf } from '../template/records';
import { type HeaderList, headerValue, isSendable } from './headers';

export interface ProxyResult {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

const headerText = v.pipe(v.union([v.string(), v.number(), v.boolean()]), v.transform(String));

const resultSchema = v.strictObject({
  statusCode: v.pipe(v.number(), v.integer(), v.minValue(200), v.maxValue(599)),
  headers: v.nullish(recordOf(headerText), {}),
  multiValueHeaders: v.nullish(recordOf(v.array(headerText)), {}),
  body: v.nullish(v.string(), ''),
  isBase64Encoded: v.nullish(v.boolean(), false),
});

/** Not a function's to say. https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html */
const remapped = new Set([
  'authorization',
  'connection',
  'content-length',
  'content-md5',
  'date',
  'expect',
  'host',
  'max-forwards',
  'proxy-authenticate',
  'server',
  'trailer',
  'upgrade',
  'user-agent',
  'www-authenticate',
  'x-amzn-requestid',
]);

/** `payload` is JSON text. Undefined if it is not what a function may answer. */
export function readProxyResult(payload: string): ProxyResult | undefined {
  const { success, output } = v.safeParse(resultSchema, JSON.parse(payload));
  if (!success) return undefined;
  const headers = responseHeaders(merged(output.headers, output.multiValueHeaders));
  if (!headers.every(isSendable)) return undefined;
  return { status: output.statusCode, headers, body: output.body, isBase64Encoded: output.isBase64Encoded };
}

/** Where a name is in both, the values of `multiValueHeaders` hold. */
function merged(
  single: Readonly<Record<string, string>>,
  multiple: Readonly<Record<string, readonly string[]>>,
): HeaderList {
  const names = new Set(Object.keys(multiple).map((name) => name.toLowerCase()));
  return [
    ...Object.entries(single).filter(([name]) => !names.has(name.toLowerCase())),
    ...Object.entries(multiple).flatMap(([name, values]) => values.map((value) => [name, value] as const)),
  ];
}

function responseHeaders(headers: HeaderList): HeaderList {
  const renamed = headers
    .filter(([name]) => name.toLowerCase() !== 'transfer-encoding')
    .map(([name, value]) =>
      remapped.has(name.toLowerCase())
        ? ([`x-amzn-Remapped-${name}`, value] as const)
        : ([name, value] as const),
    );
  const hasType = headerValue(renamed, 'Content-Type') !== undefined;
  return hasType ? renamed : [['Content-Type', 'application/json'], ...renamed];
}
