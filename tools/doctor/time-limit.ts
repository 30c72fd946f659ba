/** Nothing may take for ever: a network can be a black hole, and some sources of credentials ask until they are answered. */
export class TimeLimitError extends Error {
  constructor(seconds: number) {
    super(`No answer within ${seconds} seconds.`);
    this.name = 'TimeLimitError';
  }
}

/** @throws TimeLimitError if the work is not done in time. What it began may go on. */
export async function within<Result>(seconds: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimeLimitError(seconds)), seconds * 1000);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
