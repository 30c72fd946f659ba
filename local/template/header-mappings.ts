/**
 * Headers that API Gateway puts on an answer: a text in single quotes, or something of the request.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html
 */
import type { HeaderMapping, HeaderSource } from './deployment';
import { type ResourceName, refused } from './template-error';

const requestHeader = 'method.request.header.';
const context = 'context.';

/** The mappings of `ResponseParameters`, whose keys must all begin with the prefix. */
export function headerMappings(
  parameters: Readonly<Record<string, string>>,
  prefix: string,
  resource: ResourceName,
): HeaderMapping[] {
  return Object.entries(parameters).map(([key, expression]) => {
    const source = sourceOf(expression);
    if (!key.startsWith(prefix) || key === prefix || source === undefined) {
      throw refused(resource, `the mapping of ${key} from ${expression} is not understood`);
    }
    return { name: key.slice(prefix.length), source };
  });
}

function sourceOf(expression: string): HeaderSource | undefined {
  const text = /^'(.*)'$/s.exec(expression)?.[1];
  if (text !== undefined) return { kind: 'static', value: text };
  if (expression.startsWith(requestHeader)) {
    return { kind: 'request-header', name: expression.slice(requestHeader.length) };
  }
  if (expression.startsWith(context)) return { kind: 'context', path: expression.slice(context.length) };
  return undefined;
}
