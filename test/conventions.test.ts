/** Who may import whom, read off esbuild's own list of inputs. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { buildSync, type Metafile } from 'esbuild';
import { listRoutes } from '../functions/endpoints';
import { constructId } from '../lib/auth-function';

const PROJECT = join(__dirname, '..');

function importsOf(entry: string): Metafile['inputs'] {
  const { metafile } = buildSync({
    absWorkingDir: PROJECT,
    entryPoints: [entry],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    mainFields: ['module', 'main'],
    packages: 'external',
  });
  return metafile.inputs;
}

const filesUnder = (folder: string): string[] =>
  readdirSync(join(PROJECT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(PROJECT, join(entry.parentPath, entry.name)));

describe('the domain', () => {
  it.each(filesUnder('functions/shared/domain'))(
    '%s imports the domain, node:crypto, node:url, node:util, other hashers and a list of passwords alone',
    (file) => {
      for (const [path, { imports }] of Object.entries(importsOf(file))) {
        expect(path).toMatch(/^functions\/shared\/domain\//);
        const outside = imports.filter(({ external }) => external).map((imported) => imported.path);
        expect([
          'node:crypto',
          'node:url',
          'node:util',
          'bcryptjs',
          'hash-wasm',
          '@zxcvbn-ts/language-common',
        ]).toEqual(expect.arrayContaining(outside));
      }
    },
  );
});

describe('secrets', () => {
  const sources = filesUnder('functions').map(
    (file) => [file, readFileSync(join(PROJECT, file), 'utf8')] as const,
  );

  it.each(sources)('are compared by digest and in constant time, never with === : %s', (_, source) => {
    const comparisons = source.match(/[^\n]*(?:===|!==)[^\n]*/g) ?? [];
    const suspicious = comparisons
      .filter((line) => !/[!=]== undefined/.test(line))
      // Words of our own, and a number.
      .map((line) => line.replace(/[!=]== '\w+'|passwordVersion/g, ''))
      .filter((line) => /[!=]==/.test(line))
      .filter((line) => /digest|secret|password|token\.text|unverifiedToken\b/i.test(line));
    expect(suspicious).toEqual([]);
  });
});

describe('an endpoint', () => {
  const sources = ['functions', 'lib', 'local', 'cli', 'bin']
    .flatMap(filesUnder)
    .filter((file) => file !== 'functions/endpoints.ts')
    .map((file) => [file, readFileSync(join(PROJECT, file), 'utf8')] as const);

  it.each(listRoutes())(
    'is named by path, folder and construct id in its own folder and the index alone: $name',
    ({ name, path }) => {
      // Several endpoints may be methods of one path.
      const ofPath = listRoutes().flatMap((route) =>
        route.path === path ? [`functions/${route.name}/`] : [],
      );
      const traces = [
        new RegExp(`${path.replace(/[{}]/g, '\\$&')}(?![\\w/-])`),
        new RegExp(`${constructId(name)}|(functions|\\.)/${name}/`),
      ];
      const naming = sources
        .filter(([file]) => !ofPath.some((folder) => file.startsWith(folder)))
        .filter(([, source]) => traces.some((trace) => trace.test(source)))
        .map(([file]) => file);
      expect(naming).toEqual([]);
    },
  );
});

describe('the local runner', () => {
  it('knows no endpoint: it imports nothing of functions or lib', () => {
    for (const file of filesUnder('local').filter((path) => !path.endsWith('.d.ts'))) {
      const ours = Object.keys(importsOf(file));
      expect(ours.filter((path) => /^(functions|lib)\//.test(path))).toEqual([]);
    }
  });
});
