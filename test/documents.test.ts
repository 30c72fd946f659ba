/** What the documents say is what the code does. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { millionTable, monthlyCharges } from '../cli/cost';
import { formatApi } from '../cli/openapi';
import { dollars } from '../cli/prices';
import { countUnits, listCalls, requestKinds } from '../cli/request-kinds';
import type { Template } from '../cli/synthesised-stack';
import { listRoutes } from '../functions/endpoints';
import { backendFunctionNames, functions as definitions } from '../functions/functions';
import type { Steps } from '../functions/shared/definition';
import { CALL_ATTEMPT_TIMEOUT_MS, WORST_CASE_CALL_SECONDS } from '../functions/shared/domain/limits';
import { readSettings, settingNames } from '../lib/settings';
import { longestWait } from '../lib/timeouts';
import { templateWith } from './support/assembly';
import { principal } from './support/sessions';

const PROJECT = join(__dirname, '..');

const read = (file: string): string => readFileSync(join(PROJECT, file), 'utf8');
const readme = read('README.md');

/** The cells of a table's rows whose first cell is code. */
const rowsOf = (text: string): string[][] =>
  [...text.matchAll(/^\| `.*\|$/gm)].map(([row]) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );

describe('the README', () => {
  it('lists every route, and no other', () => {
    const table = rowsOf(readme.slice(0, readme.indexOf('## Try it')));
    expect(table.map(([method, path]) => `${method} ${path}`)).toEqual(
      listRoutes().map(({ methods: [method], path }) => `${method} ${path}/`),
    );
    const who = { public: 'anyone', authenticated: 'any role' };
    expect(table.map(([, , cell]) => cell)).toEqual(listRoutes().map(({ access }) => who[access]));
  });
});

const deploy = read('docs/deploy.md');

/** The part of a document under a heading, up to the next of the same depth. */
const partOf = (text: string, heading: string): string => text.split(`\n${heading}\n`)[1]!.split(/\n## /)[0]!;

/** The cells of every table's rows, without heads and rules. */
const tablesIn = (text: string): string[][] =>
  [...text.matchAll(/^\|(?!-).*\|$(?!\n\|-)/gm)].map(([row]) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

const pages = readdirSync(join(__dirname, '../docs'))
  .filter((file) => file.endsWith('.md') && !file.endsWith('.api.md'))
  .map((file) => `docs/${file}`);

describe.each(['README.md', ...pages])('%s', (file) => {
  it('names only scripts, files and headings that exist', () => {
    const text = read(file);
    const names = Object.keys(JSON.parse(read('package.json')).scripts);
    for (const [, name] of text.matchAll(/npm run ([\w:]+)/g)) expect(names).toContain(name);
    const links = [...text.matchAll(/\]\(([\w./-]*)(?:#([\w-]+))?\)/g)];
    expect(links.length).toBeGreaterThan(0);
    for (const [, target = '', anchor] of links) {
      const path = target === '' ? file : join(file, '..', target);
      expect([path, existsSync(join(__dirname, '..', path))]).toEqual([path, true]);
      if (!anchor) continue;
      const headings = [...read(path).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchorOf(heading!));
      expect(headings).toContain(anchor);
    }
  });
});

const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-');

describe('docs/openapi.json', () => {
  it('is what npm run openapi writes', () => {
    expect(read('docs/openapi.json')).toBe(formatApi());
  });
});

describe('docs/deploy.md', () => {
  it('lists every setting with its default, and no other', () => {
    const table = rowsOf(partOf(deploy, '## Settings'));
    expect(table.map(([name]) => name)).toEqual(settingNames);
    const asWritten = Object.fromEntries(table.map(([name, value]) => [name!, value!]));
    expect(readSettings(asWritten)).toEqual(readSettings({}));
  });

  it('has the defaults that an editor shows with the settings of the construct', () => {
    const shown = [
      ...read('lib/token-auth-props.ts').matchAll(/@defaultValue (.*)\n +\*\/\n +readonly (\w+)/g),
    ];
    const defaults = shown.map(([, value, name]) => [name, value!.replaceAll("'", '')] as const);
    expect(defaults).toEqual(rowsOf(partOf(deploy, '## Settings')).map(([name, value]) => [name, value]));
  });

  it('says of requests what npm run cost says, and of monitoring what docs/monitoring.md says', () => {
    const [, ...requests] = millionTable(templateWith({}).toJSON() as Template);
    expect(tablesIn(partOf(deploy, '## What it costs'))).toEqual(requests);
    const { idle, inUse } = monthlyCharges(templateWith({ monitoring: 'on' }).toJSON() as Template);
    const sum = (charges: typeof idle) => dollars(charges.reduce((total, { usd }) => total + usd, 0));
    const atMost = sum([...idle, ...inUse]);
    expect(deploy).toContain(`alarms and dashboard cost ${sum(idle)}, at most ${atMost} with traffic`);
    const explained = partOf(read('docs/monitoring.md'), '## What it costs');
    expect(explained).toContain(`| **${atMost}** |`);
    for (const { usd } of [...idle, ...inUse]) expect(explained).toContain(`| ${dollars(usd)} |`);
  });

  it('names the outputs of the stack', () => {
    const outputs = Object.keys(templateWith({ monitoring: 'on' }).findOutputs('*'));
    // The CDK adds a hash to the name of its own.
    for (const output of outputs) expect(deploy).toContain(`\`${output.replace(/[0-9A-F]{8}$/, '…')}\``);
  });
});

describe('docs/storage.md', () => {
  /** Steps one after the other, the calls of each at once. */
  const inWords = (steps: Steps = []): string =>
    steps.map((step) => step.map((call) => call.split(' ')[0]).join(' ∥ ')).join(' · ');

  it('lists the calls, steps and units of every request as the definitions name them', () => {
    const listed = rowsOf(partOf(read('docs/storage.md'), '## Database calls per request'));
    const defined = requestKinds.map((kind) => {
      const { request, authorizer, later = [], steps } = kind;
      const before = [...(authorizer ?? []), ...(later.length > 0 ? [later] : [])];
      const units = listCalls(kind).map(countUnits);
      const sum = (numbers: readonly number[]) =>
        String(numbers.reduce((total, number) => total + number, 0));
      return [
        request,
        inWords(before),
        inWords(steps),
        String(listCalls(kind).length),
        String((authorizer ?? []).length + steps.length),
        sum(units.map(({ reads }) => reads)),
        sum(units.map(({ writes }) => writes)),
      ];
    });
    expect(listed.map((row) => row.slice(0, 7))).toEqual(defined);
  });
});

describe('docs/construct.md', () => {
  it('shows the code of the example', () => {
    const [, shown = ''] = /```ts\n([\s\S]*?)```/.exec(read('docs/construct.md')) ?? [];
    const example = read('examples/reports/reports-stack.ts');
    const lines = shown.split('\n').filter(Boolean);
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) expect(example).toContain(line);
  });

  it('names the principal as it is, and the packed file as npm does', () => {
    const text = read('docs/construct.md');
    for (const name of Object.keys(principal)) expect(text).toContain(`\`${name}\``);
    const { name, version } = JSON.parse(read('package.json'));
    expect(text).toContain(`${name}-${version}.tgz`);
  });
});

describe('docs/app.md', () => {
  it('shows TypeScript that compiles against the client', () => {
    const folder = mkdtempSync(join(tmpdir(), 'app-'));
    const write = (name: string, text = '') => writeFileSync(join(folder, name), text);
    const shown = [...read('docs/app.md').matchAll(/^`(\w+\.ts)`.*\n\n```ts\n([\s\S]*?)```/gm)];
    expect(shown.map(([, name]) => name)).toEqual(['session.ts', 'screens.ts']);
    for (const [, name = '', code] of shown) write(name, code);
    // The part of its types that the page uses.
    write(
      'expo-secure-store.d.ts',
      `export const AFTER_FIRST_UNLOCK_THIS_DEVICE_ONLY: number;
       interface Options { readonly keychainAccessible?: number }
       export function getItemAsync(key: string, options?: Options): Promise<string | null>;
       export function setItemAsync(key: string, value: string, options?: Options): Promise<void>;`,
    );
    const compilerOptions = {
      strict: true,
      module: 'preserve',
      target: 'ES2022',
      lib: ['ES2022', 'DOM'],
      types: [],
      noEmit: true,
      allowImportingTsExtensions: true,
      paths: {
        'token-auth/client': [join(PROJECT, 'client/index.ts')],
        'expo-secure-store': [join(folder, 'expo-secure-store.d.ts')],
      },
    };
    write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['*.ts'] }));
    const tsc = join(PROJECT, 'node_modules/typescript/bin/tsc');
    const { stdout } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    expect(stdout).toBe('');
  });
});

describe('docs/faults.md', () => {
  const [endpoints = '', budget = ''] = read('docs/faults.md').split('## How long');

  it('says of the authorizer and of every route what it does', () => {
    const named = rowsOf(endpoints).map(([name]) => name?.split(',')[0]);
    expect(named).toEqual(['authorizer', ...listRoutes().map(({ name }) => name)]);
  });

  it('says how long each function takes at worst, and its time-out', () => {
    const functions = Object.entries(templateWith({}).findResources('AWS::Lambda::Function'));
    const timeoutOf = (name: string) => {
      const id = `${name.replaceAll('-', '')}function`;
      return functions.find(([logicalId]) => logicalId.toLowerCase().startsWith(id))?.[1]['Properties']
        .Timeout;
    };
    const inForce = backendFunctionNames.map((name) => {
      const { slowest } = definitions[name];
      return [name, slowest.calls, slowest.decisions, longestWait({ slowest }), timeoutOf(name)].map(String);
    });
    expect(rowsOf(budget)).toEqual(inForce);
    expect(definitions['external-authorizer'].slowest).toEqual(definitions.authorizer.slowest);
    expect(budget).toContain(`given up after ${CALL_ATTEMPT_TIMEOUT_MS / 1000} seconds`);
    expect(budget).toContain(`${WORST_CASE_CALL_SECONDS} seconds in all`);
  });
});
