/**
 * Renders mapping templates, with what the loader lets pass: `$input.params`, `$context` and its overrides.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
 */
import { render } from 'velocityjs';
import { isRecord } from '../template/records';
import { type Exchange, requestContextOf } from './exchange';
import { lastValuesOf, multiValuesOf } from './headers';
import { multiValueQueryOf } from './proxy-event';

/** A parameter that was not sent is the empty text in a template, not null. */
class ParameterMap extends Map<string, string> {
  override get(name: string): string {
    return super.get(name) ?? '';
  }
}

export interface Rendered {
  readonly text: string;
  /** What the template assigned to `$context.responseOverride.header`. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** What the template assigned to `$context.responseOverride.status`. */
  readonly status?: number;
}

export function renderTemplate(template: string, exchange: Exchange): Rendered {
  const override: Record<string, unknown> = { header: {} };
  const text = render(template, {
    input: { params: (name?: string) => parametersOf(exchange, name) },
    context: {
      ...requestContextOf(exchange.api, exchange.request, exchange.route),
      responseOverride: override,
    },
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

/** By name, the value from path, query or header, in this order. */
function parametersOf({ request, route }: Exchange, name?: string): unknown {
  const parameters = {
    path: new ParameterMap(Object.entries(route.pathParameters)),
    querystring: new ParameterMap(Object.entries(lastValuesOf(multiValueQueryOf(request)))),
    header: new ParameterMap(Object.entries(lastValuesOf(multiValuesOf(request.headers)))),
  };
  if (name === undefined) return parameters;
  return (
    Object.values(parameters)
      .find((values) => values.has(name))
      ?.get(name) ?? ''
  );
}
