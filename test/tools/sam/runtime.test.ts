/**
 * The functions as `sam local` runs them, but for its containers: the bundles of the template that `npm run sam:synth` writes, each in a process of
 * its own under the Lambda Runtime API, with the variables, table names and events that `sam local` gives.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { functionNames } from '../../../functions/shared/environment';
import { samDatabaseEndpoint } from '../../../lib/sam-local';
import { synthesise } from '../../../local/synthesise';
import { contract } from '../../../tools/contract/command';
import { type SamDatabase, startSamDatabase } from '../../../tools/sam/database';
import { exampleToken } from '../../../tools/sam/example-events';
import { type SamLocal, samLocal } from './stand-in/sam-local';
import { type StartedApi, startApi } from './stand-in/start-api';

const PROJECT = join(__dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'token-auth-sam-'));
jest.setTimeout(60_000);

let database: SamDatabase;
let sam: SamLocal;
let api: StartedApi;
beforeAll(async () => {
  const assembly = join(folder, 'sam.out');
  await synthesise(assembly, ['sam=on']);
  database = await startSamDatabase({
    assembly,
    dataDir: join(folder, 'data'),
    port: 0,
    hosts: ['127.0.0.1'],
  });
  const envVars = readFileSync(join(PROJECT, 'env.json'), 'utf8');
  // These processes are on this machine, not in containers.
  const here = envVars.replaceAll(samDatabaseEndpoint, database.endpoint);
  sam = samLocal(join(assembly, 'TokenAuth-sam.template.json'), JSON.parse(here));
  api = await startApi(sam);
});
afterAll(async () => {
  await api.close();
  await sam.close();
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('sam local invoke', () => {
  let token: string;
  let context: any;

  /** The committed event with the token and the context of this run. */
  function event(name: string): any {
    const text = readFileSync(join(PROJECT, 'events', `${name}.json`), 'utf8');
    const { requestContext, ...rest } = JSON.parse(text.replaceAll(exampleToken, token));
    return { ...rest, requestContext: { ...requestContext, ...(context && { authorizer: context }) } };
  }

  async function invoke(id: string, name: string, changes: object = {}) {
    const { statusCode, headers, body } = await sam.invoke(id, { ...event(name), ...changes });
    return { statusCode, headers, body: body && JSON.parse(body) };
  }

  it('knows every function by its readable name', () => {
    expect([...sam.functionIds].sort()).toEqual(
      functionNames
        .map((name) => `${name}-function`.replace(/(?:^|-)(.)/g, (_, first) => first.toUpperCase()))
        .sort(),
    );
  });

  it('runs signup and login, and the tables are there', async () => {
    const signup = await invoke('SignupFunction', 'signup');
    expect(signup).toMatchObject({
      statusCode: 201,
      body: { user: { id: 1, username: 'newuser', email: 'newuser@example.com', role: 'CLERK' } },
    });
    ({ token } = signup.body);
    expect(await invoke('LoginFunction', 'login')).toMatchObject({
      statusCode: 200,
      body: { token: expect.stringMatching(/^[0-9a-f]{40}$/) },
    });
  });

  it('runs the authorizer, whose context reaches the endpoints in its own types', async () => {
    const verdict = await sam.invoke('AuthorizerFunction', event('authorizer'));
    expect(verdict).toMatchObject({
      principalId: '1',
      policyDocument: { Statement: [{ Effect: 'Allow' }] },
      context: { userId: 1, role: 'CLERK', tokenExpiresAt: expect.any(Number) },
    });
    context = { ...verdict.context, principalId: verdict.principalId };
    expect(await invoke('DashboardFunction', 'dashboard')).toMatchObject({
      statusCode: 200,
      body: { message: 'Welcome to the Clerk Dashboard!' },
    });
  });

  it('runs what is about sessions', async () => {
    const sessions = await invoke('SessionsFunction', 'sessions');
    expect(sessions).toMatchObject({ statusCode: 200, body: [{}, {}] });
    const other = sessions.body.find(({ id }: any) => id !== context.sessionId);
    const ended = await invoke('EndSessionFunction', 'end-session', { pathParameters: { id: other.id } });
    expect(ended.statusCode).toBe(204);
    expect((await invoke('EndSessionFunction', 'end-session')).statusCode).toBe(404);
    expect((await invoke('LogoutAllFunction', 'logout-all')).statusCode).toBe(204);
  });

  it('runs refresh, logout and the fallback', async () => {
    ({ token } = (await invoke('LoginFunction', 'login')).body);
    const { context: fresh } = await sam.invoke('AuthorizerFunction', event('authorizer'));
    context = fresh;
    const refresh = await invoke('RefreshFunction', 'refresh');
    expect(refresh.statusCode).toBe(200);
    ({ token } = refresh.body);
    expect(await invoke('LogoutFunction', 'logout')).toMatchObject({
      statusCode: 200,
      body: { message: 'Successfully logged out.' },
    });
    expect(await invoke('FallbackFunction', 'fallback')).toMatchObject({
      statusCode: 404,
      body: { detail: 'Not found.' },
    });
  });
});

describe('sam local start-api', () => {
  it('keeps every row of the contract that it can show', async () => {
    let report = '';
    const write = (text: string) => {
      report += text;
    };
    const stop = new AbortController().signal;
    const code = await contract([api.url, '--target', 'sam'], { output: { write }, errors: { write }, stop });
    expect([code, report]).toEqual([0, expect.stringMatching(/ 0 did not hold/)]);
  });

  it('has no fault in the log of any function', () => {
    const lines = sam
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'));
    expect(lines.length).toBeGreaterThan(20);
    expect(lines.filter((line) => JSON.parse(line).kind === 'failure')).toEqual([]);
  });

  it('answers 503, and never 401, while the database is down', async () => {
    await database.close();
    const answer = await fetch(`${api.url}/api/dashboard/`, {
      headers: { Authorization: `Token ${exampleToken}` },
    });
    expect([answer.status, await answer.text()]).toEqual([
      503,
      '{"detail":"Service temporarily unavailable."}',
    ]);
    expect(answer.headers.get('Retry-After')).toBe('1');
  });
});
