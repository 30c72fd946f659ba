/** What several programs take from whoever starts them. */

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
