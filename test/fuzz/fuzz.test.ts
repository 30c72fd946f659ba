/**
 * Thousands of hostile requests through the gateway, the same in every run: whatever is sent, the answer is one of the contract.
 * `SEED=random FUZZ_TIMES=10 npx jest test/fuzz` sends others, and ten times as many.
 */
import fc from 'fast-check';
import { type Backend, type Send, startBackend } from '../support/backend';
import { handlerOf } from '../support/functions';
import { captureLines, type LoggedLines } from '../support/log';
import { expectContract, expectHarmlessLog } from './contract';
import { account } from './hostile-bodies';
import {
  anyRequest,
  askedBy,
  bodyRequest,
  filledRequest,
  type HostileRequest,
  uninvitedRequest,
} from './hostile-requests';

jest.setTimeout(600_000);

let backend: Backend<object>;
let sendThrough: Send<object>;
let lines: LoggedLines;
let liveToken: string;
let gatewayFailures: jest.SpyInstance;

const send = (request: Parameters<Send<object>>[0]) => sendThrough(request, {});

async function signUp(user: typeof account): Promise<string> {
  const reply = await send({ method: 'POST', path: '/api/signup/', body: user });
  return reply.body.token;
}

let users = 0;
const signUpNew = (): Promise<string> => {
  users += 1;
  return signUp({ username: `live${users}`, email: `live${users}@example.com`, password: 'correct horse 7' });
};

beforeAll(async () => {
  gatewayFailures = jest.spyOn(console, 'error');
  backend = await startBackend<object>({
    assembly: process.env['TOKEN_AUTH_TEST_ASSEMBLY']!,
    variables: { BCRYPT_COST: '4' },
    decide: () => 'pass',
  });
  sendThrough = await backend.deploy(handlerOf);
  lines = captureLines();
  await signUp(account);
  liveToken = await signUpNew();
});

afterAll(async () => {
  lines.release();
  gatewayFailures.mockRestore();
  await backend.close();
});

afterEach(async () => {
  expect(gatewayFailures).not.toHaveBeenCalled();
  expectHarmlessLog(lines.text());
  const token = await signUpNew();
  const statusOf = async (method: string, path: string) => (await send({ method, path, token })).status;
  expect(await statusOf('GET', '/api/dashboard/')).toBe(200);
  expect(await statusOf('POST', '/api/logout/')).toBe(200);
  expect(await statusOf('GET', '/api/dashboard/')).toBe(401);
});

async function check(request: HostileRequest): Promise<void> {
  const reply = await send(filledRequest(request, liveToken));
  expectContract(reply, askedBy(request), liveToken);
  const mayHaveEnded = reply.status < 300 && !['GET', 'HEAD', 'OPTIONS'].includes(request.method);
  if (request.isLive && mayHaveEnded) liveToken = await signUpNew();
}

describe('whatever is asked, the answer is one of the contract, and nothing of it is in the log:', () => {
  it.each([
    ['any method on any path with any headers and body', anyRequest, 1000],
    ['a body that is nearly right, where one is read', bodyRequest, 1500],
    ['a protected route, with anything but exactly a live token, is closed', uninvitedRequest, 500],
  ])('%s', async (_, request, count) => {
    const { FUZZ_TIMES: times = '1' } = process.env;
    await fc.assert(fc.asyncProperty(request, check), {
      numRuns: count * Number(times),
      timeout: 10_000,
    });
  });
});
