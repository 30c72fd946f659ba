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
  async function call(method: string, path: string, { token, body }: { token?: string; body?: object } = {}) {
    const response = await fetch(api.url + path, {
      method,
      headers: {
        ...(token !== undefined && { Authorization: `Token ${token}` }),
        ...(body && { 'Content-Type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  const account = { username: 'other', password: 'password123' };
  const challengeOf = ({ headers }: { headers: Headers }) => [
    headers.get('WWW-Authenticate'),
    headers.get('Cache-Control'),
  ];

  it('plays the flow of the seed, and a token that is spent gets the 401 that AWS gives', async () => {
    const signup = await call('POST', '/api/signup/', {
      body: { ...account, email: 'other@example.com', role: 'CLERK' },
    });
    expect(signup.status).toBe(201);
    const login = await call('POST', '/api/api-token-auth', { body: account });
    const { token } = JSON.parse(login.text);
    expect([login.status, login.text]).toEqual([200, `{"token":"${token}"}`]);
    const dashboard = await call('GET', '/api/dashboard/', { token });
    expect([dashboard.status, dashboard.text]).toEqual([
      200,
      '{"message":"Welcome to the Clerk Dashboard!"}',
    ]);
    const refresh = await call('POST', '/api/refresh-token/', { token });
    const { token: successor } = JSON.parse(refresh.text);
    const old = await call('GET', '/api/dashboard/', { token });
    expect([old.status, old.text]).toEqual([401, '{"detail":"Invalid token."}']);
    expect(challengeOf(old)).toEqual(['Token', 'no-store']);
    const logout = await call('POST', '/api/logout/', { token: successor });
    expect([logout.status, logout.text]).toEqual([200, '{"message":"Successfully logged out."}']);
    const after = await call('GET', '/api/dashboard/', { token: successor });
    expect([after.status, after.text]).toEqual([401, '{"detail":"Invalid token."}']);
    expect(challengeOf(after)).toEqual(['Token', 'no-store']);
  });

  it.each([
    [undefined, 'Authentication credentials were not provided.'],
    ['', 'Invalid token header. No credentials provided.'],
    ['a b', 'Invalid token header. Token string should not contain spaces.'],
    [exampleToken, 'Invalid token.'],
  ])('answers the token %j by 401 with what is wrong', async (token, detail) => {
    const answer = await call('GET', '/api/sessions/', token === undefined ? {} : { token });
    expect([answer.status, JSON.parse(answer.text)]).toEqual([401, { detail }]);
    expect(challengeOf(answer)).toEqual(['Token', 'no-store']);
  });

  it('answers unknown paths, other methods, OPTIONS and HEAD', async () => {
    expect(await call('GET', '/api/unknown/')).toMatchObject({
      status: 404,
      text: '{"detail":"Not found."}',
    });
    const other = await call('GET', '/api/signup/');
    expect([other.status, other.headers.get('Allow')]).toEqual([405, 'POST, OPTIONS']);
    const options = await call('OPTIONS', '/api/dashboard/');
    expect([options.status, options.headers.get('Allow')]).toEqual([204, 'GET, HEAD, OPTIONS']);
    expect(await call('HEAD', '/api/dashboard/')).toMatchObject({ status: 401, text: '' });
    expect(await call('GET', '/')).toMatchObject({ status: 404 });
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
    const answer = await call('GET', '/api/dashboard/', { token: exampleToken });
    expect(answer).toMatchObject({ status: 503, text: '{"detail":"Service temporarily unavailable."}' });
    expect(answer.headers.get('Retry-After')).toBe('1');
  });
});
