/** The logarithmic axis of times that all panels share. */
import { classStart, type Histogram } from '../histogram';
import { whole } from '../numbers';

export interface Span {
  readonly left: number;
  readonly right: number;
}

export interface TimeAxis extends Span {
  /** Pixels from the left, of a time in milliseconds. */
  x(ms: number): number;
  readonly ticks: readonly Tick[];
}

interface Tick {
  readonly ms: number;
  /** Empty where there is no room for it. */
  readonly text: string;
  /** At the powers of ten. */
  readonly isMain: boolean;
}

/** A narrower range would make a mountain of every microsecond. */
const MIN_DECADES = 1;

/**
 * An axis that holds every value of the histograms.
 * @param margin pixels that are kept free of values on either side, for what is written beside them.
 */
export function timeAxisOf(
  histograms: readonly Histogram[],
  { left, right }: Span,
  margin: number,
): TimeAxis {
  const [from, to] = widened(decadesOf(histograms));
  const perDecade = (right - left - 2 * margin) / (to - from);
  const start = from - margin / perDecade;
  const end = to + margin / perDecade;
  return {
    left,
    right,
    x: (ms) => left + (Math.log10(ms) - start) * perDecade,
    ticks: ticksBetween(10 ** start, 10 ** end, perDecade),
  };
}

/** From the first class with a value to the last, as powers of ten. */
function decadesOf(histograms: readonly Histogram[]): readonly [number, number] {
  const used = histograms.flatMap(({ counts }) => [...counts.keys()].filter((index) => counts[index]));
  if (used.length === 0) return [0, 2];
  return [Math.log10(classStart(Math.min(...used))), Math.log10(classStart(Math.max(...used) + 1))];
}

function widened([from, to]: readonly [number, number]): readonly [number, number] {
  const missing = Math.max(0, MIN_DECADES - (to - from)) / 2;
  return [from - missing, to + missing];
}

/** Pixels of a decade that leave room for the texts of 1, 2 and 5, and for the unit at each of them. */
const ROOM_FOR_FIVES = 130;
const ROOM_FOR_UNITS = 200;

/** 1, 2, 5, 10, and so on. With little room the unit stands at the powers of ten alone, with less nothing else does. */
function ticksBetween(lowMs: number, highMs: number, perDecade: number): readonly Tick[] {
  const ticks: Tick[] = [];
  for (let power = Math.floor(Math.log10(lowMs)); 10 ** power <= highMs; power += 1)
    for (const factor of [1, 2, 5]) {
      const ms = Number(`${factor}e${power}`);
      const isMain = factor === 1;
      const hasUnit = isMain || perDecade >= ROOM_FOR_UNITS;
      const text = isMain || perDecade >= ROOM_FOR_FIVES ? tickText(ms, hasUnit) : '';
      if (ms >= lowMs && ms <= highMs) ticks.push({ ms, text, isMain });
    }
  return ticks;
}

function tickText(ms: number, hasUnit: boolean): string {
  const [number, unit] = ms >= 1000 ? [whole(ms / 1000), 's'] : [String(ms), 'ms'];
  return hasUnit ? `${number} ${unit}` : number;
}
