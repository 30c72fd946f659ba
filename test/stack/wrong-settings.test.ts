/** A wrong setting stops the real command-line tool before anything is written that could be deployed. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { settingNames } from '../../lib/settings';

const PROJECT = join(__dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'token-auth-wrong-'));
afterAll(() => rmSync(folder, { recursive: true }));
jest.setTimeout(60_000);

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

const synth = (settings: readonly string[], output: string) =>
  new Promise<{ code: unknown; text: string }>((resolve) => {
    const cdk = join(PROJECT, 'node_modules/aws-cdk/bin/cdk');
    const context = settings.flatMap((setting) => ['-c', setting]);
    const options = ['synth', '--quiet', '--no-notices', '--output', output, ...context];
    execFile(process.execPath, [cdk, ...options], { cwd: PROJECT }, (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, text: stdout + stderr });
    });
  });

describe('npx cdk synth', () => {
  it('says of every wrong setting what it must be, ends with 1, and writes no template', async () => {
    const output = join(folder, 'all');
    const settings = Object.entries(wrong).map(([name, value]) => `${name}=${value}`);
    const { code, text } = await synth(settings, output);
    expect(code).toBe(1);
    for (const name of settingNames)
      expect(text).toContain(`The setting ${name} cannot be ${JSON.stringify(wrong[name])}. It must be `);
    expect(text).not.toMatch(/^\s+at .*:\d+/m);
    expect(text).not.toContain('SettingsError');
    expect(readdirSync(output).filter((file) => /template|asset/.test(file))).toEqual([]);
  });
});
