/** Shared by the rows: requests within the target's rate limits, and users. */
import { writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { newPassword, newPrefix, type Target } from '../../cli/contract-target';
import { type Call, type Caller, callerOf, type Reply } from '../support/client';
import {
  BEARS_TOKEN,
  created,
  DELETE_ME,
  type ExpectedResponse,
  expectResponse,
  LOGIN,
  REFRESH,
  SIGNUP,
} from './responses';

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

type UserName = 'ada' | 'bob' | 'eve' | 'ida';

interface CreatedUser {
  readonly password: string;
  /** In the order in which they were received, dead ones included. */
  readonly tokens: readonly string[];
}

/** Of a body that is not sent as text. */
function passwordIn(body: unknown): string | undefined {
  const password =
    body instanceof URLSearchParams || body instanceof FormData
      ? body.get('password')
      : (body as { password?: unknown } | undefined)?.password;
  return typeof password === 'string' ? password : undefined;
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

/** `npm start` with the default settings. */
const OWN_SERVER: Omit<Target, 'url' | 'prefix'> = {
  kind: 'local',
  answersPreflights: false,
  signsUpClerks: true,
  passwordMinLength: 8,
  limitsLogins: true,
  readsMessages: true,
};

/** A stage lets through ten signups and ten logins a second. */
const HASHING_PAUSE_MS = 105;
const MOST_ATTEMPTS = 4;
export const LONGEST_WAIT_SECONDS = 5;

export class Contract {
  readonly target: Omit<Target, 'url'>;
  /** Titles of the skipped rows. */
  readonly skipped: string[] = [];
  /** From `npm run contract`. */
  readonly #given = (globalThis as { contractTarget?: Target }).contractTarget;
  readonly #users = new Map<string, Promise<User>>();
  readonly #created = new Map<string, CreatedUser>();
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

  /** A row with a reason why the target cannot show it is skipped, and listed with the reason. */
  row(title: string, run: () => Promise<unknown>, reason: string | false = false): void {
    if (!reason) return void it(title, async () => void (await run()));
    this.skipped.push(title);
    // biome-ignore lint/suspicious/noSkippedTests: the one way in which a row may be skipped.
    it.skip(`${title} (${reason})`, () => undefined);
  }

  /** `request` is like `GET /api/dashboard/`. Waits after a 429, which changed nothing, and repeats the request. */
  async send(request: string, call?: Call): Promise<Reply> {
    for (let attempt = 1; ; attempt += 1) {
      if (request === SIGNUP || request === LOGIN) {
        await pause(Math.max(0, this.#hashedAt + HASHING_PAUSE_MS - performance.now()));
        this.#hashedAt = performance.now();
      }
      const reply = await this.sendOnce(request, call);
      const seconds = Number(reply.headers.get('Retry-After'));
      if (reply.status !== 429 || !(seconds > 0)) return reply;
      if (attempt === MOST_ATTEMPTS || seconds > LONGEST_WAIT_SECONDS)
        throw new Error(`Throttled: try again in ${seconds} seconds.`);
      await pause(seconds * 1000);
    }
  }

  /** Neither waits nor repeats. */
  async sendOnce(request: string, call?: Call): Promise<Reply> {
    const [method = '', path = ''] = request.split(' ');
    const reply = await this.#call!(method, path, call);
    const token = /"token":"([0-9a-f]{40})"/.exec(reply.text)?.[1];
    if (token) this.#remember(token, call);
    // `npm run contract` ends the sessions, even if this process is killed.
    if (token) this.#report({ status: reply.status, token });
    if (request === DELETE_ME && reply.status === 204 && call?.token) this.noteDeletion(call.token);
    return reply;
  }

  /** The user of this token has left. */
  noteDeletion(token: string): void {
    this.#created.delete(token.slice(0, 10));
    this.#report({ status: 204, token });
  }

  #report(message: object): void {
    if (this.#given) writeSync(3, `${JSON.stringify(message)}\n`);
  }

  async expect(request: string, expected: ExpectedResponse, call: Call = {}): Promise<Reply> {
    const reply = await this.send(request, call);
    expectResponse(`${request} ${JSON.stringify(call)}`, reply, expected);
    return reply;
  }

  newName(): string {
    this.#names += 1;
    return `${this.target.prefix}-${this.#names}`;
  }

  newAccount(): Account {
    const username = this.newName();
    // Where a stack sends by SES, mail to its simulator does not bounce, and may be sent from the sandbox.
    return { username, email: `success+${username}@simulator.amazonses.com`, password: newPassword() };
  }

  /** The same user in every row that asks for it, so that a run needs few signups. No row but those of `logoutall` ends its session. */
  user(name: UserName): Promise<User> {
    const known = this.#users.get(name) ?? this.#signUpAs(name);
    this.#users.set(name, known);
    return known;
  }

  /** `ada` signs up as any app would, `bob` with all that has to be ignored: unknown members, a dead token, spaces around the texts. */
  async #signUpAs(name: UserName): Promise<User> {
    const ada = this.newAccount();
    const bob = { ...ada, username: `${ada.username}-Zoë`, password: ` ${ada.password} ` };
    const body = { ...SMUGGLED, ...bob, username: ` ${bob.username}\t`, email: ` ${bob.email} ` };
    return name === 'bob' ? this.signUp(bob, { body, token: UNKNOWN_TOKEN }) : this.signUp(ada);
  }

  async signUp(account: Account, call: Call = { body: account }): Promise<User> {
    const reply = await this.expect(SIGNUP, created(account), call);
    return { ...account, ...reply.body.user, token: reply.body.token };
  }

  /** The users of this run whose passwords are known, as they last were. */
  createdUsers(): readonly CreatedUser[] {
    return [...this.#created.values()];
  }

  #remember(token: string, { body }: Call = {}): void {
    const locator = token.slice(0, 10);
    const { password = '', tokens = [] } = this.#created.get(locator) ?? {};
    this.#created.set(locator, { password: passwordIn(body) ?? password, tokens: [...tokens, token] });
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
