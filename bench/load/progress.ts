/** How far it is: one line that changes on a terminal, a line every ten seconds elsewhere. */
import { plural, whole } from './numbers';
import type { Output } from './output';
import { allRequests, type Tally, totalOf } from './tally';

const TERMINAL_MS = 1000;
const PIPED_MS = 10_000;
const CLEAR_LINE = '\r\u001b[2K';

export interface Progress {
  /** Writes whole lines between those of the progress. */
  note(text: string): void;
  stop(): void;
}

export function showProgress(tally: Tally, output: Output): Progress {
  const startedAt = performance.now();
  let lastRequests = 0;
  let lastAt = startedAt;
  const line = (): string => {
    const now = performance.now();
    const requests = allRequests(tally);
    const rate = ((requests - lastRequests) * 1000) / (now - lastAt);
    lastRequests = requests;
    lastAt = now;
    return progressLine(tally, { seconds: (now - startedAt) / 1000, rate });
  };
  const clear = () => output.isTerminal && output.write(CLEAR_LINE);
  const show = () => {
    const text = line();
    output.write(output.isTerminal ? CLEAR_LINE + text.slice(0, (output.columns || 80) - 1) : `${text}\n`);
  };
  const timer = setInterval(show, output.isTerminal ? TERMINAL_MS : PIPED_MS);
  return {
    note: (text) => {
      clear();
      output.write(text);
    },
    stop: () => {
      clearInterval(timer);
      clear();
    },
  };
}

/** @param now.rate requests a second since the line before. */
function progressLine(tally: Tally, { seconds, rate }: { seconds: number; rate: number }): string {
  return [
    `${seconds.toFixed(0)} s`,
    plural(allRequests(tally), 'request'),
    `${whole(rate)}/s`,
    `wrong ${whole(totalOf(tally, 'wrong'))}`,
    `429 ${whole(totalOf(tally, 'throttled'))}`,
    `503 ${whole(totalOf(tally, 'unavailable'))}`,
    `failed ${whole(totalOf(tally, 'failed'))}`,
  ].join('  ');
}
