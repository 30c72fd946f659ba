/** The packed package, in fresh apps as its users make them: by `cdk init`, with the tools that it sets up. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PROJECT = join(__dirname, '../..');
const CDK = join(PROJECT, 'node_modules/aws-cdk/bin/cdk');
const { name, version, devDependencies, peerDependencies } = JSON.parse(
  readFileSync(join(PROJECT, 'package.json'), 'utf8'),
);

const folder = mkdtempSync(join(tmpdir(), 'package-'));
const packed = join(folder, `${name}-${version}.tgz`);
beforeAll(() => run(PROJECT, 'npm', 'pack', '--pack-destination', folder));
afterAll(() => rmSync(folder, { recursive: true }));

function run(cwd: string, command: string, ...args: string[]): void {
  // In CI, a stale report of the API is an error.
  const env = { ...process.env, CI: 'true' };
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} in ${cwd}:\n${stdout}${stderr}`);
}

/** Makes an app, installs the package with these versions of the CDK, and replaces the app's stack and test. */
function createApp(language: string, files: string, cdk: Versions): string {
  // Its name is that of the stack.
  const app = join(mkdtempSync(join(folder, `${language}-`)), 'app');
  mkdirSync(app);
  run(app, process.execPath, CDK, 'init', 'app', '--language', language, '--generate-only');
  const packages = ['aws-cdk-lib', 'constructs'].map((one) => `${one}@${cdk[one]}`);
  run(app, 'npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', packed, ...packages);
  cpSync(join(__dirname, 'apps', files), app, { recursive: true });
  return app;
}

type Versions = Readonly<Record<string, string>>;

const lowest: Versions = Object.fromEntries(
  Object.entries<string>(peerDependencies).map(([one, range]) => [one, range.replace('^', '')]),
);
const newest: Versions = devDependencies;

it('has no problem that publint or Are the Types Wrong know', () => {
  run(folder, 'npx', '--yes', 'publint@0.3.25', '--strict', packed);
  run(folder, 'npx', '--yes', '@arethetypeswrong/cli@0.18.5', packed);
});

describe.each([
  ['lowest', lowest],
  ['newest', newest],
])('with the %s aws-cdk-lib of its range', (_, cdk) => {
  it('is synthesised and tested in TypeScript', () => {
    const app = createApp('typescript', 'typescript', cdk);
    run(app, 'npx', 'cdk', 'synth', '--quiet');
    run(app, 'npx', 'jest');
  });

  it('is synthesised and tested in JavaScript, as CommonJS and as ES modules', () => {
    const app = createApp('javascript', 'commonjs', cdk);
    run(app, 'npx', 'cdk', 'synth', '--quiet');
    run(app, 'npx', 'jest');
    cpSync(join(__dirname, 'apps/esm'), app, { recursive: true });
    run(app, 'npx', 'cdk', 'synth', '--quiet', '--app', 'node bin/app.mjs');
    run(app, process.execPath, '--experimental-vm-modules', 'node_modules/jest/bin/jest.js', 'mjs');
  });
});

it('makes the template that the source makes, with the same code', () => {
  const app = join(createApp('typescript', 'typescript', newest), 'reports');
  cpSync(join(PROJECT, 'examples/reports'), app, { recursive: true });
  run(app, process.execPath, CDK, 'synth', '--quiet');
  run(
    join(PROJECT, 'examples/reports'),
    process.execPath,
    CDK,
    'synth',
    '--quiet',
    '--output',
    join(folder, 'source'),
  );
  expect(reportsIn(join(app, 'cdk.out'))).toEqual(reportsIn(join(folder, 'source')));
});

/** The template without the code of the example's own functions, which an app bundles with its own esbuild. */
function reportsIn(assembly: string): unknown {
  const template = JSON.parse(readFileSync(join(assembly, 'Reports.template.json'), 'utf8'));
  for (const [id, { Properties }] of Object.entries<any>(template.Resources))
    if (/^(list|delete)report/.test(id)) delete Properties.Code;
  return template;
}
