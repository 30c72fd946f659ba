/** What is compared: how each is started, and how it is asked for the same three things. */
import { join } from 'node:path';
import { exampleToken } from '../../cli/sam-events';
import { hashPassword } from '../../functions/shared/domain/password-hash';
import { type Account, newAccount } from '../load/accounts';
import { connect } from '../load/connection';
import { type ApiRequest, requestTo } from '../load/requests';
import { type Served, startServed } from './served';

/** Of both; it must be that of the assembly too. */
export const BCRYPT_COST = 10;

export const actions = ['authenticated GET', 'login', 'signup'] as const;
export type Action = (typeof actions)[number];

export interface Peer {
  readonly name: string;
  /** The server alone, without what stands in for a database. */
  readonly server: Served;
  /** Each time another one, where a server would not take the same twice. */
  readonly requestTo: Readonly<Record<Action, () => ApiRequest>>;
  stop(): Promise<void>;
}

/** @param assembly the folder that `cdk synth` wrote. */
export async function startTokenAuth(assembly: string): Promise<Peer> {
  const account = newAccount();
  const database = await startServed('serve-database.ts', await hashPassword(account.password, BCRYPT_COST));
  const server = await startServed('serve-token-auth.ts', assembly, database.url.origin);
  return {
    name: 'Token Auth',
    server,
    requestTo: {
      // The database has a session for this token alone.
      'authenticated GET': () => requestTo.dashboard(exampleToken),
      login: () => requestTo.login(account),
      signup: () => requestTo.signup(newAccount()),
    },
    async stop() {
      await server.stop();
      await database.stop();
    },
  };
}

export async function startBetterAuth(): Promise<Peer> {
  const server = await startServed(join('better-auth', 'server.mjs'), String(BCRYPT_COST));
  const account = newAccount();
  const token = await signUp(server.url, account);
  return {
    name: 'Better Auth',
    server,
    requestTo: {
      'authenticated GET': () => ({
        method: 'GET',
        path: 'dashboard',
        headers: { ...forwarded, Authorization: `Bearer ${token}` },
      }),
      login: () => post('sign-in', account),
      signup: () => post('sign-up', newAccount()),
    },
    stop: () => server.stop(),
  };
}

/** As a proxy would send it: without it there is no address whose attempts could be counted. */
const forwarded = { 'X-Forwarded-For': '203.0.113.7' };

const post = (what: 'sign-in' | 'sign-up', { username, email, password }: Account): ApiRequest => ({
  method: 'POST',
  path: `api/auth/${what}/email`,
  headers: { ...forwarded, 'Content-Type': 'application/json' },
  body: JSON.stringify({ name: username, email, password }),
});

async function signUp(base: URL, account: Account): Promise<string> {
  const connection = connect(base);
  const { reply, failure } = await connection.send(post('sign-up', account));
  connection.close();
  const token = reply?.headers['set-auth-token'];
  if (typeof token !== 'string') throw new Error(`There is no token: ${reply?.text ?? failure}`);
  return token;
}
