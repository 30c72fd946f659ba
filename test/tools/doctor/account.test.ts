import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkBootstrap, checkConcurrency, checkIdentity } from '../../../tools/doctor/account';
import { awsFailure } from '../../../tools/doctor/aws-failure';
import {
  type Answer,
  atOnce,
  type FakeAws,
  identity,
  jsonError,
  parameter,
  startFakeAws,
  stsError,
} from './fake-aws';

const SECRET = 'wJalrXUtnFEMI-not-a-real-secret';
const REGION = 'eu-west-1';
const HERE = { account: '123456789012', region: REGION };
const NEEDS = { version: 6, parameter: '/cdk-bootstrap/hnb659fds/version' };

const before = { ...process.env };
const home = mkdtempSync(join(tmpdir(), 'token-auth-home-'));
let aws: FakeAws;
beforeAll(async () => {
  aws = await startFakeAws();
});
beforeEach(() => {
  aws.answer({});
  process.env = {
    ...Object.fromEntries(Object.entries(before).filter(([name]) => !name.startsWith('AWS_'))),
    ...aws.variables,
    HOME: home,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: SECRET,
    AWS_SESSION_TOKEN: `${SECRET}-session`,
  };
});
afterAll(async () => {
  process.env = before;
  rmSync(home, { recursive: true });
  await aws.close();
});

describe('credentials', () => {
  it('are those of an account and an identity', async () => {
    expect(await checkIdentity(REGION)).toEqual({
      account: '123456789012',
      finding: { state: 'ok', found: 'account 123456789012, as assumed-role/Admin/me' },
    });
  });

  it('of the root user are warned of', async () => {
    aws.answer({ sts: identity('arn:aws:iam::123456789012:root') });
    const { account, finding } = await checkIdentity(REGION);
    expect([account, finding.state]).toEqual(['123456789012', 'warning']);
    expect(finding.found).toContain('root user');
  });

  it.each<[string, Answer, string]>([
    ['have expired', stsError('ExpiredToken'), 'the credentials have expired'],
    ['are unknown', stsError('InvalidClientTokenId'), 'AWS does not know the access key in eu-west-1'],
    [
      'are denied',
      stsError('AccessDenied', 'User: x is not authorized'),
      'the identity may not do sts:GetCallerIdentity',
    ],
    [
      'meet a clock that is wrong',
      stsError(
        'SignatureDoesNotMatch',
        'Signature expired: 20261122T000000Z is now earlier than 20261122T101500Z',
      ),
      "this machine's clock is wrong",
    ],
    [
      'have a secret that is wrong',
      stsError(
        'SignatureDoesNotMatch',
        `The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. The Canonical String was x-amz-security-token:${SECRET}`,
      ),
      'the secret access key does not belong to its access key',
    ],
    ['meet a fault of AWS', { status: 503, body: '' }, 'AWS answered'],
  ])('that %s are a problem with something to do', async (_, sts, found) => {
    aws.answer({ sts });
    const { account, finding } = await checkIdentity(REGION);
    expect([account, finding.state]).toEqual([undefined, 'problem']);
    expect(finding.found).toContain(found);
    expect(finding.todo).toMatch(/\w/);
    expect(JSON.stringify(finding)).not.toContain(SECRET);
  });

  it('that are not there are said to be missing, and what was therefore not asked', async () => {
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'])
      delete process.env[name];
    const { finding } = await checkIdentity(REGION);
    expect(finding).toEqual({
      state: 'problem',
      found: 'no credentials were found',
      todo: 'Sign in as docs/deploy.md says, step 1. Without them AWS could not be asked for account, bootstrap and Lambda concurrency.',
    });
  });

  it('that are not there name the profile that was looked into', async () => {
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'])
      delete process.env[name];
    process.env['AWS_PROFILE'] = 'wrok';
    const { finding } = await checkIdentity(REGION, 'wrok');
    expect(finding.found).toBe('no credentials were found for the profile "wrok" (AWS_PROFILE)');
  });

  it('of a sign-in that is over ask for a new one', async () => {
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'])
      delete process.env[name];
    const file = join(home, 'sso-config');
    writeFileSync(
      file,
      '[profile work]\nsso_session = s\nsso_account_id = 1\nsso_role_name = r\nregion = eu-west-1\n[sso-session s]\nsso_start_url = https://x.example\nsso_region = eu-west-1\nsso_registration_scopes = sso:account:access\n',
    );
    Object.assign(process.env, { AWS_CONFIG_FILE: file, AWS_PROFILE: 'work' });
    const { finding } = await checkIdentity(REGION);
    expect([finding.found, finding.todo]).toEqual([
      'the sign-in of the profile has expired',
      expect.stringMatching(/^aws sso login/),
    ]);
  });

  it('are not waited for when nobody answers', async () => {
    aws.answer({ sts: 'silence' });
    const startedAt = performance.now();
    const { finding } = await checkIdentity(REGION);
    expect(finding.found).toBe('AWS cannot be reached in eu-west-1');
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });
});

describe('the bootstrap', () => {
  it('is there in a version that is new enough', async () => {
    aws.answer({ ssm: parameter('6') });
    expect(await checkBootstrap(HERE, NEEDS)).toEqual({
      state: 'ok',
      found: 'version 6 in eu-west-1; 6 is needed',
    });
  });

  it.each<[string, Answer, string]>([
    [
      'missing',
      jsonError('ParameterNotFound'),
      'account 123456789012 was never made ready for the CDK in eu-west-1',
    ],
    ['too old', parameter('5'), 'version 5 in eu-west-1 is too old, 6 is needed'],
  ])('that is %s comes with the command to run', async (_, ssm, found) => {
    aws.answer({ ssm });
    expect(await checkBootstrap(HERE, NEEDS)).toEqual({
      state: 'problem',
      found,
      todo: 'npx cdk bootstrap aws://123456789012/eu-west-1',
    });
  });

  it('that may not be looked at comes with the permission that is missing, and may be there', async () => {
    aws.answer({ ssm: jsonError('AccessDeniedException') });
    const finding = await checkBootstrap(HERE, NEEDS);
    expect([finding.state, finding.found]).toEqual(['warning', 'the identity may not do ssm:GetParameter']);
  });

  it('is not looked for while nobody knows which version is needed', async () => {
    expect((await checkBootstrap(HERE, undefined)).state).toBe('not checked');
  });
});

describe('the concurrency', () => {
  it('of an account that is no longer new is enough', async () => {
    expect(await checkConcurrency(REGION)).toEqual({
      state: 'ok',
      found: '1000 functions may run at once in eu-west-1',
    });
  });

  it('of a new account is a warning that says what it means and where to ask', async () => {
    aws.answer({ lambda: atOnce(10) });
    const finding = await checkConcurrency(REGION);
    expect([finding.state, finding.todo]).toEqual(['warning', expect.stringContaining('Service Quotas')]);
    expect(finding.found).toContain('10 functions may run at once');
  });

  it.each<[string, Answer | 'silence']>([
    ['may not be asked for', jsonError('AccessDeniedException')],
    ['is not answered', 'silence'],
  ])('that %s stops no deployment', async (_, lambda) => {
    aws.answer({ lambda });
    expect((await checkConcurrency(REGION)).state).toBe('warning');
  });
});

describe('a network that gets in the way', () => {
  const failed = (error: object) =>
    awsFailure(Object.assign(new Error('no'), error), { action: 'x:Y', region: 'eu-wst-1' });

  it.each([
    ['ENOTFOUND', 'AWS has no address in eu-wst-1: no network, or no such region'],
    ['ECONNRESET', 'AWS cannot be reached in eu-wst-1'],
    ['SELF_SIGNED_CERT_IN_CHAIN', "AWS's certificate is not trusted"],
    ['CERT_NOT_YET_VALID', "AWS's certificate is not valid today"],
  ])('%s is told in words', (code, found) => {
    expect(failed({ code })).toMatchObject({ state: 'problem', found });
  });
});
