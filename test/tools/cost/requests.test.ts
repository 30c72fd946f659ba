/** The table of calls against what the functions really send to DynamoDB, call by call and item by item. */
import { routeList } from '../../../functions/routes';
import { assumed } from '../../../tools/cost/assumptions';
import { type RequestKind, type RequestKindName, requestKinds, unitsOf } from '../../../tools/cost/requests';
import { newName } from '../../support/api';
import { type Call, type FaultyApi, startFaultyApi } from '../../support/faulty-database';

let backend: FaultyApi;
let seen: Call[] = [];
beforeAll(async () => {
  backend = await startFaultyApi();
  backend.database.decide((call) => {
    seen.push(call);
    return 'pass';
  });
});
afterAll(() => backend.close());

const batched = ({ payload }: Call): any[] => Object.values(payload['RequestItems'] ?? {});

function itemsIn(call: Call): number {
  if (call.operation === 'BatchGetItem')
    return batched(call).reduce((sum: number, { Keys }) => sum + Keys.length, 0);
  return call.operation === 'TransactWriteItems' ? call.payload['TransactItems'].length : 1;
}

const inWords = ({ operation, items }: { operation: string; items: number }) => `${operation} ${items}`;
const sent = () => seen.map((call) => inWords({ operation: call.operation, items: itemsIn(call) })).sort();
const callsIn = (...kinds: RequestKind[]) =>
  kinds
    .flatMap(({ runs }) => runs)
    .flatMap(({ calls }) => calls)
    .map(inWords)
    .sort();

const password = 'password123';
const bytesOf = (item: Record<string, any>): number =>
  Object.entries(item).reduce(
    (sum, [name, value]) => sum + name.length + (Object.values(value)[0] as string).toString().length,
    0,
  );

/** Sends one request, and what it set off. */
async function play(method: string, path: string, options: { token?: string; body?: object } = {}) {
  seen = [];
  const reply = await backend.api.call(method, path, options);
  const requestId = reply.headers.get('x-amzn-requestid');
  await backend.api.logged({ requestId, kind: 'request' });
  const lines = backend.api
    .log()
    .split('\n')
    .filter((line) => line.includes(`"requestId":"${requestId}"`));
  return { reply, calls: sent(), lines };
}

const login = async (username: string) =>
  (await backend.api.call('POST', '/api/api-token-auth/', { body: { username, password } })).body.token;

/** How each kind of request is made. */
const ways: Record<RequestKindName, () => ReturnType<typeof play>> = {
  signup: () => {
    const username = newName();
    return play('POST', '/api/signup/', { body: { username, email: `${username}@example.com`, password } });
  },
  login: async () => {
    const { username } = await backend.api.signup();
    return play('POST', '/api/api-token-auth/', { body: { username, password } });
  },
  dashboard: async () => play('GET', '/api/dashboard/', await backend.api.signup()),
  refresh: async () => play('POST', '/api/refresh-token/', await backend.api.signup()),
  logout: async () => play('POST', '/api/logout/', await backend.api.signup()),
  'logout-all': async () => play('POST', '/api/logoutall/', await backend.api.signup()),
  sessions: async () => play('GET', '/api/sessions/', await backend.api.signup()),
  'end-session': async () => {
    const { username, token } = await backend.api.signup();
    await login(username);
    const { body } = await backend.api.call('GET', '/api/sessions/', { token });
    const other = body.find((session: any) => !session.current);
    return play('DELETE', `/api/sessions/${other.id}/`, { token });
  },
  keepCurrent: async () => play('POST', '/api/logoutall/?keep=current', await backend.api.signup()),
  refused: async () => {
    const { token } = await backend.api.signup();
    await backend.api.call('POST', '/api/logout/', { token });
    return play('GET', '/api/dashboard/', { token });
  },
  unknown: () => play('GET', '/api/nothing/'),
};

const STATUS: Partial<Record<RequestKindName, number>> = {
  signup: 201,
  'logout-all': 204,
  'end-session': 204,
  keepCurrent: 204,
  refused: 401,
  unknown: 404,
};

describe.each(Object.entries(requestKinds))('%s', (name, kind: RequestKind) => {
  it('makes the calls and writes the lines that its price is made of', async () => {
    const { reply, calls, lines } = await ways[name as RequestKindName]();
    expect(reply.status).toBe(STATUS[name as RequestKindName] ?? 200);
    if (name === 'refresh') {
      const [noted] = kind.runs;
      expect(noted!.calls.map(inWords)).toEqual(['BatchGetItem 2', 'UpdateItem 1']);
      const { calls: next } = await play('GET', '/api/dashboard/', { token: reply.body.token });
      expect([...calls, ...next].sort()).toEqual(callsIn(kind, requestKinds.dashboard));
    } else {
      expect(calls).toEqual(callsIn(kind));
    }
    expect(lines).toHaveLength(kind.lines);
    for (const line of lines) expect(line.length).toBeLessThan(assumed('ownLine'));
  });
});

it('knows every route', () => {
  for (const { name, method, path } of routeList) expect(requestKinds[name].title).toBe(`${method} ${path}/`);
});

describe('units', () => {
  it('are those of strongly consistent reads and of writes, in a transaction two for each item', () => {
    expect(unitsOf({ operation: 'BatchGetItem', items: 2 })).toEqual({ reads: 2, writes: 0 });
    expect(unitsOf({ operation: 'Query', items: 1 })).toEqual({ reads: 1, writes: 0 });
    expect(unitsOf({ operation: 'DeleteItem', items: 1 })).toEqual({ reads: 0, writes: 1 });
    expect(unitsOf({ operation: 'TransactWriteItems', items: 4 })).toEqual({ reads: 0, writes: 8 });
  });

  it('are no more: every read is strongly consistent, and what is written is less than 1 KB', async () => {
    const everything: Call[] = [];
    for (const way of Object.values(ways)) {
      await way();
      everything.push(...seen);
    }
    const reads = everything.flatMap((call) => {
      if (call.operation === 'BatchGetItem') return batched(call);
      return /^(GetItem|Query)$/.test(call.operation) ? [call.payload] : [];
    });
    expect(reads.length).toBeGreaterThan(20);
    for (const read of reads) expect(read.ConsistentRead).toBe(true);
    const items = everything.flatMap(({ payload }) => [
      ...(payload['Item'] ? [payload['Item']] : []),
      ...(payload['TransactItems'] ?? []).flatMap(({ Put }: any) => (Put ? [Put.Item] : [])),
    ]);
    expect(items.length).toBeGreaterThan(4);
    for (const item of items) expect(bytesOf(item)).toBeLessThan(1000);
  });
});

it('what is stored of a user and of a session is about what the examples say', async () => {
  await ways.signup();
  const put = seen.find(({ operation }) => operation === 'TransactWriteItems')!.payload['TransactItems'];
  const [username, email, user, session] = put.map(({ Put }: any) => bytesOf(Put.Item) + 100);
  expect(username + email + user).toBeLessThan(assumed('user'));
  expect(username + email + user).toBeGreaterThan(assumed('user') / 2);
  expect(session).toBeLessThan(assumed('session'));
  expect(session).toBeGreaterThan(assumed('session') / 2);
});
