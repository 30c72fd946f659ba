/** One cell of the matrix: a request one of whose calls meets a fault, what it is answered, and what it leaves behind. */
import { backendFunctions } from '../../functions/functions';
import { longestWait } from '../../lib/timeouts';
import type { Reply, Request, Send } from '../support/backend';
import { type FaultName, faults } from '../support/faults';
import { type Account, attemptsOf, expectNoHalfUser, newAccount, PASSWORD, store } from './accounts';
import type { FaultyBackend } from './backend';
import { createLane, FOR_GOOD, type Lane, type Plan } from './lanes';
import { requestOf, type Scenario, type TokenName } from './scenarios';

export interface Cell {
  readonly scenario: Scenario;
  readonly plan: Plan;
}

const HARMLESS: readonly FaultName[] = ['pass', 'slow'];
/** Nobody tries again after these. */
const FINAL: readonly FaultName[] = ['stall-answer'];

/** Whether another attempt at the call saves it. */
export const isRetried = (fault: FaultName): boolean => ![...HARMLESS, ...FINAL].includes(fault);

/** Plays a cell with a user of its own; the calls of the request. Rejects with what was expected and did not come. */
export async function play(cell: Cell, backend: FaultyBackend, send: Send<Lane>): Promise<string[]> {
  const { scenario, plan } = cell;
  const account = newAccount();
  await store(backend.stored, account, scenario.setting ?? {});
  const client = clientOf(account, send);
  const lane = createLane({ plan });
  const startedAt = performance.now();
  const first = await send(requestOf(scenario, account), lane, account.address);
  expect((performance.now() - startedAt) / 1000).toBeLessThanOrEqual(longestWaitFor(scenario));
  if (scenario.endpoint === 'signup') await expectNoHalfUser(backend.stored, account);
  if (isSaved(cell)) expectAnswer(first, scenario.right(account));
  const last = isSaved(cell) ? first : await repeat(first, cell, client);
  if (scenario.isCounted) expect(await attemptsOf(backend.stored, account)).toBeGreaterThanOrEqual(1);
  const issued = last.body?.token ?? (scenario.live.after.includes('issued') && (await logIn(client)));
  await expectLive(client, scenario, { live: scenario.live.after, issued });
  return [...lane.calls.values()];
}

const longestWaitFor = ({ endpoint, token }: Scenario): number =>
  longestWait(backendFunctions[endpoint]) + (token ? longestWait(backendFunctions.authorizer) : 0);

/** Whether the answer has to be right all the same. */
const isSaved = ({ scenario, plan: { call = '', fault, attempts } }: Cell): boolean =>
  HARMLESS.includes(fault) ||
  (isRetried(fault) && attempts < FOR_GOOD) ||
  (scenario.dispensable ?? []).includes(call);

/** Whether the request was done, although nobody heard of it. */
const isDoneUnheard = ({ scenario, plan: { call, fault } }: Cell): boolean =>
  faults[fault].isApplied && call === scenario.deed;

/** After a request that came to nothing: does what a client does. */
async function repeat(first: Reply, cell: Cell, client: Client): Promise<Reply> {
  const { scenario } = cell;
  const isDone = isDoneUnheard(cell);
  expectAnswer(first, { status: 503, body: { detail: 'Service temporarily unavailable.' } });
  expect(first.headers).toMatchObject({ 'Retry-After': '1', 'Content-Type': 'application/json' });
  expect(first.headers).not.toHaveProperty('WWW-Authenticate');
  if (!isDone) await expectLive(client, scenario, { live: scenario.live.before });
  const reply = await untilAdmitted(client, scenario);
  const right = (isDone && scenario.repeated) || scenario.right;
  expectAnswer(reply, right(client.account));
  return reply;
}

/** An account that has to wait, for no longer than after one more failure, does so. */
async function untilAdmitted(client: Client, scenario: Scenario): Promise<Reply> {
  const reply = await client.send(requestOf(scenario, client.account));
  if (reply.status !== 429 || !scenario.mayWait) return reply;
  const seconds = Number(reply.headers['Retry-After']);
  expect(seconds).toBeLessThanOrEqual(2);
  client.wait(seconds);
  return client.send(requestOf(scenario, client.account));
}

/** A user's client, whose clock goes on when it waits. */
interface Client {
  readonly account: Account;
  send(request: Request): Promise<Reply>;
  wait(seconds: number): void;
}

function clientOf(account: Account, send: Send<Lane>): Client {
  let clockOffsetMs = 0;
  return {
    account,
    send: (request) => send(request, createLane({ clockOffsetMs }), account.address),
    wait: (seconds) => {
      clockOffsetMs += seconds * 1000;
    },
  };
}

const expectAnswer = ({ status, body }: Reply, right: Pick<Reply, 'status' | 'body'>): void =>
  expect({ status, body }).toEqual(right);

/** Of all tokens that the scenario speaks of, these open their sessions, and no others. */
async function expectLive(
  client: Client,
  scenario: Scenario,
  { live, issued }: { live: readonly TokenName[]; issued?: string },
): Promise<void> {
  const { original, successor, other } = client.account.tokens;
  const texts = { original: original.text, successor: successor.text, other: other.text, issued };
  for (const name of new Set([...scenario.live.before, ...scenario.live.after])) {
    const token = texts[name];
    if (!token) continue;
    const { status } = await client.send({ method: 'GET', path: '/api/dashboard/', token });
    expect({ [name]: status }).toEqual({ [name]: live.includes(name) ? 200 : 401 });
  }
}

/** The token of a login, which nothing keeps the user from. */
async function logIn({ account: { username }, send }: Client): Promise<string> {
  const body = { username, password: PASSWORD };
  const reply = await send({ method: 'POST', path: '/api/api-token-auth/', body });
  expect(reply.status).toBe(200);
  return reply.body.token;
}
