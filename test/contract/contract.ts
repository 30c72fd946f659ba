/** What the rows of the contract share: requests that the target's rate limits let through, and users. */
import { writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { newPassword, newPrefix, type Target } from '../../cli/contract-target';
import { type Call, type Caller, callerOf, type Reply } from '../support/client';
import { type Answer, BEARS_TOKEN, created, expectAnswer, LOGIN, REFRESH, SIGNUP } from './answers';

export interface Account {
  readonly username: string;
  readonly email: string;
  readonly password: string;
}

export interface User extends Account {
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

/** Of nobody. */
export const UNKNOWN_TOKEN = 'f2afca0567cd22a156f3791b7374ea774fd4b529';

/** As `npm start` with the default settings. */
const OWN_SERVER: Omit<Target, 'url' | 'prefix'> = {
  kind: 'local',
  answersPreflights: false,
  signsUpClerks: true,
  passwordMinLength: 8,
  limitsLogins: true,
};

/** A stage lets through ten signups and ten logins a second. */
const HASHING_PAUSE_MS = 105;
const MOST_ATTEMPTS = 4;
export const LONGEST_WAIT_SECONDS = 5;

export class Contract {
  readonly target: Omit<Target, 'url'>;
  /** The titles of the rows that the target cannot show. */
  readonly skipped: string[] = [];
  /** From `npm run contract`. */
  readonly #given = (globalThis as { contractTarget?: Target }).contractTarget;
  readonly #users = new Map<string, Promise<User>>();
  #call: Caller | undefined;
  #names = 0;
  #hashedAt = Number.NEGATIVE_INFINITY;

  constructor() {
    this.target = this.#given ?? { ...OWN_SERVER, prefix: newPrefix() };
  }

  get isOwnServer(): boolean {
    return this.#given === undefined;
  }

  open(ownUrl: string | undefined): void {
    this.#call = callerOf(this.#given?.url ?? ownUrl ?? '');
  }

  /** With a reason why the target cannot show it, the row is skipped, and the list says the reason. */
  row(title: string, play: () => Promise<unknown>, reason: string | false = false): void {
    if (!reason) return void it(title, async () => void (await play()));
    this.skipped.push(title);
    // biome-ignore lint/suspicious/noSkippedTests: the one way in which a row may be skipped.
    it.skip(`${title} (${reason})`, () => undefined);
  }

  /** `ask` is like `GET /api/dashboard/`. A 429 is waited for; what was refused by one was not done. */
  async send(ask: string, call?: Call): Promise<Reply> {
    for (let attempt = 1; ; attempt += 1) {
      if (ask === SIGNUP || ask === LOGIN) {
        await pause(Math.max(0, this.#hashedAt + HASHING_PAUSE_MS - performance.now()));
        this.#hashedAt = performance.now();
      }
      const reply = await this.sendOnce(ask, call);
      const seconds = Number(reply.headers.get('Retry-After'));
      if (reply.status !== 429 || !(seconds > 0)) return reply;
      if (attempt === MOST_ATTEMPTS || seconds > LONGEST_WAIT_SECONDS)
        throw new Error(`Throttled: try again in ${seconds} seconds.`);
      await pause(seconds * 1000);
    }
  }

  /** The answer, also if it is 429. */
  async sendOnce(ask: string, call?: Call): Promise<Reply> {
    const [method = '', path = ''] = ask.split(' ');
    const reply = await this.#call!(method, path, call);
    const token = /"token":"([0-9a-f]{40})"/.exec(reply.text)?.[1];
    // To `npm run contract`, which ends the sessions, also when this process was stopped.
    if (token && this.#given) writeSync(3, `${JSON.stringify({ status: reply.status, token })}\n`);
    return reply;
  }

  async expect(ask: string, answer: Answer, call: Call = {}): Promise<Reply> {
    const reply = await this.send(ask, call);
    expectAnswer(`${ask} ${JSON.stringify(call)}`, reply, answer);
    return reply;
  }

  newName(): string {
    this.#names += 1;
    return `${this.target.prefix}-${this.#names}`;
  }

  newAccount(): Account {
    const username = this.newName();
    return { username, email: `${username}@example.com`, password: newPassword() };
  }

  /** The same user in every row that asks for it, so that a run needs few signups. No row but those of `logoutall` ends its session. */
  user(name: 'ada' | 'bob'): Promise<User> {
    const known = this.#users.get(name) ?? this.#signUp(name);
    this.#users.set(name, known);
    return known;
  }

  /** `ada` signs up as any app would, `bob` with all that has to be ignored: unknown members, a dead token, spaces around the texts. */
  async #signUp(name: 'ada' | 'bob'): Promise<User> {
    const ada = this.newAccount();
    const bob = { ...ada, username: `${ada.username}-Zoë`, password: ` ${ada.password} ` };
    const body = { ...SMUGGLED, ...bob, username: ` ${bob.username}\t`, email: ` ${bob.email} ` };
    const [account, call] = name === 'ada' ? [ada, { body: ada }] : [bob, { body, token: UNKNOWN_TOKEN }];
    const reply = await this.expect(SIGNUP, created(account), call);
    return { ...account, ...reply.body.user, token: reply.body.token };
  }

  async login({ username, password }: Omit<Account, 'email'>, call: Call = {}): Promise<string> {
    const login = { ...call, body: { username, password } };
    return (await this.expect(LOGIN, BEARS_TOKEN, login)).body.token;
  }

  /** The token's successor. */
  async refresh(token: string, call: Call = {}): Promise<string> {
    return (await this.expect(REFRESH, BEARS_TOKEN, { ...call, token })).body.token;
  }
}
