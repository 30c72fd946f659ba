/** The users that rows share, so that a run needs few signups. */
import type { Client } from './client';
import type { Account } from './ledger';
import { anId, aRole, aToken } from './pattern';

export type PersonName = 'ada' | 'bob';

/** A user of the run, and the token of the signup, which no row ends. */
export interface Person extends Account {
  readonly id: number;
  readonly role: string;
  readonly token: string;
}

/** What no client may set. */
export const SMUGGLED = {
  id: 4_000_000_000_000,
  is_staff: true,
  is_superuser: true,
  is_active: false,
  roles: ['ADMIN'],
  sessionGeneration: 7,
};

const DEAD_TOKEN = '0123456789012345678901234567890123456789';

/** `ada` signs up as any app would. `bob` sends all that has to be ignored: unknown members, a dead token, spaces around his texts. */
export const signUp: Readonly<Record<PersonName, (client: Client) => Promise<Person>>> = {
  ada: (client) => {
    const account = client.ledger.newAccount();
    return signUpAs(client, account, { body: account });
  },
  bob: (client) => {
    const { username, email, password } = client.ledger.newAccount();
    const account = { username: `${username}-Zoë`, email, password: ` ${password} ` };
    const body = { ...SMUGGLED, ...account, username: ` ${account.username}\t`, email: ` ${email} ` };
    return signUpAs(client, account, { body, token: DEAD_TOKEN });
  },
};

async function signUpAs(
  client: Client,
  account: Account,
  ask: { readonly body: object; readonly token?: string },
): Promise<Person> {
  const { username, email } = account;
  const reply = await client.expect(
    { method: 'POST', path: '/api/signup/', ...ask },
    { status: 201, body: { user: { id: anId, username, email, role: aRole }, token: aToken } },
  );
  const { user, token } = reply.body as {
    readonly user: Omit<Person, 'password' | 'token'>;
    readonly token: string;
  };
  return { ...account, ...user, token };
}
