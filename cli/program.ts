/** Shared by the programs in bin/: options, Ctrl-C, errors. */
import { existsSync, mkdirSync, mkdtempSync, rmdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type ParseArgsConfig, parseArgs } from 'node:util';

/** The message is for the user: what is wrong and what to do about it. */
export class CliError extends Error {
  override readonly name = 'CliError';
}

/** Runs a program. An error is printed without its stack trace and ends it with exit code 1. */
export function run(main: () => Promise<void>): void {
  // Silences the SDK's Node version warning.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  main().catch(fail);
}

function fail(error: unknown): void {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

/** The first Ctrl-C closes everything in order; a second one does not wait. */
export function stopOnSignal({ close }: { close(): Promise<void> }): void {
  const stop = (): void => {
    process.once('SIGINT', () => process.exit(1));
    close().then(() => process.exit(0), fail);
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

/** `-c name=value`, as `cdk` takes it. */
export const contextOption = { context: { type: 'string', short: 'c', multiple: true } } as const;

type Options = NonNullable<ParseArgsConfig['options']>;

/**
 * The values of a program's options by name.
 * @throws CliError in one line that lists the options.
 */
export function readOptions<const Known extends Options>(args: readonly string[], options: Known) {
  return orListOptions(options, () => parseArgs({ args: [...args], options }).values);
}

/**
 * The same, and what stands between the options.
 * @param isStrict whether an unknown option is an error
 */
export function readArguments(args: readonly string[], options: Options, { isStrict = true } = {}) {
  return orListOptions(options, () =>
    parseArgs({ args: [...args], options, allowPositionals: true, strict: isStrict }),
  );
}

function orListOptions<Values>(options: Options, read: () => Values): Values {
  try {
    return read();
  } catch (error) {
    const [problem = ''] = (error as Error).message.split(/\.? To specify|\. This command|\n/);
    const known = Object.keys(options).map((name) => (name === 'context' ? '-c name=value' : `--${name}`));
    throw new CliError(`${problem}. The options are ${known.join(', ')}.`);
  }
}

/** @throws CliError if one is not `name=value`. */
export function checkSettings(settings: readonly string[] = []): readonly string[] {
  const malformed = settings.find((setting) => !/^[^=]+=/.test(setting));
  if (malformed !== undefined) throw new CliError(`"-c ${malformed}" must be -c name=value.`);
  return settings;
}

/** @throws CliError if it is not a port. */
export function checkPort(text: string): number {
  const port = Number(text);
  if (text.trim() !== '' && Number.isInteger(port) && port >= 0 && port <= 65535) return port;
  throw new CliError(`The port cannot be "${text}". It must be a number from 0 (any free port) to 65535.`);
}

/** @throws CliError if it is not an HTTP URL. */
export function checkUrl(text: string): string {
  if (/^https?:\/\/./.test(text) && URL.canParse(text)) return text;
  throw new CliError(`"${text}" is not a URL. It must be one like http://127.0.0.1:8000.`);
}

/**
 * Creates the folder if it is missing.
 * @throws CliError if it cannot be written.
 */
export function makeDataFolder(folder: string): void {
  try {
    makeFolder(folder);
    rmdirSync(mkdtempSync(join(folder, 'write-test-')));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CliError(
      `The data folder ${folder} cannot be written (${code}). Choose another with --data-dir.`,
    );
  }
}

/** One level at a time: under /proc the recursive mkdir of Node.js never returns. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder);
}
