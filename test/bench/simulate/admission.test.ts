/** The same attempts, in memory and against the store: the same verdicts, for as many calls as are charged for. */
import { anyIndex, randomOf } from '../../../bench/load/random';
import { admission, type Verdict } from '../../../bench/simulate/admission';
import { callsOf } from '../../../bench/simulate/attack-cost';
import { rateLimitStore } from '../../../functions/shared/store/rate-limits';
import { accountLimitKey, laneLimitKey, sourceIpLimitKey } from '../../../functions/shared/store/schema';
import { startDatabase, type TestDatabase } from '../../support/database';

const rules = {
  address: { attempts: 20, windowSeconds: 60 },
  account: { freeFailures: 3, firstWaitSeconds: 1, longestWaitSeconds: 30, keptSeconds: 100 },
};

let database: TestDatabase;
let calls = 0;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.close());

const counting = (): TestDatabase => {
  const send = (command: Parameters<TestDatabase['send']>[0]) => {
    calls += 1;
    return database.send(command);
  };
  return { ...database, send: send as TestDatabase['send'] };
};

interface Numbered {
  readonly address: number;
  readonly account: number;
  readonly nowMs: number;
}

async function refusalInStore({ address, account, nowMs }: Numbered) {
  const store = rateLimitStore({ ...counting(), close: () => undefined });
  const sourceIpKey = sourceIpLimitKey('login', String(address));
  if ((await store.consumeFixedWindow(sourceIpKey, Math.floor(nowMs / 1000), rules.address)) > 0)
    return 'address_limit';
  const key = accountLimitKey(String(account));
  const lane = { network: 'new', key: laneLimitKey(String(account), 'new') };
  const consumption = await store.consumeWithBackoff({ key, lane, nowMs }, rules.account);
  return consumption.isAllowed ? consumption.waitIfFailed : 'account_wait';
}

it('decides what the store decides, with as many charges', async () => {
  const admit = admission(rules);
  const random = randomOf(3);
  const met = new Set<Verdict>();
  // A pause now and then, so that windows end and failures are forgotten.
  let nowMs = 1_800_000_000_000;
  for (let at = 0; at < 400; at += 1) {
    nowMs += at % 100 === 99 ? 120_000 : Math.floor(random() * 1200);
    const attempt = { address: anyIndex(random, 3), account: anyIndex(random, 6), nowMs };
    calls = 0;
    const stored = await refusalInStore(attempt);
    const { verdict, waitSeconds } = admit(attempt);
    const isJudged = verdict === 'free' || verdict === 'waited';
    expect(isJudged ? waitSeconds : verdict).toBe(stored);
    expect(calls).toBe(callsOf[verdict].filter(({ operation }) => operation === 'UpdateItem').length);
    met.add(verdict);
  }
  expect([...met].sort()).toEqual(['account_wait', 'address_limit', 'free', 'waited']);
});
