/** Who may import whom, and what a deployed bundle holds, read off esbuild's own list of inputs. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { buildSync, type Metafile } from 'esbuild';
import { routeList } from '../functions/routes';
import { type FunctionName, functionNames } from '../functions/shared/environment';

const PROJECT = join(__dirname, '..');

function importsOf(entry: string, packages: 'external' | 'bundle'): Metafile['inputs'] {
  const { metafile } = buildSync({
    absWorkingDir: PROJECT,
    entryPoints: [entry],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    mainFields: ['module', 'main'],
    packages,
  });
  return metafile.inputs;
}

/** What would be deployed, as text. */
const bundleText = (name: FunctionName): string =>
  buildSync({
    absWorkingDir: PROJECT,
    entryPoints: [`functions/${name}/handler.ts`],
    bundle: true,
    write: false,
    platform: 'node',
    mainFields: ['module', 'main'],
  }).outputFiles[0]!.text;

const filesUnder = (folder: string): string[] =>
  readdirSync(join(PROJECT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(PROJECT, join(entry.parentPath, entry.name)));

describe('the domain', () => {
  it.each(filesUnder('functions/shared/domain'))(
    '%s imports the domain, node:crypto and bcryptjs alone',
    (file) => {
      for (const [path, { imports }] of Object.entries(importsOf(file, 'external'))) {
        expect(path).toMatch(/^functions\/shared\/domain\//);
        const outside = imports.filter(({ external }) => external).map((imported) => imported.path);
        expect(['node:crypto', 'bcryptjs']).toEqual(expect.arrayContaining(outside));
      }
    },
  );
});

describe.each<FunctionName>([...functionNames, 'guard'])('the bundle of %s', (name) => {
  const paths = Object.keys(importsOf(`functions/${name}/handler.ts`, 'bundle'));
  const packages = new Set(
    paths.flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []),
  );

  it('holds its own folder, what is shared, the route table, and no other endpoint', () => {
    const ours = paths.filter((path) => !path.includes('node_modules'));
    expect(
      ours.filter((path) => !new RegExp(`^functions/(${name}|shared)/|^functions/routes.ts$`).test(path)),
    ).toEqual([]);
  });

  it('holds bcryptjs only where a password is checked, and the SDK only where there is something to store', () => {
    const hashes: FunctionName[] = ['signup', 'login'];
    const storeless: FunctionName[] = ['dashboard', 'fallback'];
    expect(packages.has('bcryptjs')).toBe(hashes.includes(name));
    expect(packages.has('@aws-sdk/client-dynamodb')).toBe(!storeless.includes(name));
  });

  it('holds the validation of bodies only where one is read', () => {
    const readsBody = routeList.some((route) => route.name === name && route.access === 'public');
    expect(packages.has('valibot')).toBe(readsBody);
  });

  it('holds nothing of the clock that can be moved on this machine', () => {
    expect(paths.filter((path) => path.startsWith('local/'))).toEqual([]);
    expect(bundleText(name)).not.toMatch(/_local|SharedArrayBuffer|clockOffset/);
  });

  it('holds nothing of CDK', () => {
    expect([...packages].filter((dependency) => /cdk|constructs/.test(dependency))).toEqual([]);
  });
});

describe('secrets', () => {
  const sources = filesUnder('functions').map(
    (file) => [file, readFileSync(join(PROJECT, file), 'utf8')] as const,
  );

  it.each(sources)('are compared by digest and in constant time, never with === : %s', (_, source) => {
    const comparisons = source.match(/[^\n]*(?:===|!==)[^\n]*/g) ?? [];
    const suspicious = comparisons
      .filter((line) => !/[!=]== undefined/.test(line))
      .filter((line) => /digest|secret|password|token\.text|unverifiedToken\b/i.test(line));
    expect(suspicious).toEqual([]);
  });
});

describe('the local runner', () => {
  it('knows no endpoint: it imports nothing of functions or lib', () => {
    for (const file of filesUnder('local').filter((path) => !path.endsWith('.d.ts'))) {
      const ours = Object.keys(importsOf(file, 'external'));
      expect(ours.filter((path) => /^(functions|lib)\//.test(path))).toEqual([]);
    }
  });
});
