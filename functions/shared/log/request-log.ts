/** What is written about one request: its security events, its faults, and in the end one line about all of it. */
import { type Clock, stopwatch } from '../clock';
import { describeError } from './describe-error';
import { findEventKind, type SecurityEvent } from './events';
import { type Level, type Line, writeLine } from './line';
import { toMetrics } from './metrics';

type Caller = Pick<Line, 'userId' | 'sessionId'>;

/** What an event may say besides its name and the request's caller. */
export type EventDetails = Caller &
  Pick<Line, 'reason' | 'purpose' | 'address' | 'waitSeconds' | 'hashMilliseconds'>;

export interface RequestLog {
  /** Says who is calling, on every line from now on. */
  identify(caller: Caller): void;
  event(name: SecurityEvent, details?: EventDetails): void;
  /** Something went wrong on our side. */
  failure(error: unknown): void;
  /** The request was answered; `reason` if it was not by success. */
  end(answer: { readonly status: number; readonly reason?: string | undefined }): void;
}

/** What a log needs to know of its function. */
export interface LogOptions {
  readonly function: string;
  readonly clock: Clock;
  readonly metricsNamespace: string;
}

/** What a log needs to know of its request. */
export interface LoggedRequest {
  readonly requestContext: { readonly requestId: string; readonly extendedRequestId?: string | undefined };
  readonly method: string;
  readonly route: string;
}

export function requestLog(options: LogOptions, { requestContext, ...request }: LoggedRequest): RequestLog {
  const { requestId, extendedRequestId } = requestContext;
  const elapsed = stopwatch();
  let caller: Caller = {};
  const line = (level: Level, kind: Line['kind'], rest: Partial<Line>): Line => ({
    time: new Date(options.clock()).toISOString(),
    level,
    kind,
    function: options.function,
    requestId,
    extendedRequestId,
    ...caller,
    ...rest,
  });
  return {
    identify: (known) => {
      caller = { ...caller, ...known };
    },
    event: (event, details = {}) => {
      const { level, outcome } = findEventKind(event);
      const measured = { event, nowMs: options.clock(), hashMilliseconds: details.hashMilliseconds };
      writeLine(
        line(level, 'event', { event, outcome, ...details }),
        toMetrics(measured, options.metricsNamespace),
      );
    },
    failure: (error) => writeLine(line('ERROR', 'failure', describeError(error))),
    end: ({ status, reason }) => {
      const outcome = toOutcome(status);
      const milliseconds = elapsed();
      writeLine(
        line('INFO', 'request', { ...request, status, outcome, ...(reason && { reason }), milliseconds }),
      );
    },
  };
}

function toOutcome(status: number): string {
  if (status >= 500) return 'failed';
  return status >= 400 ? 'refused' : 'succeeded';
}
