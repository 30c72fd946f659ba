/** What functions write about requests, for tests to read. */
import type { SecurityEvent } from '../../functions/shared/log/events';
import type { EventDetails, RequestLog } from '../../functions/shared/log/request-log';

export interface RecordingLog extends RequestLog {
  readonly events: readonly (EventDetails & { readonly event: SecurityEvent })[];
  readonly failures: readonly unknown[];
  /** Who the request was last said to come from. */
  readonly caller: EventDetails;
}

/** A request's log that remembers instead of writing. */
export function recordingLog(): RecordingLog {
  const events: (EventDetails & { event: SecurityEvent })[] = [];
  const failures: unknown[] = [];
  const caller = {};
  return {
    events,
    failures,
    caller,
    identify: (known) => void Object.assign(caller, known),
    event: (event, details = {}) => void events.push({ event, ...details }),
    failure: (error) => void failures.push(error),
    end: () => undefined,
  };
}

export interface LoggedLines {
  text(): string;
  all(): Record<string, any>[];
  /** Lets lines through again. */
  release(): void;
}

/** Catches what is written to standard output from now on. */
export function captureLines(): LoggedLines {
  const written: string[] = [];
  const spy = jest
    .spyOn(process.stdout, 'write')
    .mockImplementation((chunk) => written.push(String(chunk)) > 0);
  const text = () => written.join('');
  return {
    text,
    all: () =>
      text()
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
    release: () => spy.mockRestore(),
  };
}
