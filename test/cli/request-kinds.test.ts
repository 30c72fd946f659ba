/** The table of calls against what the functions send to DynamoDB, call by call and item by item. */
import { assumptions } from '../../cli/prices';
import { listCalls, requestKinds } from '../../cli/request-kinds';
import type { ChallengePurpose } from '../../functions/shared/domain/challenge';
import { newName } from '../support/api';
import { newChallenge, type Secrets } from '../support/challenges';
import { type Call, type FaultyApi, startFaultyApi } from '../support/faulty-database';
import { itemsOf, type StoredItems } from '../support/stored-items';

let backend: FaultyApi;
let stored: StoredItems;
let seen: Call[] = [];
beforeAll(async () => {
  backend = await startFaultyApi();
  stored = itemsOf(backend.api);
  backend.database.decide((call) => {
    seen.push(call);
    return 'pass';
  });
});
afterAll(async () => {
  stored.close();
  await backend.close();
});

const batches = ({ payload }: Call): any[] => Object.values(payload['RequestItems'] ?? {});

/** The operation, and the number of items where it is not one. */
function written(call: Call): string {
  if (call.operation === 'BatchGetItem')
    return `BatchGetItem ${batches(call).reduce((sum: number, { Keys }) => sum + Keys.length, 0)}`;
  if (call.operation === 'TransactWriteItems')
    return `TransactWriteItems ${call.payload['TransactItems'].length}`;
  return call.operation;
}

const readsIn = (call: Call): any[] => {
  if (call.operation === 'BatchGetItem') return batches(call);
  return /^(GetItem|Query)$/.test(call.operation) ? [call.payload] : [];
};
const itemsIn = ({ payload }: Call): any[] => [
  ...(payload['Item'] ? [payload['Item']] : []),
  ...(payload['TransactItems'] ?? []).flatMap(({ Put }: any) => (Put ? [Put.Item] : [])),
];

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
  for (const read of seen.flatMap(readsIn)) expect(read.ConsistentRead).toBe(true);
  // More than DynamoDB counts: names, values and the notation of their types.
  for (const item of seen.flatMap(itemsIn)) expect(JSON.stringify(item).length).toBeLessThan(1000);
  return { reply, calls: seen.map(written).sort(), lines };
}

const password = 'password123';
const signup = () => backend.api.signup();

/** Sends what a message of that purpose would allow. */
async function confirm(
  purpose: ChallengePurpose,
  path: string,
  toBody: (user: { readonly email: string; readonly username: string }, secrets: Secrets) => object,
) {
  const { username, email, id, token } = await signup();
  if (purpose === 'reset_password')
    await backend.api.call('POST', '/api/api-token-auth/', { body: { username, password } });
  const locator = token.slice(0, 10);
  const { item, secrets } = await newChallenge(purpose, { id, email, locator });
  await stored.put('outbox', item);
  return send('POST', path, { body: toBody({ email, username }, secrets) });
}

const requestMessage = (path: string) => send('POST', path, { body: { email: `${newName()}@example.com` } });

const requests: Record<string, () => ReturnType<typeof send>> = {
  'POST /api/signup/': () => {
    const username = newName();
    return send('POST', '/api/signup/', { body: { username, email: `${username}@example.com`, password } });
  },
  'POST /api/api-token-auth/': async () => {
    const { username } = await signup();
    return send('POST', '/api/api-token-auth/', { body: { username, password } });
  },
  'GET /api/dashboard/': async () => send('GET', '/api/dashboard/', await signup()),
  'POST /api/refresh-token/': async () => send('POST', '/api/refresh-token/', await signup()),
  'POST /api/logout/': async () => send('POST', '/api/logout/', await signup()),
  'POST /api/logoutall/': async () => send('POST', '/api/logoutall/', await signup()),
  'GET /api/sessions/': async () => send('GET', '/api/sessions/', await signup()),
  'DELETE /api/sessions/{id}/': async () => {
    const { username, token } = await signup();
    await backend.api.call('POST', '/api/api-token-auth/', { body: { username, password } });
    const { body } = await backend.api.call('GET', '/api/sessions/', { token });
    return send('DELETE', `/api/sessions/${body.find(({ current }: any) => !current).id}/`, { token });
  },
  'POST /api/auth/users/set_password/': async () =>
    send('POST', '/api/auth/users/set_password/', {
      ...(await signup()),
      body: { current_password: password, new_password: 'another-word-1' },
    }),
  'POST /api/auth/users/set_username/': async () => {
    const { username, token } = await signup();
    await backend.api.call('POST', '/api/api-token-auth/', { body: { username, password } });
    const body = { current_password: password, new_username: newName() };
    return send('POST', '/api/auth/users/set_username/', { token, body });
  },
  'GET /api/auth/users/me/': async () => send('GET', '/api/auth/users/me/', await signup()),
  'PUT, PATCH /api/auth/users/me/': async () => {
    const body = { current_password: password, email: `${newName()}@example.com` };
    return send('PATCH', '/api/auth/users/me/', { ...(await signup()), body });
  },
  'DELETE /api/auth/users/me/': async () =>
    send('DELETE', '/api/auth/users/me/', { ...(await signup()), body: { current_password: password } }),
  'GET /api/auth/users/me/export/': async () => send('GET', '/api/auth/users/me/export/', await signup()),
  'POST /api/auth/users/reset_password/': () => requestMessage('/api/auth/users/reset_password/'),
  'POST /api/auth/users/reset_password_confirm/': () =>
    confirm('reset_password', '/api/auth/users/reset_password_confirm/', ({ email }, { code }) => ({
      ...{ email, code },
      new_password: 'another-word-1',
    })),
  'POST /api/auth/users/activation/': () =>
    confirm('activation', '/api/auth/users/activation/', ({ email }, { code }) => ({ email, code })),
  'POST /api/auth/users/resend_activation/': () => requestMessage('/api/auth/users/resend_activation/'),
  'POST /api/auth/users/request_deletion/': () => requestMessage('/api/auth/users/request_deletion/'),
  'POST /api/auth/users/confirm_deletion/': () =>
    confirm('deletion', '/api/auth/users/confirm_deletion/', (_, { uid, token }) => ({ uid, token })),
  'POST /api/logoutall/?keep=current': async () =>
    send('POST', '/api/logoutall/?keep=current', await signup()),
  '401: a token that is void': async () => {
    const { token } = await signup();
    await backend.api.call('POST', '/api/logout/', { token });
    return send('GET', '/api/dashboard/', { token });
  },
  '404 and 405': () => send('GET', '/api/nothing/'),
};

const statuses: Partial<Record<string, number>> = {
  'POST /api/signup/': 201,
  'POST /api/logoutall/': 204,
  'POST /api/auth/users/set_password/': 204,
  'POST /api/auth/users/set_username/': 204,
  'DELETE /api/auth/users/me/': 204,
  'POST /api/auth/users/reset_password/': 204,
  'POST /api/auth/users/reset_password_confirm/': 204,
  'POST /api/auth/users/activation/': 204,
  'POST /api/auth/users/resend_activation/': 204,
  'POST /api/auth/users/request_deletion/': 204,
  'POST /api/auth/users/confirm_deletion/': 204,
  'DELETE /api/sessions/{id}/': 204,
  'POST /api/logoutall/?keep=current': 204,
  '401: a token that is void': 401,
  '404 and 405': 404,
};

describe.each(requestKinds)('$request', (kind) => {
  it('makes the calls and writes the log lines that its definition names; every read is strongly consistent, every item written smaller than 1 KB', async () => {
    const { reply, calls, lines } = await requests[kind.request]!();
    expect(reply.status).toBe(statuses[kind.request] ?? 200);
    const { later = [], ...now } = kind;
    const expected = listCalls(now).map((call) => call.replace(/ [a-z]\w*/i, ''));
    expect(calls).toEqual([...expected].sort());
    if (later.length > 0) {
      const next = await send('GET', '/api/dashboard/', { token: reply.body.token });
      expect(next.calls).toEqual(expect.arrayContaining(later.map((call) => call.split(' ')[0])));
    }
    expect(lines).toHaveLength(kind.logLines);
    for (const line of lines) expect(line.length).toBeLessThan(assumptions.logLineBytes);
  });
});
