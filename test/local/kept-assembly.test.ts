/** What makes `npm start` synthesise again, with a stand-in for the CDK that counts. */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findLatest, findOrSynthesise } from '../../local/kept-assembly';

const cdk = `const { appendFileSync, readFileSync, writeFileSync } = require('node:fs');
  const { join } = require('node:path');
  const output = process.argv[process.argv.indexOf('--output') + 1];
  if (process.argv.includes('stage=!')) {
    console.error('The setting stage cannot be "!".');
    process.exit(1);
  }
  appendFileSync('.git/runs', 'x');
  writeFileSync(join(output, 'manifest.json'), readFileSync('functions/login/login.ts'));
  if (process.env.CHANGES) writeFileSync('functions/login/login.ts', process.env.CHANGES);
  console.log('WARNING Rate limits are off (Annotation)');`;

const folder = mkdtempSync(join(tmpdir(), 'kept-assembly-test-'));
let project = '';
let shared = '';
const write = (file: string, content = '') => {
  mkdirSync(dirname(join(project, file)), { recursive: true });
  writeFileSync(join(project, file), content);
};
beforeEach(() => {
  project = mkdtempSync(join(folder, 'project-'));
  write('node_modules/aws-cdk/bin/cdk', cdk);
  write('node_modules/valibot/index.js', '1');
  for (const file of ['.git/runs', 'cdk.json', 'lib/stack.ts', 'package-lock.json', 'test/a.test.ts'])
    write(file);
  write('functions/login/login.ts', 'first');
  shared = mkdtempSync(join(folder, 'shared-'));
  writeFileSync(join(shared, 'constants.ts'), '');
  symlinkSync(shared, join(project, 'lib/shared'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const start = (...settings: string[]) =>
  findOrSynthesise({ dataDir: join(project, '.local'), settings, project });
const syntheses = () => readFileSync(join(project, '.git/runs'), 'utf8').length;

it('An unchanged project is synthesised once, and its warnings are there each time', async () => {
  const first = await start();
  expect(first).toMatchObject({ hasRun: false, warnings: ['Rate limits are off'] });
  first.noteRun();
  write('.local/running.json', 'written by the server');
  write('test/a.test.ts', 'changed');
  write('server.log', 'changed');

  expect(await start()).toMatchObject({ folder: first.folder, hasRun: true, warnings: first.warnings });
  expect(syntheses()).toBe(1);
});

it.each<[string, () => unknown]>([
  ['a changed function', () => write('functions/login/login.ts', 'other')],
  ['a changed file of the stack', () => write('lib/stack.ts', 'changed')],
  ['a new file', () => write('functions/deliver/messages.json')],
  ['a file that is gone', () => rmSync(join(project, 'lib/stack.ts'))],
  ['a file behind a link', () => writeFileSync(join(shared, 'constants.ts'), 'changed')],
  ['cdk.json', () => write('cdk.json', '{}')],
  ['the lock file', () => write('package-lock.json', '{}')],
  ['a new version of a package', () => write('node_modules/valibot/index.js', '10')],
  ['a package that is changed in place', () => write('node_modules/valibot/index.js', '2')],
])('It is synthesised again after a change: %s', async (_, change) => {
  await start();
  change();
  await start();
  expect(syntheses()).toBe(2);
});

it('It is synthesised again for other settings and another environment, and not for another terminal or port', async () => {
  await start('bcryptCost=10');
  await start('bcryptCost=11');
  expect(syntheses()).toBe(2);
  const before = { ...process.env };
  process.env['STAGE'] = 'test';
  await start('bcryptCost=11');
  expect(syntheses()).toBe(3);
  Object.assign(process.env, { PWD: '/elsewhere', TERM_SESSION_ID: '1', AWS_PROFILE: 'mine', PORT: '1' });
  await start('bcryptCost=11');
  process.env = before;
  expect(syntheses()).toBe(3);
});

it('What was true before is found again, up to five assemblies', async () => {
  for (const setting of ['a=1', 'a=2', 'a=3', 'a=4', 'a=5']) await start(setting);
  await start('a=1');
  expect(syntheses()).toBe(5);
  (await start('a=6')).noteRun();
  await start('a=1');
  expect(syntheses()).toBe(6);
  await start('a=2');
  expect(syntheses()).toBe(7);
});

it('A file that changes during the synthesis is not mistaken for what it was', async () => {
  process.env['CHANGES'] = 'second';
  await start();
  expect(await manifestOf(start())).toBe('second');
  write('functions/login/login.ts', 'first');
  expect(await manifestOf(start())).toBe('first');
  delete process.env['CHANGES'];
});

const manifestOf = async (assembly: ReturnType<typeof start>) =>
  readFileSync(join((await assembly).folder, 'manifest.json'), 'utf8');

it('Several that start at once get the same complete assembly', async () => {
  const folders = (await Promise.all([start(), start(), start()])).map((assembly) => assembly.folder);

  expect(new Set(folders).size).toBe(1);
  expect(readdirSync(dirname(folders[0]!))).toHaveLength(1);
  expect(findLatest(join(project, '.local'))).toBe(folders[0]);
});

it('A synthesis that fails leaves nothing behind', async () => {
  await expect(start('stage=!')).rejects.toThrow('The setting stage cannot be "!".');

  expect(readdirSync(join(project, '.local/cdk.out'))).toEqual([]);
  expect(findLatest(join(project, '.local'))).toBeUndefined();
});
