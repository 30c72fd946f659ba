/**
 * `$context`: what API Gateway knows about a request, and the plain substitution of it in gateway responses.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
 */
import type { HeaderMapping, HeaderSource } from '../template/deployment';
import { isRecord } from '../template/records';
import { type HeaderList, headerValue, isSendable } from './headers';

export type ContextVariables = Readonly<Record<string, unknown>>;

const reference = /\$context((?:\.[A-Za-z_][\w-]*)+)/g;

/** A template of a gateway response with its variables filled in. Nothing is escaped; AWS escapes nothing. */
export function substitute(template: string, variables: ContextVariables): string {
  return template.replace(reference, (_, path: string) => textAt(variables, path.slice(1)) ?? '');
}

/** A variable's text by its path, such as `authorizer.detail`; undefined if there is none. */
function textAt(variables: ContextVariables, path: string): string | undefined {
  let value: unknown = variables;
  for (const name of path.split('.')) {
    value = isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  }
  const hasText = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return hasText ? String(value) : undefined;
}

/** The headers that mappings make. Those whose source has no value, or none that HTTP can carry, are left out. */
export function mappedHeaders(
  mappings: readonly HeaderMapping[],
  requestHeaders: HeaderList,
  variables: ContextVariables,
): HeaderList {
  const mapped = mappings.map(
    ({ name, source }) => [name, sourceValue(source, requestHeaders, variables)] as const,
  );
  return mapped
    .flatMap(([name, value]): HeaderList => (value === undefined ? [] : [[name, value]]))
    .filter(isSendable);
}

function sourceValue(
  source: HeaderSource,
  requestHeaders: HeaderList,
  variables: ContextVariables,
): string | undefined {
  if (source.kind === 'static') return source.value;
  if (source.kind === 'context') return textAt(variables, source.path);
  return headerValue(requestHeaders, source.name);
}
