/**
 * The option `--rounds`.
 * @throws Error if it is no number of rounds, in words.
 */
export function roundsOf(text: string): number {
  const rounds = Number(text);
  if (Number.isInteger(rounds) && rounds >= 1 && rounds <= 100) return rounds;
  throw new Error(`--rounds cannot be "${text}". It must be a whole number from 1 to 100.`);
}
