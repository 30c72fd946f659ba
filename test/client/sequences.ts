/** Random sequences of what befalls an app, in simulated time, against the functions. `docs/client.md` has what must hold. */
import fc from 'fast-check';
import type { Result } from '../../client/index';
import { Judge } from './judge';
import { PASSWORD, type Server, USERS, type Username } from './server';
import { type Fault, noFault, type Process, type Received, type Sent, type StoreMode, World } from './world';

const START_MS = 1_800_000_000_000;

const html = '<html><body>Welcome to the airport. <a href="/login">Log in</a></body></html>';
const json = (status: number, body: object, headers = {}): Received => ({
  status,
  headers: { 'Content-Type': 'application/json', ...headers },
  text: JSON.stringify(body),
});
const page = (status: number): Received => ({
  status,
  headers: { 'Content-Type': 'text/html' },
  text: html,
});

/** The server's words, but not its own. */
const REFUSAL = json(401, { detail: 'Invalid token.' });

const answers: Readonly<Record<string, Fault['answer']>> = {
  real: 'real',
  cut: 'cut',
  lost: 'none',
  broken: 'error',
  refused: REFUSAL,
  withoutCredentials: json(401, { detail: 'Authentication credentials were not provided.' }),
  proxy: page(401),
  forbidden: json(403, { message: 'Forbidden' }),
  throttled: json(429, { detail: 'Request was throttled.' }, { 'Retry-After': '57' }),
  unavailable: json(503, { detail: 'Service temporarily unavailable.' }, { 'Retry-After': '2' }),
  failing: page(502),
  portal: page(200),
  nothing: { status: 200, headers: {}, text: '' },
};

type Step = { readonly wait: number } & (
  | { readonly does: 'call'; readonly process: number; readonly isPost: boolean; readonly isAborted: boolean }
  | { readonly does: 'login'; readonly process: number; readonly user: number }
  | { readonly does: 'logout' | 'kill' | 'suspend' | 'resume'; readonly process: number }
  | { readonly does: 'network'; readonly answer: string; readonly times: 0 | 1 | 2; readonly delayMs: number }
  | { readonly does: 'offline'; readonly isOffline: boolean }
  | { readonly does: 'store'; readonly mode: StoreMode }
  | { readonly does: 'clock'; readonly jumpMs: number }
  | { readonly does: 'ban'; readonly user: number }
  | { readonly does: 'wait' }
);

const DAY_MS = 86_400_000;

const process = fc.nat(1);
/** From between two steps of the client up to more than a token's life. */
const wait = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(0, 1, 2, 3, 4, 5, 41, 43, 46) },
  { weight: 3, arbitrary: fc.constantFrom(100, 1_500, 12_000, 35_000) },
  { weight: 4, arbitrary: fc.constantFrom(120_000, DAY_MS, 2.4 * DAY_MS, 4.7 * DAY_MS) },
);
const bool = fc.boolean();
const seldom = fc.nat(7).map((number) => number === 0);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ does: fc.constant('call'), wait, process, isPost: seldom, isAborted: seldom }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('login'), wait, process, user: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('logout'), wait, process }) },
  {
    weight: 4,
    arbitrary: fc.record({ does: fc.constantFrom('kill', 'suspend', 'resume', 'resume'), wait, process }),
  },
  {
    weight: 7,
    arbitrary: fc.record({
      does: fc.constant('network'),
      wait: fc.constant(0),
      answer: fc.constantFrom(...Object.keys(answers), 'real', 'cut', 'lost', 'refused'),
      times: fc.constantFrom(0, 1, 1, 2),
      delayMs: fc.constantFrom(1, 40, 40, 3_000, 20_000, 40_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('offline'), wait, isOffline: bool }) },
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constant('store'),
      wait,
      mode: fc.constantFrom<StoreMode>('works', 'works', 'works', 'unreadable', 'unwritable', 'silent'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constant('clock'),
      wait,
      jumpMs: fc.constantFrom(3_600_000, -3_600_000, 3650 * DAY_MS, -3650 * DAY_MS),
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('ban'), wait, user: fc.nat(1) }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('wait'), wait }) },
) as fc.Arbitrary<Step>;

/** One run: two processes on one store, the first of which signs in. */
class Run {
  readonly #server: Server;
  readonly #judge: Judge;
  readonly #world: World;
  readonly #processes: Process[];
  readonly #faults: Fault[] = [];
  #isOffline = false;
  #phoneAheadMs = 0;
  #isServing = false;

  constructor(server: Server, seed: number) {
    this.#server = server;
    this.#judge = new Judge(server, START_MS, () => this.#world);
    this.#world = new World({
      seed,
      witness: this.#judge,
      faultFor: (sent) => this.#faultFor(sent),
      serve: async (sent, now) => {
        this.#isServing = true;
        const received = await server.serve(sent, START_MS + now);
        this.#isServing = false;
        return received;
      },
    });
    this.#processes = [this.#world.start(), this.#world.start()];
  }

  /** What `Date.now` says: the server's clock is right, the phone's may be wrong. */
  get date(): number {
    return START_MS + this.#world.now + (this.#isServing ? 0 : this.#phoneAheadMs);
  }

  async play(steps: readonly Step[]): Promise<void> {
    await this.#server.reset();
    await this.#take({ does: 'login', process: 0, user: 0, wait: 100 });
    for (const one of steps) await this.#take(one);
    await this.#finish();
  }

  async #take(one: Step): Promise<void> {
    const afterwards = await this.#begin(one);
    await this.#pass(one.wait);
    afterwards?.();
  }

  async #pass(milliseconds: number): Promise<void> {
    await this.#world.pass(milliseconds);
    await this.#judge.checkStored();
    if (this.#judge.violation !== undefined) throw new Error(this.#judge.violation);
  }

  async #begin(one: Step): Promise<(() => void) | undefined> {
    switch (one.does) {
      case 'call':
        return this.#call(this.#awake(one.process), one);
      case 'login':
        return void this.#login(this.#awake(one.process), USERS[one.user]!);
      case 'logout': {
        const process = this.#awake(one.process);
        return void this.#judge.watchLogout(process, process.client.logout());
      }
      case 'kill': {
        const process = this.#processes[one.process]!;
        this.#world.kill(process);
        this.#judge.killed(process);
        this.#processes[one.process] = this.#world.start();
        return undefined;
      }
      case 'suspend':
      case 'resume':
        this.#world[one.does](this.#processes[one.process]!);
        return undefined;
      case 'network':
        this.#faults.push({ times: one.times, answer: answers[one.answer]!, delayMs: one.delayMs });
        return undefined;
      case 'offline':
        this.#isOffline = one.isOffline;
        return undefined;
      case 'store':
        this.#world.storeMode = one.mode;
        return undefined;
      case 'clock':
        this.#phoneAheadMs += one.jumpMs;
        return undefined;
      case 'ban':
        this.#judge.bans(USERS[one.user]!);
        return void (await this.#server.ban(USERS[one.user]!));
      case 'wait':
        return undefined;
    }
  }

  /** Who does something has been resumed. */
  #awake(number: number): Process {
    const process = this.#processes[number]!;
    this.#world.resume(process);
    return process;
  }

  #call(process: Process, { isPost, isAborted }: { isPost: boolean; isAborted: boolean }): () => void {
    const number = this.#judge.nextNumber();
    const controller = new AbortController();
    const options = { headers: { 'X-Call': number }, signal: controller.signal };
    const calling = (): Promise<Result<unknown>> =>
      isPost
        ? process.client.request('/api/auth/users/set_username/', { ...options, method: 'POST', json: {} })
        : process.client.request('/api/dashboard/', options);
    void this.#judge.watchCall(process, number, calling);
    return () => isAborted && controller.abort();
  }

  #login(process: Process, username: Username): void {
    const number = this.#judge.nextNumber();
    const fields = { username, password: PASSWORD, number };
    void this.#judge.watchLogin(process, number, process.client.login(fields));
  }

  /** Sign-in and refresh are not refused: nothing could tell it from the truth. */
  #faultFor(sent: Sent): Fault {
    if (this.#isOffline) return { times: 0, answer: 'error', delayMs: 1 };
    const fault = this.#faults.shift() ?? noFault;
    if (fault.times === 0 && fault.answer === 'real') return { ...fault, answer: 'none' };
    if (fault.times === 0 && fault.answer === 'cut') return { ...fault, answer: 'error' };
    if (fault.answer !== REFUSAL) return fault;
    if (sent.path === '/api/refresh-token/') return noFault;
    this.#judge.refuses(sent);
    return fault;
  }

  /** All works again: every call ends, and the session is found as the server has it. */
  async #finish(): Promise<void> {
    this.#faults.length = 0;
    this.#isOffline = false;
    this.#world.storeMode = 'works';
    for (const process of this.#processes) this.#world.resume(process);
    await this.#pass(600_000);
    this.#judge.checkEnds();
    const answer = this.#world.start().client.me();
    await this.#judge.checkEnd(answer, () => this.#pass(1_000));
    await this.#pass(0);
  }
}

export interface Length {
  readonly runs: number;
  /** Hears of every sequence. */
  readonly onSequence?: () => void;
}

/** Rejects with fast-check's report of the shortest sequence after which a guarantee does not hold, and how to repeat it. */
export async function checkClient(server: Server, { runs, onSequence }: Length): Promise<void> {
  const steps = fc.array(step, { minLength: 1, maxLength: 16, size: 'max' });
  const property = fc.asyncProperty(steps, fc.nat(), async (sequence, chance) => {
    onSequence?.();
    const run = new Run(server, chance);
    Date.now = () => run.date;
    await run.play(sequence);
  });
  const { now } = Date;
  await fc.assert(property, { numRuns: runs }).finally(() => {
    Date.now = now;
  });
}
