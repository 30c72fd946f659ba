/** The settings of a deployment: how they are written, and that a wrong one stops everything in words. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { bareAddress, readSettings, SettingsError, settingNames } from '../../lib/settings';

const problem = (context: Record<string, unknown>) => {
  try {
    return readSettings(context);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
};

/** For every setting a value that it cannot have. */
const wrong: Readonly<Record<(typeof settingNames)[number], string>> = {
  stage: 'Prod!',
  roles: 'clerk',
  signupRoles: '',
  tokenLifetime: '7x',
  sessionLifetime: '10s',
  sessionsPerUser: '0',
  bcryptCost: '9',
  passwordMinLength: '7',
  passwordBlocklist: 'yes',
  corsOrigins: 'https://a.example/path',
  rateLimits: 'no',
  loginFailures: '101',
  loginWait: '0s',
  loginWaitMax: 'long',
  loginFailuresKept: '1s',
  loginsPerAddress: '-1',
  signupsPerAddress: '1.5',
  addressWindow: '10',
  requestsPerSecond: '0',
  hashesPerSecond: '10001',
  emailFrom: 'no-reply',
  messages: 'sqs',
  resetUrl: 'https://app.example.com/reset',
  activationUrl: 'app://activate#{uid}.{token}',
  deletionUrl: 'https://app.example.com/delete?uid={uid}&token={token}',
  messageLifetime: '25h',
  emailVerification: 'on',
  events: 'all',
  monitoring: 'yes',
  alarmEmail: 'ops',
  sam: 'maybe',
};

describe('the settings', () => {
  it('come from cdk.json, in any form JSON has for them, and -c overrides each', () => {
    const auth = {
      stage: 'prod',
      roles: ['CLERK', 'BOSS'],
      sessionsPerUser: 5,
      tokenLifetime: '12h',
      corsOrigins: '',
    };
    const context = {
      auth,
      '@aws-cdk/core:flag': true,
      'aws:cdk:x': [],
      tokenLifetime: '30m',
      roles: 'CLERK, ADMIN',
    };
    expect(readSettings(context)).toMatchObject({
      stage: 'prod',
      roles: ['CLERK', 'ADMIN'],
      sessionsPerUser: 5,
      tokenLifetime: 1800,
      corsOrigins: [],
    });
  });

  it('take several origins, of web pages and of apps in a web view', () => {
    const origins = [
      'https://app.example.com:8443',
      'http://localhost:5173',
      'http://[::1]:8080',
      'capacitor://localhost',
      'ionic://localhost',
    ];
    expect(readSettings({ corsOrigins: origins.join(', ') }).corsOrigins).toEqual(origins);
    expect(readSettings({ corsOrigins: '*' }).corsOrigins).toEqual(['*']);
  });

  it.each([
    'null',
    'localhost',
    'https://',
    'file://',
    'HTTPS://A.EXAMPLE',
    'https://a.example/',
    'https://a.example:',
    'https://:443',
    'https://a@b.example',
    '://localhost',
    "capacitor://localhost'",
    'https://a.example,null',
  ])('do not take %s for an origin', (corsOrigins) => {
    expect(() => readSettings({ corsOrigins })).toThrow('The setting corsOrigins cannot be');
  });

  it.each([
    ['no-reply@example.com', 'no-reply@example.com'],
    ['Example App <a.b+c@mail.example.co.uk>', 'a.b+c@mail.example.co.uk'],
    ['"Example, Inc." <no-reply@xn--bcher-kva.example>', 'no-reply@xn--bcher-kva.example'],
  ])('take the sender %s, and know its address', (emailFrom, address) => {
    expect(readSettings({ emailFrom }).emailFrom).toBe(emailFrom);
    expect(bareAddress(emailFrom)).toBe(address);
  });

  it.each([
    'a@localhost',
    'a@@example.com',
    '.a@example.com',
    'a@example..com',
    'josé@example.com',
    'Jos\u00e9 <a@example.com>',
    'Example, Inc. <a@example.com>',
    '<a@example.com>',
    'Example <a@example.com',
    'Example <a@example.com>, b@example.com',
    'Example\r\nBcc: b@example.com <a@example.com>',
    '$' + '{aws:username}@example.com',
    '*@example.com',
    `${'a'.repeat(65)}@example.com`,
  ])('do not take %j for a sender', (emailFrom) => {
    expect(() => readSettings({ emailFrom })).toThrow('The setting emailFrom cannot be');
  });

  it.each([
    'https://app.example.com/reset#uid={uid}&token={token}',
    'https://app.example.com:8443/reset/{uid}#/{token}',
    'https://app.example.com#{token}/{uid}',
    'http://127.0.0.1:5173/reset?uid={uid}#{token}',
    'http://localhost/#{uid}.{token}',
  ])('take the link %s in stage dev', (resetUrl) => {
    expect(readSettings({ resetUrl }).resetUrl).toBe(resetUrl);
  });

  const longest = `https://a.example/${'x'.repeat(168)}#{uid}.{token}`;
  it.each([
    'https://a.example/?token={token}#{uid}',
    'https://a.example/{uid}/{token}',
    'https://a.example/#{token}',
    'https://a.example/#{uid}',
    'https://a.example/#{uid}{token}{token}',
    'https://a.example/{token}#{uid}{token}',
    'https://a.example/#{uid}{token}{name}',
    'https://a.example/#{uid}{token}}',
    'https://{uid}.example/#{token}',
    'https://me@a.example/#{uid}{token}',
    'https://b\u00fccher.example/#{uid}{token}',
    'https://a.example/ #{uid}{token}',
    'https://a.example/"#{uid}{token}',
    'http://a.example/#{uid}{token}',
    'http://localhost.a.example/#{uid}{token}',
    'https:///#{uid}{token}',
    'javascript:#{uid}{token}',
    `${longest}x`,
  ])('do not take %s for a link', (activationUrl) => {
    expect(() => readSettings({ activationUrl })).toThrow('The setting activationUrl cannot be');
  });

  it('take a link of 200 characters', () => {
    expect(longest).toHaveLength(200);
    expect(readSettings({ deletionUrl: longest }).deletionUrl).toBe(longest);
  });

  it.each([
    ['on', 'off'],
    ['true', 'false'],
    [true, false],
  ])('take %j for on and %j for off', (on, off) => {
    expect([readSettings({ sam: on }).sam, readSettings({ sam: off }).sam]).toEqual([true, false]);
  });

  it.each(settingNames)('%s is refused if it has a value that it cannot have', (name) => {
    const start = `The setting ${name} cannot be ${JSON.stringify(wrong[name])}. It must be `;
    expect(problem({ [name]: wrong[name] })).toContain(start);
  });

  it.each<[Record<string, unknown>, string]>([
    [
      { tokenLifetime: '0m' },
      'The setting tokenLifetime cannot be "0m". It must be a time from 1m to 3650d, like 30m, 12h or 7d.',
    ],
    [
      { bcryptCost: '10.5' },
      'The setting bcryptCost cannot be "10.5". It must be a whole number from 10 to 14.',
    ],
    [{ bcryptCost: true }, 'The setting bcryptCost cannot be true. It must be text, a number or a list.'],
    [
      { signupRoles: 'BOSS' },
      'The setting signupRoles names BOSS, which is not one of roles (CLERK,MANAGER,ADMIN).',
    ],
    [
      { tokenLifetime: '91d' },
      'The setting tokenLifetime is longer than sessionLifetime: a token cannot outlive its session.',
    ],
    [
      { rateLimits: 'off', stage: 'prod' },
      'The setting rateLimits cannot be off in stage prod: without limits anyone may guess passwords at your expense. Only stage dev may do without.',
    ],
    [
      { sam: 'on', stage: 'prod' },
      'The setting sam cannot be on in stage prod: it is for sam local, on your own machine. Leave out one of the two.',
    ],
    [
      { loginWait: '1h' },
      'The setting loginWait is longer than loginWaitMax: the first wait cannot exceed the longest.',
    ],
    [
      { loginWaitMax: '2d' },
      'The setting loginWaitMax is longer than loginFailuresKept: a wait must end before its cause is forgotten.',
    ],
    [
      { emailFrom: 'a@b.example', messages: 'eventbridge' },
      'The settings emailFrom and messages name two channels: messages leave by e-mail or by the event bus. Leave out one of the two.',
    ],
    [
      { emailVerification: 'required', events: 'on' },
      'The setting emailVerification cannot be required without a channel for messages: nobody could verify an address. Set emailFrom, or messages=eventbridge.',
    ],
    [
      { stage: 'prod', deletionUrl: 'http://localhost/#{uid}.{token}' },
      'The setting deletionUrl cannot be "http://localhost/#{uid}.{token}" in stage prod: it must begin with https. Only stage dev may do without.',
    ],
    [
      { resetUrl: 'https://a.example/{uid}' },
      'The setting resetUrl cannot be "https://a.example/{uid}". It must be a URL of at most 200 ASCII characters like https://app.example.com/reset#uid={uid}&token={token} (https, {uid} once, {token} once and after the #), or none.',
    ],
    [
      { emailFrom: 'a' },
      'The setting emailFrom cannot be "a". It must be an ASCII address like no-reply@example.com or Example <no-reply@example.com>, or none.',
    ],
    [
      { messageLifetime: '2d' },
      'The setting messageLifetime cannot be "2d". It must be a time from 1m to 24h, like 10m.',
    ],
    [
      { alarmEmail: 'ops@example.com' },
      'The setting alarmEmail needs monitoring=on: without it there is no alarm to send.',
    ],
    [{ auth: 'stage=prod' }, 'The context "auth" must be an object of settings, but is "stage=prod".'],
    [
      { roles: 'clerk' },
      'The setting roles cannot be "clerk". It must be upper-case names like CLERK or STORE_MANAGER, at most 32 characters each, separated by commas.',
    ],
    [
      { roles: 'CLERK,CLERK' },
      'The setting roles cannot be "CLERK,CLERK". It must be upper-case names like CLERK or STORE_MANAGER, at most 32 characters each, separated by commas, none twice.',
    ],
    [
      { corsOrigins: 'https://a.example/path' },
      'The setting corsOrigins cannot be "https://a.example/path". It must be origins like https://app.example.com without a path, separated by commas, or * alone, or none.',
    ],
    [
      { stgae: 'prod' },
      'There is no setting "stgae". The settings are stage, roles, signupRoles, tokenLifetime, sessionLifetime, sessionsPerUser, bcryptCost, passwordMinLength, passwordBlocklist, corsOrigins, rateLimits, loginFailures, loginWait, loginWaitMax, loginFailuresKept, loginsPerAddress, signupsPerAddress, addressWindow, requestsPerSecond, hashesPerSecond, emailFrom, messages, resetUrl, activationUrl, deletionUrl, messageLifetime, emailVerification, events, monitoring, alarmEmail, sam.',
    ],
  ])('%j is refused in words', (context, message) => {
    expect(problem(context)).toBe(message);
  });

  it.each(['signup-roles', 'auth.stage', 'stage2', 'Stage', 'stage '])('have none called %j', (name) => {
    expect(problem({ [name]: 'x' })).toMatch(`There is no setting "${name}".`);
  });

  it('are settings or a message, whatever is given', () => {
    const value = fc.oneof(fc.string(), fc.integer(), fc.array(fc.string()), fc.anything());
    const names = fc.constantFrom(
      'stage',
      'roles',
      'signupRoles',
      'tokenLifetime',
      'bcryptCost',
      'corsOrigins',
      'emailFrom',
      'resetUrl',
    );
    fc.assert(
      fc.property(fc.dictionary(names, value), (context) => {
        expect(['string', 'object']).toContain(typeof problem(context));
      }),
    );
  });
});

it('a wrong setting stops npx cdk synth, in words, before there is a template', async () => {
  const output = mkdtempSync(join(tmpdir(), 'token-auth-wrong-'));
  const cdk = join(__dirname, '../../node_modules/aws-cdk/bin/cdk');
  const settings = ['-c', `tokenLifetime=${wrong.tokenLifetime}`, '-c', `roles=${wrong.roles}`];
  const options = ['synth', '--quiet', '--no-notices', '--output', output, ...settings];
  const { code, text } = await new Promise<{ code: unknown; text: string }>((resolve) => {
    const cwd = join(__dirname, '../..');
    execFile(process.execPath, [cdk, ...options], { cwd }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, text: stdout + stderr }),
    );
  });
  const written = readdirSync(output).filter((file) => /template|asset/.test(file));
  rmSync(output, { recursive: true });
  expect(code).toBe(1);
  expect(text).toContain('The setting tokenLifetime cannot be "7x". It must be ');
  expect(text).toContain('The setting roles cannot be "clerk". It must be ');
  expect(text).not.toMatch(/^\s+at .*:\d+/m);
  expect(written).toEqual([]);
}, 60_000);
