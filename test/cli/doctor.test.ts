/** `npm run doctor` with a fake AWS: STS, SSM, Lambda and SES over HTTP, each with an answer of the test's choosing. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Result, within } from '../../cli/check-result';
import { checkCdk, checkPackages, checkRegion } from '../../cli/doctor';
import {
  awsFailure,
  checkBootstrap,
  checkConcurrency,
  checkCredentials,
  checkSender,
  checkSendingQuota,
} from '../../cli/doctor-account';

const PROJECT = join(__dirname, '../..');
const REGION = 'eu-west-1';
const SECRET = 'wJalrXUtnFEMI-not-a-real-secret';

interface Answer {
  readonly status?: number;
  readonly body: string;
}

const identity = (arn = 'arn:aws:sts::123456789012:assumed-role/Admin/me'): Answer => ({
  body: `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>${arn}</Arn><UserId>A</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
});
const stsError = (code: string, message = 'no'): Answer => ({
  status: 403,
  body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
});
const jsonError = (type: string): Answer => ({ status: 400, body: JSON.stringify({ __type: type }) });
const bootstrapped = (Value: string): Answer => ({ body: JSON.stringify({ Parameter: { Value } }) });
const concurrency = (limit: number): Answer => ({
  body: JSON.stringify({ AccountLimit: { UnreservedConcurrentExecutions: limit } }),
});

const sending = (ProductionAccessEnabled: boolean, SendQuota: object, more = {}): Answer => ({
  body: JSON.stringify({ ProductionAccessEnabled, SendQuota, SendingEnabled: true, ...more }),
});

const healthy = {
  sts: identity(),
  ssm: bootstrapped('30'),
  lambda: concurrency(1000),
  ses: sending(true, { Max24HourSend: 50_000, SentLast24Hours: 12 }),
};
/** The identities that SES knows, and whether they are verified. */
let identities: Record<string, boolean> = {};
let answers: Record<keyof typeof healthy, Answer> = healthy;
const aws = createServer((request, response) => {
  const service = (request.url ?? '').split('/')[1] as keyof typeof healthy;
  const [, name] = /\/email\/identities\/(.*)$/.exec(decodeURIComponent(request.url ?? '')) ?? [];
  const { status = 200, body } = name === undefined ? answers[service] : identityAnswer(name);
  request.resume().on('end', () => response.writeHead(status).end(body));
});

function identityAnswer(name: string): Answer {
  if (answers.ses.status) return answers.ses;
  const VerifiedForSendingStatus = identities[name];
  return VerifiedForSendingStatus === undefined
    ? { status: 404, body: JSON.stringify({ __type: 'NotFoundException' }) }
    : { body: JSON.stringify({ VerifiedForSendingStatus }) };
}

const before = { ...process.env };
const home = mkdtempSync(join(tmpdir(), 'token-auth-doctor-'));
let healthyAccount: Record<string, string>;
jest.setTimeout(120_000);
beforeAll(async () => {
  await new Promise<void>((resolve) => aws.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(aws.address() as AddressInfo).port}`;
  healthyAccount = {
    AWS_ENDPOINT_URL_STS: `${url}/sts`,
    AWS_ENDPOINT_URL_SSM: `${url}/ssm`,
    AWS_ENDPOINT_URL_LAMBDA: `${url}/lambda`,
    AWS_ENDPOINT_URL_SESV2: `${url}/ses`,
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: SECRET,
    AWS_SESSION_TOKEN: `${SECRET}-session`,
  };
});
beforeEach(() => {
  answers = healthy;
  identities = {};
  given(healthyAccount);
});
afterAll(() => {
  process.env = before;
  rmSync(home, { recursive: true });
  aws.closeAllConnections();
  aws.close();
});

let configs = 0;
/** Sets the variables, and no other of AWS. The SDK caches config files by name, so each call writes a new one. */
function given(variables: Record<string, string>, config = ''): NodeJS.ProcessEnv {
  configs += 1;
  const file = join(home, `config-${configs}`);
  writeFileSync(file, config);
  const others = Object.entries(before).filter(([name]) => !/^(AWS|AMAZON)_/.test(name));
  process.env = {
    ...Object.fromEntries(others),
    HOME: home,
    AWS_CONFIG_FILE: file,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    ...variables,
  };
  return process.env;
}

describe('the region', () => {
  const frankfurt = '[default]\nregion = eu-central-1\n';

  it.each<[Record<string, string>, string, string, Result['state'], string]>([
    [{ AWS_REGION: REGION }, frankfurt, REGION, 'ok', 'eu-west-1 (AWS_REGION)'],
    [{}, frankfurt, 'eu-central-1', 'ok', 'eu-central-1 (your AWS profile)'],
    [
      { AWS_PROFILE: 'work' },
      `${frankfurt}[profile work]\n`,
      'eu-central-1',
      'ok',
      'eu-central-1 (your AWS profile)',
    ],
    [{}, '', 'us-east-1', 'warning', 'no region is set; the CDK deploys to us-east-1'],
    [
      { AWS_DEFAULT_REGION: REGION },
      frankfurt,
      REGION,
      'warning',
      'the CDK uses eu-west-1 (AWS_DEFAULT_REGION), other programs eu-central-1 (AWS_REGION or your AWS profile)',
    ],
  ])('is that of the CDK: with %j and the profiles %j', async (...[variables, config, region, ...result]) => {
    const [state, found] = result;
    expect(await checkRegion(given(variables, config))).toMatchObject({ region, result: { state, found } });
  });

  it.each(['europe', 'EU-WEST-1', 'eu-west-1a'])('cannot be %s', async (AWS_REGION) => {
    const { region, result } = await checkRegion(given({ AWS_REGION }));
    expect([region, result.state]).toEqual([undefined, 'problem']);
  });
});

describe('the credentials', () => {
  const expired = 'Signature expired: 2026 is now earlier than 2027';

  it('of the root user are a warning', async () => {
    answers = { ...healthy, sts: identity('arn:aws:iam::123456789012:root') };
    const { account, result } = await checkCredentials(REGION);
    expect([account, result.state]).toEqual(['123456789012', 'warning']);
  });

  it.each<[string, Answer]>([
    ['the credentials have expired', stsError('ExpiredToken')],
    ['AWS does not know the access key in eu-west-1', stsError('InvalidClientTokenId')],
    ['the identity may not call sts:GetCallerIdentity', stsError('AccessDenied')],
    ["this machine's clock is wrong", stsError('SignatureDoesNotMatch', expired)],
    [
      'the secret access key does not match the access key',
      stsError('SignatureDoesNotMatch', `The Canonical String was x-amz-security-token:${SECRET}`),
    ],
  ])('are a problem: %s', async (found, sts) => {
    answers = { ...healthy, sts };
    const { account, result } = await checkCredentials(REGION);
    expect(account).toBeUndefined();
    expect(result).toEqual({ state: 'problem', found, todo: expect.stringMatching(/\w/) });
    expect(JSON.stringify(result)).not.toContain(SECRET);
  });

  it.each([
    ['no credentials in the profile "work" (AWS_PROFILE)', ''],
    [
      'the sign-in of the profile has expired',
      '[profile work]\nsso_session = s\nsso_account_id = 1\nsso_role_name = r\n' +
        '[sso-session s]\nsso_start_url = https://x.example\nsso_region = eu-west-1\n',
    ],
  ])('that a profile lacks are a problem: %s', async (found, config) => {
    given({ AWS_PROFILE: 'work' }, config);
    expect((await checkCredentials(REGION, 'work')).result.found).toBe(found);
  });
});

it.each<[string, Answer, Partial<Result>]>([
  ['new enough', bootstrapped('6'), { state: 'ok' }],
  [
    'missing',
    jsonError('ParameterNotFound'),
    {
      state: 'problem',
      found: 'account 123456789012 is not bootstrapped in eu-west-1',
      todo: 'npx cdk bootstrap aws://123456789012/eu-west-1',
    },
  ],
  [
    'too old',
    bootstrapped('5'),
    { state: 'problem', found: 'version 5 in eu-west-1 is too old; 6 is needed' },
  ],
  ['not readable, but perhaps there', jsonError('AccessDeniedException'), { state: 'warning' }],
])('the bootstrap may be %s', async (_, ssm, result) => {
  answers = { ...healthy, ssm };
  const parameter = '/cdk-bootstrap/hnb659fds/version';
  const needs = { account: '123456789012', region: REGION, version: 6, parameter };
  expect(await checkBootstrap(needs)).toMatchObject(result);
});

it.each([concurrency(10), jsonError('AccessDeniedException')])(
  'a low concurrency, or one that is unknown, is a warning: %j',
  async (lambda) => {
    answers = { ...healthy, lambda };
    expect(await checkConcurrency(REGION)).toMatchObject({ state: 'warning' });
  },
);

const denied: Answer = { ...jsonError('AccessDeniedException'), status: 403 };

describe('the sender of messages', () => {
  const address = 'no-reply@mail.example.com';
  const unverified = `neither ${address} nor its domain is verified in eu-west-1: SES sends no message`;

  it.each<[Record<string, boolean>, Result['state'], string]>([
    [{ [address]: true }, 'ok', `${address} is verified in eu-west-1`],
    [{ 'mail.example.com': true }, 'ok', 'mail.example.com is verified in eu-west-1'],
    [{ [address]: false, 'example.com': true }, 'ok', 'example.com is verified in eu-west-1'],
    [{ [address]: false, 'mail.example.com': false }, 'warning', unverified],
    [{ com: true, 'other.example.com': true }, 'warning', unverified],
  ])('is verified by address or domain: with %j', async (known, state, found) => {
    identities = known;
    expect(await checkSender(address, REGION)).toMatchObject({ state, found });
  });

  it('is a warning where SES may not be asked', async () => {
    answers = { ...healthy, ses: denied };
    const found = 'the identity may not call ses:GetEmailIdentity';
    expect(await checkSender(address, REGION)).toMatchObject({ state: 'warning', found });
  });
});

it.each<[Answer, Result['state'], string]>([
  [healthy.ses, 'ok', '50000 messages a day in eu-west-1, 12 sent in the last one'],
  [
    sending(true, { Max24HourSend: -1, SentLast24Hours: 7 }),
    'ok',
    'any number of messages a day in eu-west-1',
  ],
  [
    sending(false, { Max24HourSend: 200, SentLast24Hours: 0 }),
    'warning',
    'sandbox: only verified recipients get mail; 200 messages a day in eu-west-1, 0 sent in the last one',
  ],
  [
    sending(true, { Max24HourSend: 500, SentLast24Hours: 500 }),
    'warning',
    '500 messages a day in eu-west-1, 500 sent in the last one: no more are sent',
  ],
  [
    sending(true, { Max24HourSend: 500 }, { SendingEnabled: false }),
    'warning',
    'SES has stopped sending in eu-west-1',
  ],
  [denied, 'warning', 'the identity may not call ses:GetAccount'],
])('the sandbox and the quota of SES are told: %j', async (ses, state, found) => {
  answers = { ...healthy, ses };
  expect(await checkSendingQuota(REGION)).toMatchObject({ state, found });
});

it.each<[object, string]>([
  [{ code: 'ENOTFOUND' }, 'AWS has no address in eu-west-1: no network, or no such region'],
  [{ name: 'TimeoutError' }, 'AWS cannot be reached in eu-west-1'],
  [{ code: 'SELF_SIGNED_CERT_IN_CHAIN' }, "AWS's certificate is not trusted"],
  [{ name: 'X', $metadata: { httpStatusCode: 503 } }, 'AWS answered X (HTTP 503) to a:B'],
])('the error %j is told in words', (fields, found) => {
  const error = Object.assign(new Error('no'), fields);
  expect(awsFailure(error, 'a:B', REGION)).toMatchObject({ state: 'problem', found });
});

it('a check that gets no answer is given up', async () => {
  await expect(within(0.01, new Promise(() => undefined))).rejects.toMatchObject({ name: 'TimeoutError' });
});

it('packages that are missing or another version are a problem', () => {
  const project = join(home, 'project');
  const write = (folder: string, content: object) => {
    mkdirSync(join(project, folder), { recursive: true });
    writeFileSync(join(project, folder, 'package.json'), JSON.stringify(content));
  };
  write('.', { dependencies: { one: '1.0.0' }, devDependencies: { two: '2.0.0', three: '3.0.0' } });
  write('node_modules/one', { version: '1.0.0' });
  write('node_modules/two', { version: '1.9.0' });
  const found = 'two is 1.9.0, not 2.0.0, and 1 more';
  expect(checkPackages(project)).toEqual({ state: 'problem', found, todo: 'npm ci' });
});

it.each<[string, () => Promise<string>, string]>([
  ['another version', async () => '3.0.0 (build 1)', 'npx cdk is 3.0.0; 2.1148.1 is needed'],
  ['missing', () => Promise.reject(new Error('exit code 1')), 'npx cdk does not run: exit code 1'],
])('a cdk that is %s is a problem', async (_, run, found) => {
  expect(await checkCdk(run)).toMatchObject({ state: 'problem', found });
});

describe('npm run doctor', () => {
  const doctor = (options: readonly string[], cwd = PROJECT) =>
    new Promise<{ code: unknown; text: string }>((resolve) => {
      const parameters = ['bin/doctor.js', ...options];
      execFile(process.execPath, parameters, { cwd, env: process.env }, (error, stdout, stderr) =>
        resolve({ code: error ? error.code : 0, text: stdout + stderr }),
      );
    });
  /** The states of the checks in their order. */
  const statesIn = (text: string) => {
    const found = text.matchAll(/^(ok|warning|problem|not checked) {2,}[A-Z]/gm);
    return [...found].map(([, state]) => state);
  };

  it('is content with an account that is ready', async () => {
    given({ ...healthyAccount, AWS_REGION: REGION });
    const { code, text } = await doctor([]);
    expect(statesIn(text)).toEqual([...Array(8).fill('ok'), 'not checked']);
    expect(text).toMatch(/not checked {2}Messages +no channel/);
    expect([code, text]).toEqual([0, expect.stringMatching(/\nReady for npm run deploy\.\n$/)]);
    expect(text).not.toContain(SECRET);
  });

  it('warns of a sender that is not verified, which stops no deployment', async () => {
    given({ ...healthyAccount, AWS_REGION: REGION });
    const { code, text } = await doctor(['-c', 'emailFrom=Example <no-reply@example.com>']);
    expect(statesIn(text)).toEqual([...Array(8).fill('ok'), 'warning', 'ok']);
    expect(text).toContain('neither no-reply@example.com nor its domain is verified');
    expect([code, text]).toEqual([0, expect.stringMatching(/Read the warnings first\.\n$/)]);
  });

  it('leaves messages on the event bus to who sends them', async () => {
    given({ ...healthyAccount, AWS_REGION: REGION });
    const { code, text } = await doctor(['-c', 'messages=eventbridge']);
    expect(text).toMatch(/not checked {2}Messages +they go to the stack's event bus/);
    expect(code).toBe(0);
  });

  it.each([
    ['a wrong setting', 'tokenLifetime=7x', 'The setting tokenLifetime cannot be "7x". It must be a time'],
    ['a template for sam local', 'sam=on', 'TokenAuth-sam is for sam local only\n'],
  ])('tells %s and missing credentials, and what it could not check', async (_, setting, message) => {
    given({});
    const { code, text } = await doctor(['-c', setting]);
    expect(statesIn(text).slice(3)).toEqual([
      ...['problem', 'warning', 'problem', 'not checked', 'not checked', 'not checked'],
    ]);
    expect([code, text]).toEqual([1, expect.stringContaining('2 problems to solve before npm run deploy.')]);
    expect(text).toContain(message);
    expect(text).not.toMatch(/^\s+at /m);
  });

  it.each([
    ['packages', '>=20.12', 'problem  The packages are not installed.\n         → npm ci\n'],
    [
      'a Node.js that is new enough',
      '>=99.1',
      `problem  Node.js is ${process.versions.node}; >=99.1 is needed.\n         → Install it from https://nodejs.org.\n`,
    ],
  ])('runs without %s, and says so', async (_, node, message) => {
    const bare = mkdtempSync(join(home, 'bare-'));
    cpSync(join(PROJECT, 'bin/doctor.js'), join(bare, 'bin/doctor.js'));
    writeFileSync(join(bare, 'package.json'), JSON.stringify({ engines: { node } }));
    expect(await doctor([], bare)).toMatchObject({ code: 1, text: message });
  });
});
