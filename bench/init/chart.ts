/** The picture of the cold starts: a bar for each function, from the start of its process until its first answer. */
import { spreadOf } from '../spread';
import { type Bar, drawStackedBars } from '../stacked-bars';
import type { ColdStart } from './measure';
import type { Starts } from './report';

const stages: Readonly<Record<string, (start: ColdStart) => number>> = {
  'Node.js starts': ({ ready, load }) => ready - load,
  'the bundle loads': ({ load }) => load,
  'a call is rehearsed': ({ rehearsed, ready }) => rehearsed - ready,
  'the first call': ({ firstCall }) => firstCall,
};

export const drawStarts = (starts: Starts, version: string): string =>
  drawStackedBars({
    title: 'A cold start, to the first answer',
    subtitle: `Milliseconds, medians of ${[...starts.values()][0]?.length} starts, Node.js ${version}`,
    bars: [...starts].map(([name, all]) => barOf(name, all)),
  });

const barOf = (name: string, all: readonly ColdStart[]): Bar => ({
  name,
  parts: Object.entries(stages).map(([kind, lasts]) => ({ kind, size: spreadOf(all.map(lasts)).median })),
  total: spreadOf(all.map(({ answered }) => answered)).median.toFixed(0),
});
