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

const cdk = (cwd: string, ...args: string[]) => run(cwd, process.execPath, CDK, ...args);

/** Makes an app, installs the package with these versions of the CDK, and replaces the app's stack and test. */
function createApp(language: 'typescript' | 'javascript', versions: Versions): string {
  // Its name is that of the stack.
  const app = join(mkdtempSync(join(folder, `${language}-`)), 'app');
  mkdirSync(app);
  cdk(app, 'init', 'app', '--language', language, '--generate-only');
  const packages = ['aws-cdk-lib', 'constructs'].map((one) => `${one}@${versions[one]}`);
  run(app, 'npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', packed, ...packages);
  cpSync(join(__dirname, 'apps', language), app, { recursive: true });
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
])('with the %s aws-cdk-lib of its range', (_, versions) => {
  it('is synthesised and tested in TypeScript', () => {
    const app = createApp('typescript', versions);
    run(app, 'npx', 'cdk', 'synth', '--quiet');
    run(app, 'npx', 'jest');
  });

  it('is synthesised and tested in JavaScript, as CommonJS and as ES modules', () => {
    const app = createApp('javascript', versions);
    run(app, 'npx', 'cdk', 'synth', '--quiet');
    run(app, 'npx', 'jest');
    cpSync(join(__dirname, 'apps/esm'), app, { recursive: true });
    run(app, 'npx', 'cdk', 'synth', '--quiet', '--app', 'node bin/app.mjs');
    run(app, process.execPath, '--experimental-vm-modules', 'node_modules/jest/bin/jest.js', 'mjs');
  });
});

it('makes the template that the source makes, with the same code', () => {
  const app = join(createApp('typescript', newest), 'reports');
  const source = join(PROJECT, 'examples/reports');
  cpSync(source, app, { recursive: true });
  const assemblies = [app, source].map((cwd, index) => {
    const assembly = join(folder, String(index));
    cdk(cwd, 'synth', '--quiet', '--output', assembly);
    return reportsIn(assembly);
  });
  expect(assemblies[0]).toEqual(assemblies[1]);
});

/**
 * The template without the code of the example's own functions, which an app bundles with its own esbuild, and without the functions' metadata,
 * which say whether the CDK bundled.
 */
function reportsIn(assembly: string): unknown {
  const template = JSON.parse(readFileSync(join(assembly, 'Reports.template.json'), 'utf8'));
  for (const [id, resource] of Object.entries<any>(template.Resources)) {
    if (resource.Type === 'AWS::Lambda::Function') delete resource.Metadata;
    if (/^(list|delete)report/.test(id)) delete resource.Properties.Code;
  }
  return template;
}
