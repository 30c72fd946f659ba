/**
 * A phone in simulated time: processes with a client each, one store, and a network whose every exchange can meet a fault. Events run one
 * after the other in the order of their time, so that a sequence of steps always plays out the same.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Client, type Clock, type FetchInit, type FetchResponse, type TokenStore } from '../../client/index';

const READ_MS = 1;
const WRITE_MS = 2;
const TRAVEL_MS = 40;

interface Event {
  readonly at: number;
  readonly process: Process;
  readonly run: () => void;
  isOver: boolean;
}

/** A process of the app. After a kill nothing of it runs any more. */
export interface Process {
  readonly number: number;
  readonly client: Client;
  isAlive: boolean;
  isSuspended: boolean;
  /** When it was suspended and resumed the last time. */
  suspendedAt: number;
  resumedAt: number;
  /** For so long its monotonic clock stood still. */
  stoodStill: number;
}

export interface Sent {
  readonly process: Process;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly token: string | undefined;
}

export interface Received {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** What the network makes of an exchange. */
export interface Fault {
  /** How often the server gets the request. */
  readonly times: 0 | 1 | 2;
  /** What arrives; `none` if nothing ever does, `error` if the connection breaks. */
  readonly answer: 'real' | 'cut' | 'none' | 'error' | Received;
  readonly delayMs: number;
}

export const noFault: Fault = { times: 1, answer: 'real', delayMs: TRAVEL_MS };

export type StoreMode = 'works' | 'unreadable' | 'unwritable' | 'silent';

/** What watches the world. */
export interface Witness {
  sends(sent: Sent): void;
  /** Whatever way an exchange ends for the client. */
  ends(sent: Sent): void;
  answers(sent: Sent, received: Received): void;
  /** Before the store has the new text. */
  writes(process: Process, from: string | null, to: string | null): Promise<void>;
}

export interface Surroundings {
  readonly serve: (sent: Sent, now: number) => Promise<Received>;
  readonly faultFor: (sent: Sent) => Fault;
  readonly witness: Witness;
  readonly seed: number;
}

export class World {
  now = 0;
  storeMode: StoreMode = 'works';
  stored: string | null = null;
  readonly #surroundings: Surroundings;
  #events: Event[] = [];
  #outbox: (() => Promise<void>)[] = [];
  /** Operations of the store that got no answer yet. */
  #silent: { readonly process: Process; readonly run: () => void }[] = [];
  #holder: Process | undefined;
  #waiting: { readonly process: Process; readonly go: () => void }[] = [];
  #random: () => number;
  #started = 0;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
    this.#random = mulberry32(surroundings.seed);
  }

  start(): Process {
    this.#started += 1;
    const process: Process = {
      number: this.#started,
      client: undefined as never,
      isAlive: true,
      isSuspended: false,
      suspendedAt: this.now,
      resumedAt: this.now,
      // Each process has a clock of its own.
      stoodStill: this.#random() * 1e9,
    };
    const client = new Client({
      baseUrl: 'https://api.example.com/',
      store: this.#storeOf(process),
      fetch: (url, init) => this.#fetch(process, url, init),
      clock: this.#clockOf(process),
    });
    return Object.assign(process, { client });
  }

  /** What the process was about to write is lost. */
  kill(process: Process): void {
    process.isAlive = false;
    this.#events = this.#events.filter((event) => event.process !== process);
    this.#silent = this.#silent.filter((operation) => operation.process !== process);
    this.#waiting = this.#waiting.filter((waiting) => waiting.process !== process);
    if (this.#holder === process) this.#release();
  }

  suspend(process: Process): void {
    if (process.isSuspended) return;
    process.isSuspended = true;
    process.suspendedAt = this.now;
  }

  resume(process: Process): void {
    if (!process.isSuspended) return;
    process.isSuspended = false;
    process.resumedAt = this.now;
    process.stoodStill += this.now - process.suspendedAt;
  }

  /** Lets so much time pass, with all that happens in it. */
  async pass(milliseconds: number): Promise<void> {
    const until = this.now + milliseconds;
    for (;;) {
      await this.#settle();
      const next = this.#nextEvent(until);
      if (!next) break;
      this.now = Math.max(this.now, next.at);
      next.isOver = true;
      next.run();
    }
    this.now = until;
    if (this.storeMode !== 'silent') this.#answerSilent();
    await this.#settle();
  }

  #nextEvent(until: number): Event | undefined {
    this.#events = this.#events.filter(({ isOver }) => !isOver);
    let next: Event | undefined;
    for (const event of this.#events)
      if (event.at <= until && !event.process.isSuspended && (!next || event.at < next.at)) next = event;
    return next;
  }

  /** Lets all run that waits for nothing but the processor, and the server answer, one request after the other. */
  async #settle(): Promise<void> {
    await nextTurn();
    for (let serve = this.#outbox.shift(); serve; serve = this.#outbox.shift()) {
      await serve();
      await nextTurn();
    }
  }

  #schedule(process: Process, milliseconds: number, run: () => void): Event {
    const event: Event = { at: this.now + milliseconds, process, run, isOver: false };
    if (process.isAlive) this.#events.push(event);
    return event;
  }

  #clockOf(process: Process): Clock {
    return {
      now: () => this.now - process.stoodStill,
      setTimeout: (callback, milliseconds) => this.#schedule(process, milliseconds, callback),
      clearTimeout: (timer) => {
        if (timer) (timer as Event).isOver = true;
      },
      random: () => this.#random(),
    };
  }

  #storeOf(process: Process): TokenStore {
    const operate = <Value>(milliseconds: number, operation: () => Promise<Value>) =>
      new Promise<Value>((resolve, reject) => {
        const run = () => void this.#outbox.push(() => operation().then(resolve, reject));
        this.#schedule(process, milliseconds, () => {
          if (this.storeMode === 'silent') this.#silent.push({ process, run });
          else run();
        });
      });
    return {
      read: () =>
        operate(READ_MS, async () => {
          if (this.storeMode === 'unreadable') throw new Error('The keychain is locked.');
          return this.stored;
        }),
      write: async (text) => {
        await operate(WRITE_MS, async () => {
          if (this.storeMode === 'unwritable') throw new Error('The disk is full.');
          await this.#surroundings.witness.writes(process, this.stored, text);
          this.stored = text;
        });
        // A kill may come between.
        await new Promise<void>((resolve) => this.#schedule(process, READ_MS, resolve));
      },
      lock: async (run) => {
        await new Promise<void>((resolve) => {
          if (this.#holder) this.#waiting.push({ process, go: resolve });
          else {
            this.#holder = process;
            resolve();
          }
        });
        try {
          return await run();
        } finally {
          this.#release();
        }
      },
    };
  }

  #release(): void {
    const next = this.#waiting.shift();
    this.#holder = next?.process;
    next?.go();
  }

  #answerSilent(): void {
    for (const { run } of this.#silent.splice(0)) run();
  }

  #fetch(process: Process, url: string, init: FetchInit): Promise<FetchResponse> {
    const { method, headers, body, signal } = init;
    const path = url.slice('https://api.example.com'.length);
    const token = headers['Authorization']?.slice('Token '.length);
    const sent: Sent = { process, method, path, headers, body, token };
    const { witness, serve, faultFor } = this.#surroundings;
    witness.sends(sent);
    let isOpen = true;
    const end = () => {
      if (isOpen) witness.ends(sent);
      isOpen = false;
    };
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => {
        end();
        reject(new Error('aborted'));
      });
      this.#outbox.push(async () => {
        const { times, answer, delayMs } = faultFor(sent);
        let received: Received | undefined;
        for (let time = 0; time < times; time += 1) {
          received = await serve(sent, this.now);
          witness.answers(sent, received);
        }
        if (answer === 'none') return;
        this.#schedule(process, delayMs, () => {
          end();
          if (answer === 'error') reject(new TypeError('fetch failed'));
          else resolve(toResponse(typeof answer === 'object' ? answer : received!, answer === 'cut'));
        });
      });
    });
  }
}

function toResponse({ status, headers, text }: Received, isCut: boolean): FetchResponse {
  const lowerCased = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return {
    status,
    headers: { get: (name) => lowerCased.get(name.toLowerCase()) ?? null },
    text: async () => (isCut ? text.slice(0, text.length / 2) : text),
  };
}

/** A small generator of random numbers that a seed decides. https://github.com/bryc/code/blob/master/jshash/PRNGs.md */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
