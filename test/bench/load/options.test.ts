import { LoadError } from '../../../bench/load/load-error';
import { type CommandLine, readOptions } from '../../../bench/load/options';

const URL_GIVEN = 'http://127.0.0.1:3000';
const read = (...args: string[]) => readOptions(args) as CommandLine;

describe('the command line', () => {
  it('needs nothing but the base URL', () => {
    expect(read(URL_GIVEN)).toMatchObject({ connections: 32, seconds: 60, users: 20, out: 'load.svg' });
  });

  it('takes what is given', () => {
    const options = '--connections 8 --seconds 5 --users 3 --out a.svg --seed 12'.split(' ');
    expect(read(URL_GIVEN, ...options)).toMatchObject({
      connections: 8,
      seconds: 5,
      users: 3,
      out: 'a.svg',
      seed: 12,
    });
  });

  it.each([
    [URL_GIVEN, 'http://127.0.0.1:3000/'],
    ['http://[::1]:3000/', 'http://[::1]:3000/'],
    [
      'https://abc.execute-api.eu-west-1.amazonaws.com/dev',
      'https://abc.execute-api.eu-west-1.amazonaws.com/dev/',
    ],
    [
      'https://abc.execute-api.eu-west-1.amazonaws.com/dev/',
      'https://abc.execute-api.eu-west-1.amazonaws.com/dev/',
    ],
  ])('takes the base URL %s with and without its last slash', (given, base) => {
    expect(read(given).base.href).toBe(base);
  });

  it('signs up more users for many connections, so that none has too many sessions', () => {
    expect(read(URL_GIVEN, '--connections', '500').users).toBe(100);
  });

  it('chooses another seed each time', () => {
    expect(read(URL_GIVEN).seed).not.toBe(read(URL_GIVEN).seed);
  });

  it('knows --help', () => {
    expect(readOptions(['--help'])).toBe('help');
  });

  it.each<[string, string[], string]>([
    ['nothing', [], 'Which server? Like: npm run load -- http://127.0.0.1:3000'],
    ['two URLs', [URL_GIVEN, 'x'], 'Only one base URL can be given; what is "x"?'],
    [
      'no URL',
      ['localhost:3000'],
      '"localhost:3000" is no base URL. It must be like http://127.0.0.1:3000 or https://abc.execute-api.eu-west-1.amazonaws.com/dev/',
    ],
    [
      'a password in the URL',
      ['http://ada:analytical1@example.com'],
      'The base URL must have no user name, password, question mark or #.',
    ],
    [
      'an option that is none',
      [URL_GIVEN, '--conections', '3'],
      "Unknown option '--conections'. See npm run load -- --help",
    ],
    [
      'an option without its value',
      [URL_GIVEN, '--seconds'],
      "Option '--seconds <value>' argument missing. See npm run load -- --help",
    ],
    [
      'no connection',
      [URL_GIVEN, '--connections', '0'],
      '--connections cannot be "0". It must be a whole number from 1 to 1000.',
    ],
    [
      'a word for a number',
      [URL_GIVEN, '--seconds', '1m'],
      '--seconds cannot be "1m". It must be a whole number from 1 to 86400.',
    ],
    [
      'a negative seed',
      [URL_GIVEN, '--seed=-1'],
      '--seed cannot be "-1". It must be a whole number from 0 to 4294967295.',
    ],
    [
      'too few users',
      [URL_GIVEN, '--connections', '32', '--users', '3'],
      '--users cannot be "3": 32 connections need at least 7, for each user signs in at most 5 times.',
    ],
  ])('answers %s by one clear line', (_, args, message) => {
    expect(() => readOptions(args)).toThrow(new LoadError(message));
  });
});
