/**
 * What may be written to the log: one JSON object per line with members of one closed list. No member holds a token, a password, a
 * name, an e-mail address, a header or a body, and of what a client chose only its method, the address it calls from, and what API Gateway takes for a request id.
 */

/** A level as CloudWatch and every log reader know it. */
export type Level = 'INFO' | 'WARN' | 'ERROR';

export interface Line {
  /** ISO 8601. */
  readonly time: string;
  readonly level: Level;
  /** `request`: one for each request. `event`: something that matters to security. `failure`: a fault on our side. */
  readonly kind: 'request' | 'event' | 'failure';
  readonly function: string;
  /** The same for the authorizer and the endpoint; the caller sees it as `x-amzn-RequestId`, and may have chosen it. */
  readonly requestId: string;
  /** API Gateway's own; the caller sees it as `x-amz-apigw-id`. */
  readonly extendedRequestId?: string | undefined;
  readonly event?: string;
  readonly method?: string;
  /** As in the route table: a path as sent may hold anything. */
  readonly route?: string;
  readonly status?: number;
  readonly outcome?: string;
  readonly reason?: string;
  /** Of a message. */
  readonly purpose?: string;
  readonly userId?: number;
  /** The public name of the session. */
  readonly sessionId?: string;
  /** See `addressGroup`. */
  readonly address?: string;
  readonly waitSeconds?: number;
  readonly milliseconds?: number;
  readonly hashMilliseconds?: number;
  readonly error?: string;
  readonly message?: string;
  readonly stack?: readonly string[];
  readonly cause?: object;
}

const members = Object.keys({
  time: true,
  level: true,
  kind: true,
  function: true,
  requestId: true,
  extendedRequestId: true,
  event: true,
  method: true,
  route: true,
  status: true,
  outcome: true,
  reason: true,
  purpose: true,
  userId: true,
  sessionId: true,
  address: true,
  waitSeconds: true,
  milliseconds: true,
  hashMilliseconds: true,
  error: true,
  message: true,
  stack: true,
  cause: true,
} satisfies Record<keyof Line, true>) as (keyof Line)[];

/** Node makes the stream when it is first asked for: while the function starts, not for the first request. */
const { stdout } = process;

/**
 * Writes a line, and beside it metrics if there are any. Members that are not on the list are left out, whatever the types say. JSON
 * escapes control characters, so no value can begin a line of its own (ASVS 5.0, 16.4.1).
 */
export function writeLine(line: Line, metrics: object = {}): void {
  const listed = Object.fromEntries(
    members.flatMap((name) => (line[name] === undefined ? [] : [[name, line[name]]])),
  );
  // Not console.log: Lambda puts a prefix before what comes from there, and CloudWatch reads metrics from plain JSON alone.
  stdout.write(`${JSON.stringify({ ...listed, ...metrics })}\n`);
}
