/** Before the clock runs: users, and at least one session for every connection. Whatever goes wrong here ends the run. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, perform, type Result } from './client';
import { LIMITS_OFF, LoadError } from './load-error';
import { withoutSecrets } from './wrong-answers';

/** A gateway that is asked too fast, or a cold start, passes; a limit on signups does not. */
const ATTEMPTS = 5;
const MAX_WAIT_SECONDS = 5;

interface SetUp {
  readonly base: URL;
  readonly users: number;
  readonly stop: AbortSignal;
}

/** @throws LoadError */
export async function setUp(clients: readonly Client[], options: SetUp): Promise<void> {
  const [first] = clients;
  if (first) await mustDo(first, 'signup', options); // Alone, as it may be the wrong address altogether.
  await Promise.all(
    clients.map(async (client, at) => {
      const own = Math.ceil((options.users - at) / clients.length) - (client === first ? 1 : 0);
      for (let user = 0; user < own; user += 1) await mustDo(client, 'signup', options);
    }),
  );
  const without = clients.filter(({ sessions }) => sessions.liveCount === 0);
  await Promise.all(without.map((client) => mustDo(client, 'login', options)));
}

async function mustDo(client: Client, action: 'signup' | 'login', options: SetUp): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    if (options.stop.aborted) throw new LoadError('Stopped before the load began.');
    const result = await perform(client, action);
    if (result.outcome === 'right') return;
    const waitSeconds = secondsToWait(result);
    if (waitSeconds === undefined || attempt === ATTEMPTS) throw new LoadError(explain(result, options));
    await sleep(waitSeconds * 1000);
  }
}

function secondsToWait({ outcome, sent }: Result): number | undefined {
  if (outcome !== 'throttled' && outcome !== 'unavailable') return undefined;
  const seconds = Number(sent.reply?.headers['retry-after'] ?? 1);
  return seconds <= MAX_WAIT_SECONDS ? seconds : undefined;
}

function explain({ attempt, sent, outcome, problems }: Result, { base }: SetUp): string {
  const { action, password } = attempt;
  if (!sent.reply) return `Cannot reach ${base}: ${sent.failure}. Is the server running there?`;
  const { headers, status, text } = sent.reply;
  if (outcome === 'throttled')
    return `The server limits each ${action} (429, Retry-After ${headers['retry-after']}). Start a local one without limits: ${LIMITS_OFF}`;
  if (outcome === 'unavailable') return `The server at ${base} answers a ${action} with 503.`;
  const answer = withoutSecrets(`${status} ${text.slice(0, 200)}`, password);
  return `No right answer to a ${action} at ${base}: ${problems[0]}. It was: ${answer}`;
}
