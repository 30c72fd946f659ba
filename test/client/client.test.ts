/** What the sequences do not reach: sign-up, times, stores and the shape of errors, in simulated time. */
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildSync } from 'esbuild';
import { Client, type ClientError, memoryStore, type Result, webStore } from '../../client/index';
import { parseUnverifiedToken } from '../../functions/shared/domain/token';
import { startQuickServer } from './quick-server';
import { PASSWORD, TOKEN_LIFETIME } from './server';
import { type Fault, noFault, type Received, type Sent, type Witness, World } from './world';

const START_MS = 1_800_000_000_000;
const LOGIN = '/api/api-token-auth/';
const REFRESH = '/api/refresh-token/';
const LOGOUT = '/api/logout/';
const DASHBOARD = '/api/dashboard/';
const ada = { username: 'ada', password: PASSWORD };

/** A world whose requests are listed, with faults for the next of them. */
function openWorld(serve: (sent: Sent, now: number) => Promise<Received>) {
  const paths: string[] = [];
  const faults: Fault[] = [];
  const witness: Witness = {
    sends: ({ path }) => void paths.push(path),
    ends: () => undefined,
    answers: () => undefined,
    writes: async () => undefined,
  };
  const world = new World({ serve, witness, seed: 1, faultFor: () => faults.shift() ?? noFault });
  /** The result of a call, and after how long it came. */
  const settle = async <Value>(calling: Promise<Result<Value>>, ms = 200): Promise<Result<Value>> => {
    let result: Result<Value> | undefined;
    void calling.then((value) => {
      result = value;
    });
    await world.pass(ms);
    if (!result) throw new Error(`There is no result after ${ms} ms.`);
    return result;
  };
  return { world, paths, faults, settle, client: world.start().client };
}

/** Signed in at the server's decisions. */
async function signIn() {
  const server = startQuickServer();
  await server.reset();
  const opened = openWorld((sent, now) => server.serve(sent, START_MS + now));
  expect(await opened.settle(opened.client.login(ada))).toEqual({ ok: true, value: undefined });
  opened.paths.length = 0;
  return { ...opened, server };
}

const reply = (status: number, body: object, headers = {}): Received => ({
  status,
  headers,
  text: JSON.stringify(body),
});
const failureOf = (error: ClientError) => ({ ok: false, error });
const lost: Fault = { times: 1, answer: 'error', delayMs: 40 };
const unsent: Fault = { times: 0, answer: 'error', delayMs: 1 };

describe('a sign-up whose answer is lost', () => {
  const account = { username: 'ada', email: 'ada@example.com', password: PASSWORD };
  const user = { id: 1, username: 'ada', email: 'ada@example.com', role: 'CLERK' };
  const taken = reply(400, { username: ['A user with that username already exists.'] });
  const wrong = reply(400, { non_field_errors: ['Unable to log in with provided credentials.'] });

  /** Creates the user once; signs in with this answer. */
  const openWith = (login: Received) => {
    let isCreated = false;
    return openWorld(async ({ path }) => {
      if (path === LOGIN) return login;
      const answer = isCreated ? taken : reply(201, { user, token: 'a'.repeat(40) });
      isCreated = true;
      return answer;
    });
  };

  it('is sent again, and goes on as a login with what was typed', async () => {
    const { client, faults, paths, settle, world } = openWith(reply(200, { token: 'b'.repeat(40) }));
    faults.push(lost);
    const signedUp = await settle(client.signup(account), 3_000);
    expect(signedUp).toEqual({ ok: true, value: { isSignedIn: true, user: undefined } });
    expect(paths).toEqual(['/api/signup/', '/api/signup/', LOGIN]);
    expect(JSON.parse(world.stored ?? '').token).toBe('b'.repeat(40));
  });

  it('is known to be done also when the user tries again', async () => {
    const { client, faults, settle } = openWith(reply(200, { token: 'b'.repeat(40) }));
    faults.push(lost, unsent);
    expect(await settle(client.signup(account), 3_000)).toEqual(failureOf({ kind: 'no_response' }));
    expect(await settle(client.signup(account))).toMatchObject({ ok: true, value: { isSignedIn: true } });
  });

  it('shows that the name is taken if the password is another', async () => {
    const { client, faults, settle, world } = openWith(wrong);
    faults.push(lost);
    expect(await settle(client.signup(account), 3_000)).toMatchObject({
      error: { kind: 'rejected', fields: { username: ['A user with that username already exists.'] } },
    });
    expect(world.stored).toBeNull();
  });

  it('signs nobody in whose address has to be verified first', async () => {
    const { client, faults, settle } = openWith(
      reply(400, { non_field_errors: ['E-mail is not verified.'] }),
    );
    faults.push(lost);
    const value = { isSignedIn: false, user: undefined };
    expect(await settle(client.signup(account), 3_000)).toEqual({ ok: true, value });
  });

  it('tries no login if the first answer says that the name is taken', async () => {
    const { client, paths, settle } = openWorld(async () => taken);
    expect(await settle(client.signup(account))).toMatchObject({ error: { kind: 'rejected', status: 400 } });
    expect(paths).toEqual(['/api/signup/']);
  });
});

describe('a refresh ahead', () => {
  const THIRD_MS = (TOKEN_LIFETIME * 1000) / 3;

  it('comes before the first call with less than a third of the lifetime left, and no sooner', async () => {
    const { client, paths, settle, world } = await signIn();
    await world.pass(2 * THIRD_MS - 5_000);
    await settle(client.dashboard());
    await world.pass(5_000);
    await settle(client.dashboard());
    expect(paths).toEqual([DASHBOARD, REFRESH, DASHBOARD]);
  });

  it('follows the first answer after a restart or a sleep that shows less than a third', async () => {
    const { paths, settle, world } = await signIn();
    await world.pass(2 * THIRD_MS + 5_000);
    await settle(world.start().client.dashboard());
    expect(paths).toEqual([DASHBOARD, REFRESH]);
  });

  it('does not come when the session ends with the token', async () => {
    const ends = { 'Token-Expires-In': '60', 'Session-Expires-In': '60' };
    const { client, paths, settle, world } = openWorld(async () =>
      reply(200, { token: 'a'.repeat(40) }, ends),
    );
    await settle(client.login(ada));
    await world.pass(50_000);
    await settle(client.dashboard());
    expect(paths).toEqual([LOGIN, DASHBOARD]);
  });

  it('fails without failing the call, and is not tried again at once', async () => {
    const { client, faults, paths, settle, world } = await signIn();
    await world.pass(2 * THIRD_MS + 5_000);
    const busy: Fault = { times: 0, answer: reply(503, {}, { 'Retry-After': '60' }), delayMs: 40 };
    faults.push(busy);
    expect(await settle(client.dashboard())).toMatchObject({ ok: true });
    expect(await settle(client.dashboard())).toMatchObject({ ok: true });
    expect(paths).toEqual([REFRESH, DASHBOARD, DASHBOARD]);
  });

  it('that fails while another process signs somebody else in does not let the call go on', async () => {
    const { client, faults, paths, settle, world } = await signIn();
    await world.pass(2 * THIRD_MS + 5_000);
    const busy: Fault = { times: 0, answer: reply(503, {}), delayMs: 40 };
    faults.push(busy, { ...busy, delayMs: 20_000 });
    const calling = client.dashboard();
    await world.pass(3_000);
    await settle(world.start().client.login({ ...ada, username: 'grace' }));
    expect(await settle(calling, 20_000)).toEqual(failureOf({ kind: 'superseded' }));
    expect(paths).not.toContain(DASHBOARD);
  });
});

describe('a logout', () => {
  it('is done at once without a network, and does not refresh a token that is due', async () => {
    const { client, faults, paths, settle, world } = await signIn();
    await world.pass(6 * 86_400_000);
    faults.push(unsent, unsent);
    const result = await settle(client.logout(), 10);
    expect(result).toMatchObject({ ok: true });
    expect(world.stored).toBeNull();
    await world.pass(10_000);
    expect(result.ok && (await result.value.ended)).toBe(false);
    expect(paths).toEqual([LOGOUT, LOGOUT]);
  });

  it('tells the server and this process also if the store cannot be written', async () => {
    const { client, paths, settle, world } = await signIn();
    await settle(client.dashboard());
    world.storeMode = 'unwritable';
    expect(await settle(client.logout())).toEqual(failureOf({ kind: 'store_unavailable' }));
    expect(paths).toEqual([DASHBOARD, LOGOUT]);
    expect(await settle(client.dashboard())).toEqual(failureOf({ kind: 'signed_out' }));
  });
});

describe('a refresh whose answer comes late', () => {
  /** Its answer is under way for as long as something else takes. */
  const beginRefresh = async () => {
    const opened = await signIn();
    const { client, faults, world, server } = opened;
    await world.pass(5 * 86_400_000);
    faults.push({ ...noFault, delayMs: 5_000 });
    const late = client.dashboard();
    await world.pass(100);
    const old = parseUnverifiedToken(JSON.parse(world.stored ?? '').token)!;
    const isLive = async () => (await server.find(old)).session !== undefined;
    return { ...opened, late, isLive };
  };
  const superseded = failureOf({ kind: 'superseded' });

  it('is dropped after a logout that the server did not hear of, and logged out', async () => {
    const { client, faults, late, isLive, settle, world } = await beginRefresh();
    faults.push(unsent, unsent);
    await settle(client.logout(), 4_000);
    expect(await isLive()).toBe(true);
    expect(await settle(late, 1_000)).toEqual(superseded);
    expect(world.stored).toBeNull();
    expect(await isLive()).toBe(false);
  });

  it('is dropped after a login in this or another process, and logged out', async () => {
    for (const isAnother of [false, true]) {
      const { client, faults, late, isLive, settle, world } = await beginRefresh();
      const process = isAnother ? world.start().client : client;
      faults.push(noFault, unsent, unsent);
      await settle(process.login({ ...ada, username: 'grace' }), 4_000);
      const { stored } = world;
      expect(await isLive()).toBe(true);
      expect(await settle(late, 1_000)).toEqual(superseded);
      expect(world.stored).toBe(stored);
      expect(await isLive()).toBe(false);
    }
  });
});

describe('of two logins at once', () => {
  it('the one that began later holds, and the other is logged out', async () => {
    const { client, faults, settle, world, server } = await signIn();
    faults.push({ ...noFault, delayMs: 3_000 });
    const first = client.login(ada);
    const second = client.login({ ...ada, username: 'grace' });
    expect(await settle(second)).toMatchObject({ ok: true });
    const { stored } = world;
    expect(await settle(first, 3_000)).toEqual(failureOf({ kind: 'superseded' }));
    expect(world.stored).toBe(stored);
    expect(server.countSessions()).toBe(1);
  });
});

describe('an aborted call', () => {
  it('ends at once, and the others get the refresh that it waited for', async () => {
    const { client, paths, settle, world } = await signIn();
    await world.pass(5 * 86_400_000);
    const controller = new AbortController();
    const aborted = client.dashboard({ signal: controller.signal });
    const other = client.dashboard();
    await world.pass(10);
    controller.abort();
    expect(await settle(aborted, 0)).toEqual(failureOf({ kind: 'aborted' }));
    expect(await settle(other)).toMatchObject({ ok: true });
    expect(paths).toEqual([REFRESH, DASHBOARD]);
  });
});

describe('a lost answer', () => {
  it('is asked for again if the method is idempotent, after a second or so', async () => {
    const { client, faults, paths, settle } = await signIn();
    faults.push(lost);
    expect(await settle(client.dashboard(), 1_700)).toMatchObject({ ok: true });
    expect(paths).toEqual([DASHBOARD, DASHBOARD]);
  });

  it("is the caller's to judge if it is not", async () => {
    const { client, faults, paths, settle } = await signIn();
    faults.push(lost);
    const order = client.request('/api/orders/', { method: 'POST', json: {} });
    expect(await settle(order, 10_000)).toEqual(failureOf({ kind: 'no_response' }));
    expect(paths).toEqual(['/api/orders/']);
  });

  it('is given up after thirty seconds of silence, twice', async () => {
    const { client, faults, settle } = await signIn();
    const silence: Fault = { times: 0, answer: 'none', delayMs: 0 };
    faults.push(silence, silence);
    expect(await settle(client.dashboard(), 62_000)).toEqual(failureOf({ kind: 'no_response' }));
  });
});

describe('a refused token', () => {
  const refusal: Fault = { times: 0, answer: reply(401, { detail: 'Invalid token.' }), delayMs: 40 };

  it('is refreshed once, and the second refusal goes to the caller and signs nobody out', async () => {
    const { client, faults, paths, settle } = await signIn();
    faults.push(refusal, noFault, refusal);
    expect(await settle(client.dashboard())).toMatchObject({ error: { kind: 'rejected', status: 401 } });
    expect(paths).toEqual([DASHBOARD, REFRESH, DASHBOARD]);
    expect(await settle(client.dashboard())).toMatchObject({ ok: true });
  });

  it('is replaced without a refresh if a newer one is stored', async () => {
    const { client, faults, paths, settle, world } = await signIn();
    faults.push(refusal);
    const held = JSON.parse(world.stored ?? '');
    const late = client.dashboard();
    await world.pass(2);
    world.stored = JSON.stringify({ ...held, token: 'b'.repeat(40) });
    await settle(late);
    expect(paths).toEqual([DASHBOARD, DASHBOARD]);
  });
});

describe('errors', () => {
  const answering = async (answer: Received) => {
    const { client, faults, settle } = await signIn();
    faults.push({ times: 0, answer, delayMs: 40 });
    return settle(client.request('/api/reports/', { method: 'POST', json: {} }));
  };

  it('have the fields of a 400, and the whole answer', async () => {
    const body = { name: ['This field is required.'], detail: 'No.' };
    expect(await answering(reply(400, body))).toEqual(
      failureOf({
        ...{ kind: 'rejected', status: 400, detail: 'No.', body },
        fields: { name: ['This field is required.'] },
      }),
    );
  });

  it('have the wait of a 429 and a 503', async () => {
    const headers = { 'Retry-After': '57' };
    const detail = 'Request was throttled.';
    const throttled = { kind: 'throttled', detail, retryAfterSeconds: 57 } as const;
    expect(await answering(reply(429, { detail }, headers))).toEqual(failureOf(throttled));
    const unavailable = { kind: 'unavailable', status: 503, detail, retryAfterSeconds: 57 } as const;
    expect(await answering(reply(503, { detail }, headers))).toEqual(failureOf(unavailable));
  });

  it("tell an answer of somebody else from the server's", async () => {
    const page = { headers: { 'Content-Type': 'text/html' }, text: '<html>' };
    for (const status of [200, 302, 401, 403]) {
      const unexpected = { kind: 'unexpected_response', status } as const;
      expect(await answering({ status, ...page })).toEqual(failureOf(unexpected));
    }
  });
});

describe('a request', () => {
  it('rejects a path that could lead to another host', async () => {
    const { client } = await signIn();
    for (const path of ['@example.org/', 'https://example.org/', '.example.org/'])
      await expect(client.request(path)).rejects.toThrow(TypeError);
  });

  it('reads the body as its caller wants it', async () => {
    const { client, settle } = await signIn();
    const parse = async (response: { text(): Promise<string> }) => (await response.text()).length;
    expect(await settle(client.request<number>(DASHBOARD, { parse }))).toEqual({ ok: true, value: 22 });
  });
});

describe('a store', () => {
  it('may have a bare token, which is refreshed once its age is known', async () => {
    const { paths, settle, world } = await signIn();
    world.stored = JSON.parse(world.stored ?? '').token;
    const { client } = world.start();
    expect(await settle(client.dashboard())).toMatchObject({ ok: true });
    await settle(client.dashboard());
    expect(paths).toEqual([DASHBOARD, REFRESH, DASHBOARD]);
  });

  it('that has something else is not taken for an empty one, and a login overwrites it', async () => {
    const { client, settle, world } = await signIn();
    world.stored = '{}';
    expect(await settle(client.isSignedIn())).toEqual(failureOf({ kind: 'store_unavailable' }));
    expect(world.stored).toBe('{}');
    expect(await settle(client.login(ada))).toMatchObject({ ok: true });
    expect(await settle(client.isSignedIn())).toEqual({ ok: true, value: true });
  });

  it('that is silent ends a call after ten seconds', async () => {
    const { client, settle, world } = await signIn();
    world.storeMode = 'silent';
    expect(await settle(client.dashboard(), 10_100)).toEqual(failureOf({ kind: 'store_unavailable' }));
  });

  it('of the web or in memory has what was written last', async () => {
    const items = new Map<string, string>();
    const storage = {
      getItem: (key: string) => items.get(key) ?? null,
      setItem: (key: string, text: string) => void items.set(key, text),
      removeItem: (key: string) => void items.delete(key),
    };
    for (const store of [webStore(storage), memoryStore()]) {
      for (const text of ['one', 'two', null]) {
        await store.write(text);
        expect(await store.read()).toBe(text);
      }
    }
  });
});

describe('the package', () => {
  it('has at most 8 kB, minified and compressed, and imports nothing', () => {
    const options = { bundle: true, minify: true, format: 'esm', target: 'es2022', write: false } as const;
    const entryPoints = [join(__dirname, '../../client/index.ts')];
    const { outputFiles, metafile } = buildSync({ ...options, entryPoints, metafile: true });
    expect(Object.keys(metafile.inputs).filter((path) => !path.startsWith('client/'))).toEqual([]);
    expect(gzipSync(outputFiles[0]!.contents).length).toBeLessThanOrEqual(8_000);
  });
});

it('runs with the fetch, clock and timers of its platform', async () => {
  const client = new Client({ baseUrl: 'http://127.0.0.1:1', store: memoryStore() });
  expect(await client.resetPassword({ email: 'ada@example.com' })).toEqual(
    failureOf({ kind: 'no_response' }),
  );
});
