/** What the client needs of its platform, typed here so that it compiles without the types of the DOM or of Node.js. */

/** `AbortSignal`, as far as it is used. */
export interface Signal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

export interface FetchInit {
  readonly method: string;
  readonly headers: Record<string, string>;
  // biome-ignore lint/suspicious/noExplicitAny: each platform has types of its own for these two.
  readonly body?: any;
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  readonly signal: any;
}

/** `Response`, as far as it is used. */
export interface FetchResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}

/** The platform's `fetch`, or one with the same behaviour. */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchResponse>;

/** The platform's `Response`, where its types are known. */
export type PlatformResponse = typeof globalThis extends { Response: { prototype: infer Platform } }
  ? Platform
  : FetchResponse;

/** Time and chance; replaced in tests. */
export interface Clock {
  /** Milliseconds on a clock that nobody sets. It may stop while the device sleeps. */
  now(): number;
  setTimeout(callback: () => void, milliseconds: number): unknown;
  clearTimeout(timer: unknown): void;
  /** From 0 on and below 1. */
  random(): number;
}

interface Platform {
  readonly fetch: Fetch;
  readonly performance: { now(): number };
  readonly AbortController: new () => { readonly signal: Signal; abort(): void };
  readonly setTimeout: Clock['setTimeout'];
  readonly clearTimeout: Clock['clearTimeout'];
}

const platform = globalThis as unknown as Platform;

export const platformFetch: Fetch = (url, init) => platform.fetch(url, init);

export const systemClock: Clock = {
  now: () => platform.performance.now(),
  setTimeout: (callback, milliseconds) => platform.setTimeout(callback, milliseconds),
  clearTimeout: (timer) => platform.clearTimeout(timer),
  random: () => Math.random(),
};

export const newAbortController = () => new platform.AbortController();

/** Waits, or less if the signal is aborted. */
export function sleep(clock: Clock, milliseconds: number, signal?: Signal): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      clock.clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      resolve();
    };
    const timer = clock.setTimeout(stop, milliseconds);
    signal?.addEventListener('abort', stop);
    if (signal?.aborted) stop();
  });
}

/** What comes first: the work, or `undefined` once the time is over or the signal is aborted. The work goes on. */
export function inTime<Value>(
  work: Promise<Value>,
  clock: Clock,
  { milliseconds, signal }: { readonly milliseconds?: number; readonly signal?: Signal | undefined },
): Promise<Value | undefined> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clock.clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      resolve(undefined);
    };
    const timer = milliseconds === undefined ? undefined : clock.setTimeout(stop, milliseconds);
    signal?.addEventListener('abort', stop);
    if (signal?.aborted) stop();
    work.then(resolve, reject).finally(stop);
  });
}
