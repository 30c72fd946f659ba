/** The example as someone would try it: synthesised in its own folder, then both of its APIs over HTTP. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApi, type TestApi } from '../support/api';
import { callerOf } from '../support/client';
import { type FaultyApi, startFaultyApi } from '../support/faulty-database';
import { itemsOf, type StoredItems } from '../support/stored-items';

const PROJECT = join(__dirname, '../..');

const assembly = mkdtempSync(join(tmpdir(), 'reports-'));
let api: TestApi;
let stored: StoredItems;
let reports: TestApi['call'];

beforeAll(async () => {
  const cdk = join(PROJECT, 'node_modules/aws-cdk/bin/cdk');
  const cwd = join(PROJECT, 'examples/reports');
  execFileSync(process.execPath, [cdk, 'synth', '--quiet', '--output', assembly], { cwd, stdio: 'pipe' });
  api = await startApi({ assembly });
  stored = itemsOf(api);
  reports = reportsOf(api);
}, 60_000);

afterAll(async () => {
  stored.close();
  await api.close();
  rmSync(assembly, { recursive: true });
});

const reportsOf = ({ urls }: TestApi) =>
  callerOf(Object.entries(urls).find(([id]) => id.startsWith('ReportsApi'))![1]);

const INVALID_TOKEN = { detail: 'Invalid token.' };
const FORBIDDEN = { detail: 'You do not have permission to perform this action.' };

/** As an operator would, with the AWS command line. */
const change = (token: string, attribute: string, value: unknown) =>
  stored.updateUser(token.slice(0, 10), {
    expression: 'SET #name = :value',
    names: { '#name': attribute },
    values: { ':value': value },
  });

async function expectRefused(token?: string): Promise<void> {
  const { status, body, headers } = await reports('GET', '/reports', token === undefined ? {} : { token });
  expect([status, body]).toEqual([401, INVALID_TOKEN]);
  expect(headers.get('WWW-Authenticate')).toBe('Token');
  expect(headers.get('Cache-Control')).toBe('no-store');
}

it('leaves no log behind when it is destroyed', () => {
  const { Resources } = JSON.parse(readFileSync(join(assembly, 'Reports.template.json'), 'utf8'));
  const ofType = (type: string) => Object.values<any>(Resources).filter(({ Type }) => Type === type);
  for (const { Properties } of ofType('AWS::Lambda::Function'))
    expect(Resources[Properties.LoggingConfig?.LogGroup.Ref]).toMatchObject({ DeletionPolicy: 'Delete' });
});

it('every user may list the reports, and the function knows who asks', async () => {
  const { id, token } = await api.signup();
  const { status, body } = await reports('GET', '/reports/', { token });
  expect([status, body]).toEqual([200, { reports: [], preparedFor: { userId: id, role: 'CLERK' } }]);
});

it('nobody else may: without a token, with nonsense, or with a token that nobody has', async () => {
  await expectRefused();
  await expectRefused('nonsense');
  await expectRefused('0'.repeat(40));
  const { token } = await api.signup();
  const bearer = await reports('GET', '/reports', { headers: { Authorization: `Bearer ${token}` } });
  expect(bearer.status).toBe(401);
});

it('only administrators may delete one, from the next request on after they became that', async () => {
  const { token } = await api.signup();
  const refused = await reports('DELETE', '/reports/7', { token });
  expect([refused.status, refused.body]).toEqual([403, FORBIDDEN]);
  expect(refused.headers.get('WWW-Authenticate')).toBeNull();
  await change(token, 'role', 'ADMNI');
  expect((await reports('GET', '/reports', { token })).status).toBe(403);
  await change(token, 'role', 'ADMIN');
  const deleted = await reports('DELETE', '/reports/7', { token });
  expect([deleted.status, deleted.body]).toEqual([200, { deleted: '7' }]);
  expect((await reports('DELETE', '/reports/7')).status).toBe(401);
});

it('logout holds at the very next request', async () => {
  const { token } = await api.signup();
  expect((await reports('GET', '/reports', { token })).status).toBe(200);
  await api.call('POST', '/api/logout/', { token });
  await expectRefused(token);
});

it('so does deactivation', async () => {
  const { token } = await api.signup();
  await change(token, 'isActive', false);
  await expectRefused(token);
});

it('and the end of the lifetime that the example sets', async () => {
  const { token } = await api.signup();
  await api.call('POST', '/_local/clock/', { body: { advance: '13h' } });
  await expectRefused(token);
  await api.call('POST', '/_local/clock/', { body: { reset: true } });
  expect((await reports('GET', '/reports', { token })).status).toBe(200);
});

it('a token that was refreshed away is refused at once, and the first use of its successor is noted', async () => {
  const { token } = await api.signup();
  const { body } = await api.call('POST', '/api/refresh-token/', { token });
  await expectRefused(token);
  expect((await reports('GET', '/reports', { token: body.token })).status).toBe(200);
  const session = (await stored.all('tokens')).find(({ user }) => user === token.slice(0, 10));
  expect(session).toMatchObject({ refreshCount: 1, successorUsedAt: expect.any(Number) });
});

it('the log says who was refused and why, and nothing of any token', async () => {
  const { id, token } = await api.signup();
  await reports('DELETE', '/reports/7', { token });
  await reports('GET', '/reports', { token: `${token.slice(0, -1)}${token.endsWith('0') ? 1 : 0}` });
  await api.logged({
    kind: 'request',
    function: 'external-authorizer',
    userId: id,
    status: 403,
    reason: 'role_not_admitted',
  });
  await api.logged({
    kind: 'request',
    function: 'external-authorizer',
    route: '/reports',
    status: 401,
    reason: 'token_wrong',
  });
  expect(api.log()).not.toContain(token.slice(14, -1));
});

describe('while the database does not answer', () => {
  let backend: FaultyApi;
  beforeAll(async () => {
    backend = await startFaultyApi({ assembly });
  });
  afterAll(() => backend.close());

  it('every method answers 503: nobody is let in, and nobody is logged out', async () => {
    const call = reportsOf(backend.api);
    const { token } = await backend.api.signup();
    expect((await call('GET', '/reports', { token })).status).toBe(200);
    backend.database.decide(() => 'silence');
    const answers = [call('GET', '/reports', { token }), call('DELETE', '/reports/7', { token })];
    for (const { status, body, headers } of await Promise.all(answers)) {
      expect([status, body]).toEqual([503, { detail: 'Service temporarily unavailable.' }]);
      expect(headers.get('Retry-After')).toBe('1');
      expect(headers.get('WWW-Authenticate')).toBeNull();
    }
    backend.database.decide(() => 'pass');
    expect((await call('GET', '/reports', { token })).status).toBe(200);
  });
});
