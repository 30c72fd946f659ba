/**
 * Moves the functions' clock over HTTP, so that anyone can try expiry with curl: `POST /_local/clock/` with `{"advance":"8d"}` or
 * `{"reset":true}`; `GET` tells the time. Only this server has the path.
 */
import * as v from 'valibot';
import type { Answer } from '../gateway/answer';
import type { GatewayRequest } from '../gateway/request';
import type { LocalClock } from './local-clock';

const path = /^\/_local\/clock\/?$/;

const millisecondsOf: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const commandSchema = v.union([
  v.strictObject({
    advance: v.pipe(
      v.string(),
      v.regex(/^\d{1,6}[smhd]$/),
      v.transform((text) => Number(text.slice(0, -1)) * (millisecondsOf[text.slice(-1)] ?? 0)),
    ),
  }),
  v.strictObject({ reset: v.literal(true) }),
]);

/** Answers a request that is for the clock; undefined for every other. */
export function answerClockRequest(
  clock: LocalClock,
  { path: target, method }: Pick<GatewayRequest, 'path' | 'method'>,
  body: Buffer,
): Answer | undefined {
  if (!path.test(target)) return undefined;
  if (method === 'GET') return json(200, timeOf(clock));
  if (method !== 'POST') return json(405, { detail: `Method "${method}" not allowed.` });
  const command = v.safeParse(commandSchema, parsed(body));
  if (!command.success) {
    return json(400, { detail: 'Send {"advance":"8d"} (a number and s, m, h or d) or {"reset":true}.' });
  }
  if ('reset' in command.output) clock.reset();
  else clock.advance(command.output.advance);
  return json(200, timeOf(clock));
}

const timeOf = (clock: LocalClock) => ({
  now: new Date(clock.now()).toISOString(),
  moved_by_seconds: clock.movedByMilliseconds / 1000,
});

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

const json = (status: number, content: object): Answer => ({
  status,
  headers: [['Content-Type', 'application/json']],
  body: Buffer.from(JSON.stringify(content)),
});
