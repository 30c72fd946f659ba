/** No part of a token's secret that is longer than eight digits is in any item. */
import type { Item } from './engine';
import type { Run } from './run';

const ADDRESS_DIGITS = 14;
const LENGTH = 9;

/**
 * Nine digits are equal by chance once in some ten thousand runs, so two tokens of a run must be found before it is called a leak; any
 * way of storing tokens leaks each of them.
 */
export function searchForSecrets({ tokens }: Run, items: readonly Item[]): void {
  const stored = new Set(
    items.flatMap((item) => Object.values(item).flatMap((value) => partsOf(String(value)))),
  );
  const leaked = tokens.filter(({ text }) =>
    partsOf(text.slice(ADDRESS_DIGITS)).some((part) => stored.has(part)),
  );
  if (leaked.length > 1) throw new Error(`Parts of ${leaked.length} tokens are stored.`);
}

const partsOf = (text: string): string[] =>
  Array.from({ length: Math.max(0, text.length - LENGTH + 1) }, (_, at) => text.slice(at, at + LENGTH));
