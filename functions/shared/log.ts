/** One JSON line per event, on standard error. Never a token, a password, a header, a body or a whole event. */

export interface FailureLine {
  readonly requestId: string;
  readonly function: string;
  readonly error: unknown;
}

/** Records why a request failed on our side, under the id that API Gateway gave the request. */
export function logFailure({ requestId, function: name, error }: FailureLine): void {
  console.error(JSON.stringify({ level: 'ERROR', requestId, function: name, ...describe(error) }));
}

/** Records an event that an operator should see. */
export function logSecurityEvent(event: string, fields: Readonly<Record<string, string | number>>): void {
  console.warn(JSON.stringify({ level: 'WARN', event, ...fields }));
}

/** Name, message and stack of an error and of what caused it. */
function describe(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: typeof error };
  const { name, message, stack, cause } = error;
  return { error: name, message, stack, ...(cause === undefined ? {} : { cause: describe(cause) }) };
}
