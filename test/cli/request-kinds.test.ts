/** The table of calls against what the functions send to DynamoDB, call by call and item by item. */
import { assumptions } from '../../cli/prices';
import { type RequestKind, requestKinds } from '../../cli/request-kinds';
import { newName } from '../support/api';
import { type Call, type FaultyApi, startFaultyApi } from '../support/faulty-database';

type Name = keyof typeof requestKinds;

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

const batches = ({ payload }: Call): any[] => Object.values(payload['RequestItems'] ?? {});

/** As the table writes it. */
function written(call: Call): string {
  if (call.operation === 'BatchGetItem')
    return `BatchGetItem ${batches(call).reduce((sum: number, { Keys }) => sum + Keys.length, 0)}`;
  if (call.operation === 'TransactWriteItems')
    return `TransactWriteItems ${call.payload['TransactItems'].length}`;
  return call.operation;
}

const expected = (...kinds: RequestKind[]) =>
  kinds.flatMap(({ authorizer = [], calls = [] }) => [...authorizer, ...calls]).sort();

/** Sends one request: its response, and the calls and log lines it caused. */
async function send(method: string, path: string, options: { token?: string; body?: object } = {}) {
  seen = [];
  const reply = await backend.api.call(method, path, options);
  const requestId = reply.headers.get('x-amzn-requestid');
  await backend.api.logged({ requestId, kind: 'request' });
  const lines = backend.api
    .log()
    .split('\n')
    .filter((line) => line.includes(`"requestId":"${requestId}"`));
  return { reply, calls: seen.map(written).sort(), lines };
}

const password = 'password123';
const signup = () => backend.api.signup();

const requests: Record<Name, () => ReturnType<typeof send>> = {
  signup: () => {
    const username = newName();
    return send('POST', '/api/signup/', { body: { username, email: `${username}@example.com`, password } });
  },
  login: async () => {
    const { username } = await signup();
    return send('POST', '/api/api-token-auth/', { body: { username, password } });
  },
  dashboard: async () => send('GET', '/api/dashboard/', await signup()),
  refresh: async () => send('POST', '/api/refresh-token/', await signup()),
  logout: async () => send('POST', '/api/logout/', await signup()),
  'logout-all': async () => send('POST', '/api/logoutall/', await signup()),
  sessions: async () => send('GET', '/api/sessions/', await signup()),
  'end-session': async () => {
    const { username, token } = await signup();
    await backend.api.call('POST', '/api/api-token-auth/', { body: { username, password } });
    const { body } = await backend.api.call('GET', '/api/sessions/', { token });
    return send('DELETE', `/api/sessions/${body.find(({ current }: any) => !current).id}/`, { token });
  },
  'keep-current': async () => send('POST', '/api/logoutall/?keep=current', await signup()),
  refused: async () => {
    const { token } = await signup();
    await backend.api.call('POST', '/api/logout/', { token });
    return send('GET', '/api/dashboard/', { token });
  },
  unknown: () => send('GET', '/api/nothing/'),
};

const statuses: Partial<Record<Name, number>> = {
  signup: 201,
  'logout-all': 204,
  'end-session': 204,
  'keep-current': 204,
  refused: 401,
  unknown: 404,
};

describe.each(Object.keys(requestKinds) as Name[])('a request of the kind %s', (name) => {
  const kind: RequestKind = requestKinds[name];

  it('makes the calls and writes the log lines it is charged for', async () => {
    const { reply, calls, lines } = await requests[name]();
    expect(reply.status).toBe(statuses[name] ?? 200);
    if (name === 'refresh') {
      // The first use of the successor, at the next request, is charged with the refresh.
      const { calls: next } = await send('GET', '/api/dashboard/', { token: reply.body.token });
      expect([...calls, ...next].sort()).toEqual(expected(kind, requestKinds.dashboard));
    } else {
      expect(calls).toEqual(expected(kind));
    }
    expect(lines).toHaveLength(kind.logLines);
    for (const line of lines) expect(line.length).toBeLessThan(assumptions.logLineBytes);
  });
});

it('every read is strongly consistent, and every item written is smaller than 1 KB', async () => {
  const calls: Call[] = [];
  for (const name of ['signup', 'login', 'refresh', 'end-session', 'keep-current'] as const) {
    await requests[name]();
    calls.push(...seen);
  }
  const reads = calls.flatMap((call) => {
    if (call.operation === 'BatchGetItem') return batches(call);
    return /^(GetItem|Query)$/.test(call.operation) ? [call.payload] : [];
  });
  expect(reads.length).toBeGreaterThan(7);
  for (const read of reads) expect(read.ConsistentRead).toBe(true);
  const items = calls.flatMap(({ payload }) => [
    ...(payload['Item'] ? [payload['Item']] : []),
    ...(payload['TransactItems'] ?? []).flatMap(({ Put }: any) => (Put ? [Put.Item] : [])),
  ]);
  expect(items.length).toBeGreaterThan(4);
  // More than DynamoDB counts: names, values and the notation of their types.
  for (const item of items) expect(JSON.stringify(item).length).toBeLessThan(1000);
});
