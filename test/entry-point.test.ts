/** What Lambda loads of a function: a file that waits, beside the bundle. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadDeployment } from '../local/template/load-deployment';

const [{ codeFolder } = { codeFolder: '' }] = loadDeployment(
  process.env['TOKEN_AUTH_TEST_ASSEMBLY']!,
).functions;
const folder = mkdtempSync(join(tmpdir(), 'entry-point-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What loading the entry point prints, with this for a bundle. */
function loadWith(bundle: string): string {
  copyFileSync(join(codeFolder, 'index.mjs'), join(folder, 'index.mjs'));
  writeFileSync(join(folder, 'bundle.cjs'), bundle);
  const load = `import('./index.mjs').then(({ handler }) => console.log('loaded', handler()), console.log)`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', load], { cwd: folder, encoding: 'utf8' });
  return stdout + stderr;
}

it('is all that there is beside the bundle', () => {
  expect(readdirSync(codeFolder).sort()).toEqual(['bundle.cjs', 'common-passwords.js', 'index.mjs']);
});

it('has loaded when the function is ready, and not before', () => {
  const ready = `new Promise((resolve) => setTimeout(() => { console.log('ready'); resolve(); }, 1))`;
  expect(loadWith(`exports.ready = ${ready}; exports.handler = () => 'answer';`)).toBe(
    'ready\nloaded answer\n',
  );
});

it('passes on once what the bundle throws', () => {
  expect(loadWith(`throw 'broken';`)).toBe('broken\n');
});

it('waits for nothing where there is nothing to wait for', () => {
  expect(loadWith(`exports.handler = () => 'answer';`)).toBe('loaded answer\n');
});
