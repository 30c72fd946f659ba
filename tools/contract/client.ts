/** What a row plays with: requests that respect the target's limits, and expectations that say what differs. */
import type { Connection, Reply } from '../../bench/load/connection';
import { routes } from '../../functions/routes';
import { type Ask, describe, fieldsOf, requestOf } from './ask';
import { differenceBetween, type Expected, headerOf } from './expected';
import type { Credentials, Ledger } from './ledger';
import { Pace } from './pace';
import { aToken } from './pattern';
import { type Person, type PersonName, signUp } from './people';
import type { Secrets } from './secrets';
import { Difference, ThrottledError } from './verdict';

export interface ClientOptions {
  /** Opens one more. */
  readonly connect: () => Connection;
  readonly ledger: Ledger;
  readonly secrets: Secrets;
  readonly pause: (milliseconds: number) => Promise<unknown>;
  /** Whether the target answers the preflight requests of web pages itself. */
  readonly hasCors: boolean;
}

/** Longer waits are for the person to take. */
const MAX_WAIT_SECONDS = 5;
const ATTEMPTS = 4;

export class Client {
  readonly ledger: Ledger;
  readonly hasCors: boolean;
  readonly pause: ClientOptions['pause'];
  readonly #options: ClientOptions;
  readonly #pace = new Pace();
  readonly #connections: Connection[];
  readonly #people = new Map<PersonName, Promise<Person>>();
  #lastSent = '';

  constructor(options: ClientOptions) {
    this.#options = options;
    this.ledger = options.ledger;
    this.hasCors = options.hasCors;
    this.pause = options.pause;
    this.#connections = [options.connect()];
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
  }

  /**
   * The answer, whatever it is. A 429 is waited for; what was refused by one was not done.
   * @throws ThrottledError when that takes too long; Difference when there is no answer.
   */
  async send(ask: Ask): Promise<Reply> {
    for (let attempt = 1; ; attempt += 1) {
      const reply = await this.sendOnce(ask);
      const waitSeconds = Number(headerOf(reply, 'Retry-After'));
      if (reply.status !== 429 || !(waitSeconds > 0)) return reply;
      if (attempt === ATTEMPTS || waitSeconds > MAX_WAIT_SECONDS) throw new ThrottledError(waitSeconds);
      await this.pause(waitSeconds * 1000);
    }
  }

  /** The answer, also if it is 429. */
  sendOnce(ask: Ask): Promise<Reply> {
    return this.#exchange(ask, 0);
  }

  /** @throws Difference, and what `send` throws. */
  async expect(ask: Ask, expected: Expected): Promise<Reply> {
    const reply = await this.send(ask);
    this.compare(reply, ask, expected);
    return reply;
  }

  /** @throws Difference */
  compare(reply: Reply, ask: Ask, expected: Expected): void {
    const difference = differenceBetween(reply, expected);
    if (difference) throw new Difference(describe(ask), difference.expected, difference.got);
  }

  /** What the last answer had to be besides. @throws Difference */
  must(isSo: boolean, expected: string, got: string): void {
    if (!isSo) throw new Difference(this.#lastSent, expected, got);
  }

  /** Sends all at once, each over a connection of its own. */
  together(asks: readonly Ask[]): Promise<Reply[]> {
    while (this.#connections.length < asks.length) this.#connections.push(this.#options.connect());
    return Promise.all(asks.map((ask, at) => this.#exchange(ask, at)));
  }

  /** The same user whenever the name is the same; signed up when first asked for. */
  person(name: PersonName): Promise<Person> {
    const known = this.#people.get(name) ?? signUp[name](this);
    this.#people.set(name, known);
    known.catch(() => this.#people.delete(name));
    return known;
  }

  async login({ username, password }: Credentials, headers: Ask['headers'] = {}): Promise<string> {
    const ask = { method: 'POST', path: '/api/api-token-auth/', body: { username, password }, headers };
    return tokenOf(await this.expect(ask, { status: 200, body: { token: aToken } }));
  }

  /** The token's successor. */
  async refresh(token: string): Promise<string> {
    const ask = { method: 'POST', path: '/api/refresh-token/', token };
    return tokenOf(await this.expect(ask, { status: 200, body: { token: aToken } }));
  }

  async #exchange(ask: Ask, at: number): Promise<Reply> {
    const { secrets, pause } = this.#options;
    const { password } = fieldsOf(ask.body);
    if (typeof password === 'string') secrets.addPassword(password);
    const [place = ''] = ask.path.split(/\/?(\?|$)/);
    const waitMs = isHashing(ask.method, place)
      ? this.#pace.take(place, 'hashing')
      : this.#pace.take('all others', 'other');
    if (waitMs > 0) await pause(waitMs);
    const request = await requestOf(ask);
    const { reply, failure } = (await this.#connections[at]?.send(request)) ?? {};
    this.#lastSent = describe(ask);
    if (!reply) throw new Difference(this.#lastSent, 'an answer', `none: ${failure}`);
    this.ledger.note(reply);
    return reply;
  }
}

const isHashing = (method: string, place: string): boolean =>
  [routes.signup, routes.login].some((route) => route.method === method && route.path === place);

/** Of an answer that was found to bear one. */
export const tokenOf = ({ body }: Reply): string => (body as { readonly token: string }).token;
