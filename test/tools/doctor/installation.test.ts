import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkCdk, checkPackages } from '../../../tools/doctor/installation';
import { TimeLimitError, within } from '../../../tools/doctor/time-limit';

const project = mkdtempSync(join(tmpdir(), 'token-auth-project-'));
afterAll(() => rmSync(project, { recursive: true }));

/** Writes a package.json, of the project or of what is installed in it. */
function write(folder: string, content: object): void {
  mkdirSync(join(project, folder), { recursive: true });
  writeFileSync(join(project, folder, 'package.json'), JSON.stringify(content));
}

describe('the packages', () => {
  it('of this project are installed', () => {
    expect(checkPackages().state).toBe('ok');
  });

  it('are a problem if one is missing or another version', () => {
    write('.', {
      dependencies: { 'aws-cdk-lib': '2.276.0' },
      devDependencies: { tsx: '4.0.0', jest: '30.0.0' },
    });
    write('node_modules/jest', { version: '30.0.0' });
    write('node_modules/aws-cdk-lib', { version: '1.0.0' });
    expect(checkPackages(project)).toEqual({
      state: 'problem',
      found: 'not as in package.json: aws-cdk-lib 1.0.0 and 1 more',
      todo: 'npm ci',
    });
    write('node_modules/aws-cdk-lib', { version: '2.276.0' });
    expect(checkPackages(project).found).toBe('not as in package.json: tsx is missing');
  });
});

describe('the CDK', () => {
  it('is the pinned one', async () => {
    expect(await checkCdk()).toEqual({ state: 'ok', found: 'npx cdk is 2.1148.1' });
  });

  it.each<[string, () => Promise<string>, string]>([
    ['another', async () => '3.0.0 (build 1)', 'npx cdk is 3.0.0, and this project needs 2.1148.1'],
    ['no CDK', async () => 'hello', 'npx cdk is something else, and this project needs 2.1148.1'],
    [
      'missing',
      () => Promise.reject(new Error('npx is not there')),
      'npx cdk does not run: npx is not there',
    ],
  ])('that is %s is a problem', async (_, run, found) => {
    expect(await checkCdk(run)).toMatchObject({
      state: 'problem',
      found,
      todo: expect.stringContaining('npm ci'),
    });
  });
});

it('waits no longer than it says', async () => {
  await expect(within(0.01, new Promise(() => undefined))).rejects.toThrow(TimeLimitError);
  await expect(within(5, Promise.resolve('in time'))).resolves.toBe('in time');
});
