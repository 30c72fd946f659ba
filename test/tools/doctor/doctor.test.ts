/** `npm run doctor` as a person runs it: a process, its table, its exit code. */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atOnce, type FakeAws, startFakeAws } from './fake-aws';

const PROJECT = join(__dirname, '../../..');
const home = mkdtempSync(join(tmpdir(), 'token-auth-home-'));
const SECRET = 'wJalrXUtnFEMI-not-a-real-secret';
jest.setTimeout(120_000);
let aws: FakeAws;
beforeAll(async () => {
  aws = await startFakeAws();
});
afterAll(async () => {
  await aws.close();
  rmSync(home, { recursive: true });
});

const keys = { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: SECRET };

async function doctor(variables: Record<string, string>, options: readonly string[] = []) {
  const withoutAws = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
  const env = {
    ...Object.fromEntries(withoutAws),
    HOME: home,
    AWS_EC2_METADATA_DISABLED: 'true',
    ...variables,
  };
  return await new Promise<{ code: unknown; text: string; rows: Record<string, string> }>((resolve) => {
    execFile(
      process.execPath,
      ['bin/doctor.js', ...options],
      { cwd: PROJECT, env },
      (error, stdout, stderr) => {
        const text = stdout + stderr;
        const rows = [...text.matchAll(/^(ok|warning|problem|not checked) +([A-Z][\w.,]*(?: stack)?) {2}/gm)];
        resolve({
          code: error ? error.code : 0,
          text,
          rows: Object.fromEntries(rows.map(([, state, title]) => [title!, state!])),
        });
      },
    );
  });
}

const local = { 'Node.js': 'ok', Packages: 'ok', CDK: 'ok', 'Settings, stack': 'ok' };

describe('npm run doctor', () => {
  it('says that all is well, with an account that is ready', async () => {
    const { code, text, rows } = await doctor({ ...aws.variables, ...keys, AWS_REGION: 'eu-west-1' });
    expect(rows).toEqual({ ...local, Region: 'ok', Credentials: 'ok', Bootstrap: 'ok', Concurrency: 'ok' });
    expect([code, text.trim().split('\n').at(-1)]).toEqual([0, 'Ready for npm run deploy.']);
    expect(text).toContain('account 123456789012, as assumed-role/Admin/me');
    expect(text).not.toContain(SECRET);
  });

  it('is content with a warning', async () => {
    aws.answer({ lambda: atOnce(10) });
    const { code, text, rows } = await doctor({ ...aws.variables, ...keys, AWS_REGION: 'eu-west-1' });
    expect([rows['Concurrency'], code]).toEqual(['warning', 0]);
    expect(text).toContain('Read the warnings first.');
  });

  it('says without credentials exactly that, and what it could not ask; a setting that is wrong in its own words', async () => {
    const { code, text, rows } = await doctor({}, ['-c', 'tokenLifetime=7x']);
    expect(rows).toEqual({
      ...local,
      'Settings, stack': 'problem',
      Region: 'warning',
      Credentials: 'problem',
      Bootstrap: 'not checked',
      Concurrency: 'not checked',
    });
    expect(code).toBe(1);
    expect(text).toContain('no credentials were found');
    expect(text).toContain(
      'The setting tokenLifetime cannot be "7x". It must be a time from 1m to 3650d, like 30m, 12h or 7d.',
    );
    expect(text).toContain('2 problems have to be solved before npm run deploy.');
    expect(text).not.toMatch(/^\s+at /m);
  });

  it('says that AWS cannot be reached, and that no template for sam local can be deployed', async () => {
    const variables = { ...keys, AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:1' };
    const { code, text, rows } = await doctor(variables, ['-c', 'sam=on']);
    expect([rows['Credentials'], rows['Bootstrap'], code]).toEqual(['problem', 'not checked', 1]);
    expect(text).toContain('AWS cannot be reached in eu-west-1');
    expect(text).toMatch(/^problem +Settings, stack +TokenAuth-sam is for sam local/m);
    expect(text).toContain('→ Leave out the setting sam, here or in cdk.json.');
  });

  it('refuses what is no setting', async () => {
    const { code, text } = await doctor({}, ['-c', 'stage']);
    expect([code, text.trim()]).toEqual([1, '"-c stage" must be -c name=value.']);
  });
});

describe('where something is missing that the doctor itself would need', () => {
  const bare = mkdtempSync(join(tmpdir(), 'token-auth-bare-'));
  cpSync(join(PROJECT, 'bin/doctor.js'), join(bare, 'bin/doctor.js'));
  afterAll(() => rmSync(bare, { recursive: true }));

  it.each([
    ['packages', '>=20.12', 'problem  The packages are not installed.\n         → npm ci\n'],
    [
      'a Node.js that is new enough',
      '>=99.1',
      `problem  Node.js is ${process.versions.node}; >=99.1 is needed.\n         → Install it from https://nodejs.org.\n`,
    ],
  ])('%s, it says so all the same', async (_, node, message) => {
    writeFileSync(join(bare, 'package.json'), JSON.stringify({ engines: { node } }));
    const [code, text] = await new Promise<[unknown, string]>((resolve) => {
      execFile(process.execPath, ['bin/doctor.js'], { cwd: bare }, (error, stdout) =>
        resolve([error?.code, stdout]),
      );
    });
    expect([code, text]).toEqual([1, message]);
  });
});
