/** Where the token is kept. Nothing here takes a failure for an empty store. */
import { failAs, type Result, succeed } from './errors.ts';
import { type Clock, inTime } from './platform.ts';

/** One text, which survives a restart. All processes (tabs, workers, app extensions) that share a session share it. */
export interface TokenStore {
  /** The text that was written last, or nothing. Throws or rejects if that cannot be told, as when the keychain is locked. */
  read(): Promise<string | null | undefined> | string | null | undefined;
  /** Replaces the text; `null` removes it. Returns or resolves only when a kill could not undo it, and throws or rejects otherwise. */
  write(text: string | null): Promise<void> | void;
  /**
   * Runs nothing at the same time as what another process runs in it. Needed if several processes share the store. The client holds it for
   * one read and one write, never while it waits for the network.
   */
  lock?<Value>(run: () => Promise<Value>): Promise<Value>;
}

/** Forgets everything at a restart. */
export function memoryStore(): TokenStore {
  let stored: string | null = null;
  return {
    read: () => stored,
    write: (text) => {
      stored = text;
    },
  };
}

/** `localStorage`, or anything with its methods. */
export interface WebStorage {
  getItem(key: string): string | null;
  setItem(key: string, text: string): void;
  removeItem(key: string): void;
}

interface LockManager {
  request<Value>(name: string, run: () => Promise<Value>): Promise<Value>;
}

/** A store of all tabs and workers of an origin; they exclude each other by the Web Locks API. Every script of the origin can read it. */
export function webStore(storage: WebStorage, key = 'token-auth'): TokenStore {
  const { navigator } = globalThis as { navigator?: { locks?: LockManager } };
  const locks = navigator?.locks;
  return {
    read: () => storage.getItem(key),
    write: (text) => (text === null ? storage.removeItem(key) : storage.setItem(key, text)),
    ...(locks && { lock: (run) => locks.request(key, run) }),
  };
}

/** What is stored: the token of one session. */
export interface Held {
  readonly token: string;
  /** Seconds from the token's issue to its end; absent: unknown. */
  readonly lifetime?: number | undefined;
  /** A name that the client gave the session at sign-in. It stays the same through every refresh. */
  readonly session: string;
}

/** How long a caller waits for the store. */
const LIMIT_MS = 10_000;

interface Access {
  read(): Promise<Held | undefined>;
  write(held: Held | undefined): Promise<void>;
}

/** The store as the session uses it: with records, results instead of exceptions, and no wait without a limit. */
export interface Vault {
  read(): Promise<Result<Held | undefined>>;
  /**
   * Runs `change` with nothing in between of this process, nor of another if the store has a lock. A change whose caller gave up begins no
   * more writes.
   */
  exclusive<Value>(change: (access: Access) => Promise<Value>): Promise<Result<Value>>;
}

export function createVault(store: TokenStore, clock: Clock): Vault {
  const read = async () => parse(await store.read());
  let last: Promise<unknown> = Promise.resolve();
  const limited = async <Value>(work: Promise<Value>): Promise<Result<Value>> => {
    const result = work.then(succeed, () => undefined);
    return (await inTime(result, clock, { milliseconds: LIMIT_MS })) ?? failAs('store_unavailable');
  };
  return {
    read: () => limited(read()),
    exclusive: async (change) => {
      let isOver = false;
      const checkTime = () => {
        if (isOver) throw new Error('The caller gave up.');
      };
      const write = async (held: Held | undefined) => {
        checkTime();
        await store.write(held ? JSON.stringify(held) : null);
      };
      const run = async () => {
        checkTime();
        return change({ read, write });
      };
      const work = last.then(() => (store.lock ? store.lock(run) : run()));
      last = work.catch(() => undefined);
      const result = await limited(work);
      isOver = true;
      return result;
    },
  };
}

const TOKEN = /^[0-9a-f]{40}$/;

export const isToken = (value: unknown): value is string => typeof value === 'string' && TOKEN.test(value);

/**
 * Also reads a token alone, as an app may have stored it before.
 * @throws Error if the text is neither: whether somebody is signed in cannot be told.
 */
function parse(text: string | null | undefined): Held | undefined {
  if (text === null || text === undefined || text === '') return undefined;
  if (isToken(text)) return { token: text, session: text };
  const { token, lifetime, session } = JSON.parse(text);
  if (isToken(token) && typeof session === 'string') return { token, lifetime, session };
  throw new Error('The store has something else than a token.');
}
