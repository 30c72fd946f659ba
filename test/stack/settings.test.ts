import fc from 'fast-check';
import { readSettings, SettingsError } from '../../lib/settings';

const problem = (context: Record<string, unknown>) => {
  try {
    return readSettings(context);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
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

  it.each<[Record<string, unknown>, string]>([
    [
      { tokenLifetime: '0m' },
      'The setting tokenLifetime cannot be "0m". It must be a time from 1m to 3650d, like 30m, 12h or 7d.',
    ],
    [{ bcryptCost: 9 }, 'The setting bcryptCost cannot be 9. It must be a whole number from 10 to 14.'],
    [
      { bcryptCost: '10.5' },
      'The setting bcryptCost cannot be "10.5". It must be a whole number from 10 to 14.',
    ],
    [{ bcryptCost: true }, 'The setting bcryptCost cannot be true. It must be text, a number or a list.'],
    [
      { stage: 'Prod!' },
      'The setting stage cannot be "Prod!". It must be a short lower-case name like dev or prod.',
    ],
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
    [{ rateLimits: 0 }, 'The setting rateLimits cannot be 0. It must be on or off.'],
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
    [
      { monitoring: 'on', alarmEmail: 'ops' },
      'The setting alarmEmail cannot be "ops". It must be an e-mail address, or none.',
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
