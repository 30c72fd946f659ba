/** What several programs take from whoever starts them. */
import { parseArgs } from 'node:util';

/**
 * The settings after `-c`, as `name=value`.
 * @throws Error for any other option, in words.
 */
export function settingsOf(options: string[]): readonly string[] {
  const { values } = parseArgs({
    args: options,
    options: { context: { type: 'string', short: 'c', multiple: true } },
  });
  const settings = values.context ?? [];
  const malformed = settings.find((setting) => !setting.includes('='));
  if (malformed !== undefined) throw new Error(`"-c ${malformed}" must be -c name=value.`);
  return settings;
}

/**
 * The variable PORT.
 * @throws Error if it is no port, in words.
 */
export function portOf(text: string | undefined, otherwise: number): number {
  const port = Number(text || otherwise);
  if (Number.isInteger(port) && port >= 0 && port <= 65535) return port;
  throw new Error(`PORT cannot be "${text}". It must be a number from 0 (any free port) to 65535.`);
}

/** The first Ctrl-C ends everything in order; a second one does not wait. */
export function stopOnSignal({ close }: { close(): Promise<void> }): void {
  const stop = (): void => {
    process.once('SIGINT', () => process.exit(1));
    close().then(() => process.exit(0), fail);
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

/** Says what went wrong, without a stack trace, and ends. */
export function fail(error: unknown): void {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
