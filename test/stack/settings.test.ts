/** The settings of a deployment: how they are written, and that a wrong one stops everything in words. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { readSettings, SettingsError, settingNames } from '../../lib/settings';

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
      'There is no setting "stgae". The settings are stage, roles, signupRoles, tokenLifetime, sessionLifetime, sessionsPerUser, bcryptCost, passwordMinLength, passwordBlocklist, corsOrigins, rateLimits, loginFailures, loginWait, loginWaitMax, loginFailuresKept, loginsPerAddress, signupsPerAddress, addressWindow, requestsPerSecond, hashesPerSecond, monitoring, alarmEmail, sam.',
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
