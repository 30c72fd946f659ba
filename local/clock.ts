/**
 * The functions' clock on this machine: the real time plus an offset, which a developer moves over HTTP to try expiry.
 * `POST /_local/clock/` takes `{"advance":"8d"}` or `{"reset":true}`; `GET` tells the time. AWS has no such path.
 */
import * as v from 'valibot';
import type { GatewayRequest } from './gateway/request';
import { type HttpResponse, jsonResponse } from './gateway/responses';

export class LocalClock {
  /** Milliseconds as one Float64, in memory that all workers share. They add it to the time. */
  readonly offset = new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT);
  readonly #milliseconds = new Float64Array(this.offset);

  get movedByMilliseconds(): number {
    return this.#milliseconds[0] ?? 0;
  }

  set movedByMilliseconds(milliseconds: number) {
    this.#milliseconds[0] = milliseconds;
  }
}

const clockPath = /^\/_local\/clock\/?$/;

const millisecondsByUnit: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const commandSchema = v.union([
  v.strictObject({
    advance: v.pipe(
      v.string(),
      v.regex(/^\d{1,6}[smhd]$/),
      v.transform((text) => Number(text.slice(0, -1)) * (millisecondsByUnit[text.slice(-1)] ?? 0)),
    ),
  }),
  v.strictObject({ reset: v.literal(true) }),
]);

const commandText = v.pipe(v.string(), v.parseJson(), commandSchema);

/** Responds to a request for the clock; undefined for every other path. */
export function answerClockRequest(
  clock: LocalClock,
  { path, method }: Pick<GatewayRequest, 'path' | 'method'>,
  body: Buffer,
): HttpResponse | undefined {
  if (!clockPath.test(path)) return undefined;
  if (method === 'POST') {
    const command = v.safeParse(commandText, body.toString());
    if (!command.success) {
      return jsonResponse(400, {
        detail: 'Send {"advance":"8d"} (a number and s, m, h or d) or {"reset":true}.',
      });
    }
    const { output } = command;
    clock.movedByMilliseconds = 'reset' in output ? 0 : clock.movedByMilliseconds + output.advance;
  } else if (method !== 'GET') {
    return jsonResponse(405, { detail: `Method "${method}" not allowed.` });
  }
  return jsonResponse(200, {
    now: new Date(Date.now() + clock.movedByMilliseconds).toISOString(),
    moved_by_seconds: clock.movedByMilliseconds / 1000,
  });
}
