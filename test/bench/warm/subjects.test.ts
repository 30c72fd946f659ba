/** What is measured are requests that succeed, and each makes the calls that `cli/request-kinds.ts` says. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConstantDatabase, startConstantDatabase } from '../../../bench/constant-database';
import { measure } from '../../../bench/warm/measure';
import {
  bundle,
  comparisonAt,
  LEAST_COST,
  SDK,
  SIGNED,
  subjectsOf,
  withCost,
} from '../../../bench/warm/subjects';
import { type RequestKind, requestKinds } from '../../../cli/request-kinds';
import { hashPassword } from '../../../functions/shared/domain/password-hash';
import { loadDeployment } from '../../../local/template/load-deployment';

const folder = mkdtempSync(join(tmpdir(), 'token-auth-test-'));
const text = 'password123';
let database: ConstantDatabase;
beforeAll(async () => {
  database = await startConstantDatabase();
});
afterAll(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

const callsOf = (kind: keyof typeof requestKinds): number =>
  (requestKinds[kind] as RequestKind).calls?.length ?? 0;

it('makes the calls of its price, and is answered with success', async () => {
  const hash = await hashPassword(text, LEAST_COST);
  database.keepHash(hash);
  const deployment = loadDeployment(String(process.env['TOKEN_AUTH_TEST_ASSEMBLY']));
  const all = subjectsOf(deployment, folder, { text, hashes: new Map([[LEAST_COST, hash]]) });
  const subjects = all.filter(({ bcryptCost }) => bcryptCost <= LEAST_COST);
  const bench = { database, program: bundle('measured-process', folder), node: process.execPath };
  const made: Record<string, number> = {};
  for (const subject of subjects) {
    const sample = await measure(bench, { ...subject, calls: 1 });
    expect(sample.warm).toBeGreaterThan(0);
    made[subject.name] = sample.databaseCalls;
  }
  expect(made).toEqual({
    [SIGNED]: 1,
    [SDK]: 1,
    [comparisonAt(LEAST_COST)]: 0,
    [withCost('signup', LEAST_COST)]: callsOf('signup'),
    [withCost('login', LEAST_COST)]: callsOf('login'),
    authorizer: requestKinds.dashboard.authorizer.length,
    dashboard: callsOf('dashboard'),
    refresh: callsOf('refresh'),
    logout: callsOf('logout'),
    'logout-all': callsOf('logout-all'),
    sessions: callsOf('sessions'),
    'end-session': callsOf('end-session'),
    fallback: callsOf('unknown'),
  });
});

it('does not measure a request that is refused', async () => {
  const [signed] = subjectsOf(loadDeployment(String(process.env['TOKEN_AUTH_TEST_ASSEMBLY'])), folder, {
    text,
    hashes: new Map(),
  });
  const bench = { database, program: bundle('measured-process', folder), node: process.execPath };
  await expect(measure(bench, { ...signed!, calls: 1, answer: '503' })).rejects.toThrow(
    'GetItem, signed by hand answered 200.',
  );
});

it('says so when there is no such Node.js', async () => {
  const [signed] = subjectsOf(loadDeployment(String(process.env['TOKEN_AUTH_TEST_ASSEMBLY'])), folder, {
    text,
    hashes: new Map(),
  });
  const bench = { database, program: bundle('measured-process', folder), node: '/nowhere/node' };
  await expect(measure(bench, { ...signed!, calls: 1 })).rejects.toThrow('spawn /nowhere/node ENOENT');
});
