import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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

  it.each<[(text: string) => unknown, string, string]>([
    [(text) => checkSettings([text]), 'stage', '"-c stage" must be -c name=value.'],
    [(text) => checkSettings([text]), '=dev', '"-c =dev" must be -c name=value.'],
    [checkPort, 'x', 'The port cannot be "x". It must be a number from 0'],
    [checkPort, '-1', 'The port cannot be "-1".'],
    [checkPort, '65536', 'The port cannot be "65536".'],
    [checkPort, '1.5', 'The port cannot be "1.5".'],
    [checkPort, ' ', 'The port cannot be " ".'],
    [checkUrl, 'localhost:8000', '"localhost:8000" is not a URL.'],
    [checkUrl, 'http://', '"http://" is not a URL.'],
  ])('are checked: %p refuses %j', (check, text, message) => {
    expect(() => check(text)).toThrow(message);
  });

  it('ports are numbers, and 0 is one', () => {
    expect([checkPort('0'), checkPort('65535')]).toEqual([0, 65535]);
  });
});

describe('the data folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'token-auth-data-'));
  afterAll(() => rmSync(folder, { recursive: true }));

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
