/** The server of the client's sequences: the deployed functions behind the gateway, over the embedded database, under a clock that moves. */
import type { Session, SessionOwner } from '../../functions/shared/domain/session';
import type { Token } from '../../functions/shared/domain/token';
import { createLane, startSystem } from '../model/system';
import type { Received, Sent } from './world';

/** Seconds. */
export const TOKEN_LIFETIME = 7 * 86_400;
export const SESSION_LIFETIME = 3 * TOKEN_LIFETIME;

export const USERS = ['ada', 'grace'] as const;
export type Username = (typeof USERS)[number];
export const PASSWORD = 'correct horse 7';

type Request = Pick<Sent, 'method' | 'path' | 'body' | 'token'>;

export interface Server {
  /** `now` in epoch milliseconds. */
  serve(request: Request, now: number): Promise<Received>;
  /** What is stored of a token's session and user. */
  find(token: Token): Promise<{ session: Session | undefined; owner: SessionOwner | undefined }>;
  /** Ends all sessions of a user, for whom no other begins. */
  ban(username: Username): Promise<void>;
  /** No sessions, nobody banned. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

export async function startWholeServer(): Promise<Server> {
  const system = await startSystem({
    TOKEN_LIFETIME_SECONDS: String(TOKEN_LIFETIME),
    SESSION_LIFETIME_SECONDS: String(SESSION_LIFETIME),
    SESSIONS_PER_USER: '1000',
  });
  const freely = { turn: async () => undefined, done: () => undefined, leave: () => undefined };
  // The functions read `Date.now`, which the sequences set.
  const serve: Server['serve'] = async ({ method, path, body, token }) => {
    const lane = createLane({ number: 0, turns: freely, fault: undefined, draws: new Map() });
    const json = body === undefined ? undefined : JSON.parse(body);
    const { status, headers, text } = await system.send({ method, path, token, body: json }, lane);
    await system.closeLane(lane);
    return { status, headers, text };
  };
  const keys = new Map<string, string>();
  for (const username of USERS) {
    const body = JSON.stringify({ username, email: `${username}@example.com`, password: PASSWORD });
    const answer = await serve({ method: 'POST', path: '/api/signup/', body, token: undefined }, 0);
    keys.set(username, JSON.parse(answer.text).token.slice(0, 10));
  }
  const update = (locator: string, expression: string, values: object) =>
    system.updateUser(`USER#${locator}`, { expression, values });
  return {
    serve,
    find: async ({ locator, session }) => {
      const item = (await system.sessions(locator)).find((one) => one['session'] === session);
      const owner = await system.user(`USER#${locator}`);
      return { session: item as unknown as Session, owner: owner as unknown as SessionOwner };
    },
    ban: (username) => {
      const values = { ':no': { BOOL: false }, ':one': { N: '1' } };
      return update(keys.get(username)!, 'SET isActive = :no ADD sessionGeneration :one', values);
    },
    reset: async () => {
      for (const locator of keys.values()) {
        for (const item of await system.sessions(locator)) await system.deleteSession(item);
        await update(locator, 'SET isActive = :yes', { ':yes': { BOOL: true } });
      }
    },
    close: () => system.close(),
  };
}
