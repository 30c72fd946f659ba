/**
 * Thousands of hostile requests over HTTP, others in every run: whatever is sent, the answer is one of the contract.
 * A failure prints its seed and path: `FUZZ_SEED=… FUZZ_PATH=… npx jest test/fuzz/wire -t 'any method'` repeats it; FUZZ_TIMES=10 tries ten times as many.
 */
import fc from 'fast-check';
import { connect, type Database } from '../../functions/shared/store/database';
import { startApi, type TestApi } from '../support/api';
import { useLocalCredentials } from '../support/database';
import { itemsOf } from '../support/stored-items';
import { account } from './almost-valid-bodies';
import { brokenBytes, lastRequest } from './broken-requests';
import { expectContract, expectHarmlessLog } from './judging';
import { newLiveToken } from './live-user';
import { fuzzing } from './parameters';
import { type WireClient, wireClient } from './wire-client';
import { askedBy, askedUnclearly } from './wire-expectations';
import { filledRequest, uninvitedRequest, type WireRequest, wireBytes, wireRequest } from './wire-requests';

jest.setTimeout(600_000);

let api: TestApi;
let client: WireClient;
let database: Database;
let liveToken: string;
let gatewayLog: jest.SpyInstance;

beforeAll(async () => {
  gatewayLog = jest.spyOn(console, 'error');
  api = await startApi();
  client = wireClient(api.url);
  useLocalCredentials();
  process.env['AWS_ENDPOINT_URL_DYNAMODB'] = api.dynamoDbEndpoint;
  const { tableName, close } = itemsOf(api);
  close();
  database = connect({ users: tableName('users'), tokens: tableName('tokens') });
  liveToken = await newLiveToken(database);
  await api.signup(account);
});

afterAll(async () => {
  client.close();
  database.close();
  await api.close();
  gatewayLog.mockRestore();
});

afterEach(async () => {
  expect(gatewayLog).not.toHaveBeenCalled();
  expectHarmlessLog(api.log());
  const { token } = await api.signup();
  expect((await api.call('GET', '/api/dashboard/', { token })).status).toBe(200);
  expect((await api.call('POST', '/api/logout/', { token })).status).toBe(200);
  expect((await api.call('GET', '/api/dashboard/', { token })).status).toBe(401);
});

async function check(planned: WireRequest): Promise<void> {
  const request = filledRequest(planned, liveToken);
  const reply = await client.send(wireBytes(request), request.method);
  expectContract(reply, askedBy(request), liveToken);
  const mayHaveEnded = reply.status < 300 && request.method === 'POST';
  if (request.isLive && mayHaveEnded) liveToken = await newLiveToken(database);
}

describe('whatever is asked, the answer is one of the contract, and the server goes on:', () => {
  it('any method on any path with any headers and body', async () => {
    await fc.assert(fc.asyncProperty(wireRequest, check), fuzzing(2000));
  });

  it('a protected route, with anything but exactly a live token, is closed', async () => {
    await fc.assert(fc.asyncProperty(uninvitedRequest, check), fuzzing(500));
  });

  it('bytes that are hardly a request', async () => {
    const property = fc.asyncProperty(brokenBytes, async (text) => {
      const replies = await client.sendAll(Buffer.from(text + lastRequest, 'latin1'));
      for (const reply of replies) expectContract(reply, askedUnclearly, liveToken);
    });
    await fc.assert(property, fuzzing(500));
  });
});
