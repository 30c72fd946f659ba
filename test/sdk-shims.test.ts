/** Stand-ins for parts of the SDK change nothing that a function sees: a bundle with them and one without do the same. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { bundling } from '../lib/bundled-code';
import type { Answer, Service } from './support/sdk-call';

const folder = mkdtempSync(join(tmpdir(), 'token-auth-stand-ins-'));
const before = process.env;

function programWith(alias: Readonly<Record<string, string>>): typeof import('./support/sdk-call') {
  const outfile = join(folder, `${Object.keys(alias).length}.js`);
  buildSync({ ...bundling, alias, entryPoints: [join(__dirname, 'support', 'sdk-call.ts')], outfile });
  return require(outfile);
}

const ours = programWith(bundling.alias);
const plain = programWith({});

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
  process.env = before;
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What Lambda sets; no files, which a function has none of. */
const lambda = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: 'the session token of a role',
  AWS_CONFIG_FILE: join(folder, 'none'),
  AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none'),
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
};

type Outcome = Awaited<ReturnType<typeof ours.outcomeOf>>;

/** With the pauses between attempts in no time. */
async function outcomesIn(
  environment: object,
  answers: readonly Answer[] = [],
  service?: Service,
): Promise<[Outcome, Outcome]> {
  process.env = { ...lambda, ...environment };
  const calls = Promise.all([ours.outcomeOf(answers, service), plain.outcomeOf(answers, service)]);
  await jest.advanceTimersByTimeAsync(60_000);
  return calls;
}

it.each([
  ['dynamodb.eu-west-1.amazonaws.com', {}],
  ['dynamodb.cn-north-1.amazonaws.com.cn', { AWS_REGION: 'cn-north-1' }],
  ['dynamodb.us-gov-west-1.amazonaws.com', { AWS_REGION: 'us-gov-west-1' }],
  ['dynamodb.eusc-de-east-1.amazonaws.eu', { AWS_REGION: 'eusc-de-east-1' }],
  ['dynamodb-fips.us-east-1.amazonaws.com', { AWS_REGION: 'us-east-1', AWS_USE_FIPS_ENDPOINT: 'true' }],
  ['dynamodb.eu-west-1.amazonaws.com', { AWS_USE_FIPS_ENDPOINT: 'false', AWS_USE_DUALSTACK_ENDPOINT: '1' }],
  ['dynamodb.eu-west-1.api.aws', { AWS_USE_DUALSTACK_ENDPOINT: 'true' }],
  ['database.test', { AWS_ENDPOINT_URL_DYNAMODB: 'http://database.test:8000/there' }],
  ['database.test', { AWS_ENDPOINT_URL: 'https://database.test' }],
  ['dynamodb.eu-west-1.amazonaws.com', { AWS_ACCOUNT_ID_ENDPOINT_MODE: 'disabled' }],
  ['dynamodb.eu-west-1.amazonaws.com', { AWS_SESSION_TOKEN: '' }],
])('a call goes to %s in the environment %j', async (hostname, environment) => {
  const [outcome, due] = await outcomesIn(environment);
  expect(outcome).toEqual(due);
  expect(outcome).toMatchObject({ requests: [{ hostname }] });
});

it.each(['AWS_REGION', 'AWS_ACCESS_KEY_ID'])('no call is made without %s', async (name) => {
  const without = { AWS_EC2_METADATA_DISABLED: 'true', [name]: undefined };
  for (const { requests, failure } of await outcomesIn(without)) {
    expect(requests).toEqual([]);
    expect(failure).toBeDefined();
  }
});

const refusal = (type: string, more = {}): Answer => ({
  statusCode: 400,
  body: { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: 'No.', ...more },
});
const item = { pk: { S: 'USER#1' }, count: { N: '12' }, isActive: { BOOL: true } };

it.each<[string, number, ...Answer[]]>([
  ['an item', 1, { statusCode: 200, body: { Item: item } }],
  ['a throttled call', 2, refusal('ThrottlingException')],
  ['a table at its limit', 3, ...Array(2).fill(refusal('ProvisionedThroughputExceededException'))],
  ['a failure of DynamoDB, again and again', 3, ...Array(9).fill({ statusCode: 500, body: {} })],
  ['a condition that failed', 1, refusal('ConditionalCheckFailedException', { Item: item })],
  [
    'a cancelled transaction',
    1,
    refusal('TransactionCanceledException', { CancellationReasons: [{ Code: 'None' }, { Code: 'Other' }] }),
  ],
  ['a conflict of transactions', 1, refusal('TransactionConflictException')],
  ['credentials that are over', 1, refusal('ExpiredTokenException')],
])('%s means the same, after %i requests', async (_, attempts, ...answers) => {
  const [outcome, due] = await outcomesIn({}, answers);
  expect(outcome).toEqual(due);
  expect(outcome.requests).toHaveLength(attempts);
});

const rejection: Answer = { statusCode: 400, body: { __type: 'MessageRejected', message: 'No.' } };

it.each<[Service, string, object, number, ...Answer[]]>([
  ['ses', 'email.eu-west-1.amazonaws.com', {}, 1, { statusCode: 200, body: { MessageId: 'id' } }],
  ['ses', 'mail.test', { AWS_ENDPOINT_URL_SESV2: 'http://mail.test:8025' }, 1, rejection],
  ['ses', 'email.eu-west-1.amazonaws.com', {}, 3, ...Array(9).fill({ statusCode: 500, body: {} })],
  ['ses', 'email.eu-west-1.amazonaws.com', {}, 2, refusal('TooManyRequestsException')],
  [
    'eventbridge',
    'events.eu-west-1.amazonaws.com',
    {},
    1,
    { statusCode: 200, body: { FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure' }] } },
  ],
  ['eventbridge', 'bus.test', { AWS_ENDPOINT_URL_EVENTBRIDGE: 'http://bus.test' }, 1, rejection],
  ['eventbridge', 'events.eu-west-1.amazonaws.com', {}, 2, refusal('ThrottlingException')],
])(
  '%s is called at %s with %j, in %i requests',
  async (...[service, hostname, environment, attempts, ...answers]) => {
    const [outcome, due] = await outcomesIn(environment, answers, service);
    expect(outcome).toEqual(due);
    expect(outcome.requests).toHaveLength(attempts);
    expect(outcome).toMatchObject({ requests: Array(attempts).fill({ hostname }) });
  },
);
