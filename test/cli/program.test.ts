import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CliError,
  checkPort,
  checkSettings,
  checkUrl,
  contextOption,
  makeDataFolder,
  readOptions,
} from '../../cli/program';
import { textTable } from '../../cli/text-table';

const options = { port: { type: 'string', default: '3000' }, ...contextOption } as const;

describe('the options of a program', () => {
  it('are read by name, settings as -c name=value; what is not given has its default', () => {
    expect(readOptions(['--port', '3001', '-c', 'a=1', '--context', 'b=2'], options)).toEqual({
      port: '3001',
      context: ['a=1', 'b=2'],
    });
    expect(readOptions([], options)).toEqual({ port: '3000' });
  });

  it.each([
    [['--prot', '1'], "Unknown option '--prot'. The options are --port, -c name=value."],
    [['3001'], "Unexpected argument '3001'. The options are --port, -c name=value."],
    [['--port'], "Option '--port <value>' argument missing. The options are --port, -c name=value."],
  ])('%j is refused in one line that lists them', (args, message) => {
    expect(() => readOptions(args, options)).toThrow(new CliError(message));
  });

  it.each(['stage', '=dev'])('-c %s is refused', (setting) => {
    expect(() => checkSettings([setting])).toThrow(`"-c ${setting}" must be -c name=value.`);
  });

  it.each(['x', '-1', '65536', '1.5', ' '])('%j is no port', (text) => {
    expect(() => checkPort(text)).toThrow(`The port cannot be "${text}". It must be a number from 0`);
  });

  it('ports are numbers, and 0 is one', () => {
    expect([checkPort('0'), checkPort('65535')]).toEqual([0, 65535]);
  });

  it.each(['localhost:8000', 'http://', 'no'])('%j is no URL of a database', (text) => {
    expect(() => checkUrl(text)).toThrow(`"${text}" is not a URL.`);
  });
});

describe('the data folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'token-auth-data-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is created with its parents, and left empty', () => {
    const deep = join(folder, 'a', 'b');
    makeDataFolder(deep);
    makeDataFolder(deep);
    expect(readdirSync(deep)).toEqual([]);
  });

  it('that cannot be written is refused in one line', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    for (const path of [file, join(file, 'x')])
      expect(() => makeDataFolder(path)).toThrow(
        new CliError(`The data folder ${path} cannot be written (ENOTDIR). Choose another with --data-dir.`),
      );
  });

  const onLinux = existsSync('/proc/self') ? it : it.skip;
  onLinux('is refused under /proc, where the recursive mkdir of Node.js never returns', () => {
    expect(() => makeDataFolder('/proc/x/y')).toThrow(
      'The data folder /proc/x/y cannot be written (ENOENT).',
    );
  });
});

it('a table has aligned columns, those that are named to the right', () => {
  expect(
    textTable(
      [
        ['request', 'calls'],
        ['signup', '3'],
      ],
      [1],
    ),
  ).toEqual(['request  calls', 'signup       3']);
});
