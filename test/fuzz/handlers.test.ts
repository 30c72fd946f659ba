/**
 * Thousands of hostile events to the handlers themselves, others in every run: each is answered by the contract.
 * A failure prints its seed and path: `FUZZ_SEED=… FUZZ_PATH=… npx jest test/fuzz/handlers -t anyone` repeats it; FUZZ_TIMES=10 tries ten times as many.
 */
import type { APIGatewayAuthorizerResult, APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import fc from 'fast-check';
import { type EndpointName, listRoutes } from '../../functions/endpoints';
import { readProxyResult } from '../../local/gateway/proxy-integration';
import { startDatabase, type TestDatabase } from '../support/database';
import { jsonEvent } from '../support/events';
import { handlerOf, variablesFor } from '../support/functions';
import { captureLines, type LoggedLines } from '../support/log';
import { account } from './almost-valid-bodies';
import { answers } from './contract';
import { fallbackEvent, filledEvent, type ProtectedCase, protectedCase, publicCase } from './hostile-events';
import { expectContract, expectHarmlessLog, type Reply } from './judging';
import { newLiveToken } from './live-user';
import { fuzzing } from './parameters';

jest.setTimeout(600_000);

type Handler = (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>;

const environmentBefore = process.env;
const handlers = new Map<EndpointName | 'fallback', Handler>();
let authorizer: (event: APIGatewayProxyEvent) => Promise<APIGatewayAuthorizerResult>;
let database: TestDatabase;
let lines: LoggedLines;
let liveToken: string;

beforeAll(async () => {
  process.env = { ...environmentBefore };
  database = await startDatabase();
  Object.assign(process.env, variablesFor(database.tables));
  for (const name of [...listRoutes().map((route) => route.name), 'fallback' as const])
    handlers.set(name, await handlerOf(name));
  authorizer = await handlerOf('authorizer');
  lines = captureLines();
  await replyOf('signup', jsonEvent(account));
  liveToken = await newLiveToken(database);
});

afterAll(async () => {
  lines.release();
  await database.close();
  process.env = environmentBefore;
});

afterEach(() => expectHarmlessLog(lines.text()));

/** The answer of a handler, which must be one that API Gateway passes on. */
async function replyOf(name: EndpointName | 'fallback', event: APIGatewayProxyEvent): Promise<Reply> {
  const result = await handlers.get(name)!(event);
  expect(readProxyResult(JSON.stringify(result))).toBeDefined();
  const headers = Object.entries(result.headers ?? {}).map(
    ([key, value]) => [key.toLowerCase(), String(value)] as const,
  );
  return { status: result.statusCode, headers: new Map(headers), text: result.body };
}

describe('whatever is in the event, the answer is one of the contract:', () => {
  it('at an endpoint that anyone may call', async () => {
    const property = fc.asyncProperty(publicCase, async (planned) => {
      const { name } = planned;
      const reply = await replyOf(name, filledEvent(planned, liveToken));
      expectContract(reply, { method: 'POST', endpoints: [name], statuses: answers[name] }, liveToken);
    });
    await fc.assert(property, fuzzing(4000));
  });

  it('at the authorizer, and at an endpoint that does nothing unless the authorizer vouches for all of a principal', async () => {
    await fc.assert(fc.asyncProperty(protectedCase, checkProtected), fuzzing(1000));
  });

  it('at the fallback', async () => {
    const property = fc.asyncProperty(fallbackEvent, async (event) => {
      const { httpMethod: method } = event;
      const statuses = method === 'OPTIONS' ? [204, 404] : [404, 405];
      expectContract(await replyOf('fallback', event), { method, endpoints: [], statuses }, liveToken);
    });
    await fc.assert(property, fuzzing(1000));
  });
});

async function checkProtected(planned: ProtectedCase): Promise<void> {
  const { name, isLive, vouching } = planned;
  const event = filledEvent(planned, liveToken);
  const { httpMethod: method } = event;
  const { policyDocument, context } = await authorizer(event);
  expect(policyDocument.Statement).toMatchObject([{ Effect: isLive ? 'Allow' : 'Deny' }]);
  const isVouchedFor = isLive && vouching === 'whole';
  const statuses = isVouchedFor ? answers[name] : [401];
  const reply = await replyOf(name, withContext(event, isLive ? membersOf(context, vouching) : undefined));
  expectContract(reply, { method, endpoints: [name], statuses }, liveToken);
  if (isVouchedFor && reply.status < 300 && method === 'POST') liveToken = await newLiveToken(database);
}

/** As API Gateway passes them on, and as it never should. */
function membersOf(context: object | null | undefined, vouching: ProtectedCase['vouching']) {
  if (vouching === 'none') return undefined;
  const members = Object.entries(context ?? {}).map(([name, value]) => [name, String(value)]);
  return Object.fromEntries(members.filter((_, index) => index !== vouching));
}

const withContext = (event: APIGatewayProxyEvent, authorizer: object | undefined) =>
  ({ ...event, requestContext: { ...event.requestContext, authorizer } }) as APIGatewayProxyEvent;
