/** A picture of bars, each made of the same kinds of parts, as SVG. */
import { COLOURS, MARGIN, WIDTH } from './load/chart/look';
import { drawSheet } from './load/chart/sheet';
import { element, label } from './load/chart/svg';

export interface Bar {
  readonly name: string;
  readonly parts: readonly Part[];
  /** Stands after its end. */
  readonly total: string;
}

interface Part {
  readonly kind: string;
  readonly size: number;
}

export interface BarChart {
  readonly title: string;
  readonly subtitle: string;
  readonly bars: readonly Bar[];
}

/** Told apart also by those who see few colours: neighbours differ in lightness. */
const FILLS = [
  ...['#12395f', '#7aa6d6', '#9c2a10', '#f0b183', '#4d6b2f', '#b9d39a'],
  ...['#5b3f8c', '#c9b6e4', '#0d6e6e', '#e6c229', '#8a1c5a', '#a0aec0'],
];
/** How many kinds can be told apart. */
export const MOST_KINDS = FILLS.length;

const NAMES_WIDTH = 136;
const TOTALS_WIDTH = 80;
const HEAD_HEIGHT = 88;
const ROW_HEIGHT = 30;
const BAR_HEIGHT = 20;
const LEGEND_COLUMNS = 3;
const LEGEND_ROW_HEIGHT = 22;

interface Scale {
  readonly width: (size: number) => number;
  readonly fillOf: (kind: string) => string;
}

/** The legend has the kinds in the order in which they are met. */
export function drawStackedBars({ title, subtitle, bars }: BarChart): string {
  const kinds = [...new Set(bars.flatMap(({ parts }) => parts.map(({ kind }) => kind)))];
  const longest = Math.max(...bars.map(lengthOf));
  const scale: Scale = {
    width: (size) => (size / longest) * (WIDTH - 2 * MARGIN - NAMES_WIDTH - TOTALS_WIDTH),
    fillOf: (kind) => FILLS[kinds.indexOf(kind)] ?? COLOURS.baseline,
  };
  const legendTop = HEAD_HEIGHT + bars.length * ROW_HEIGHT + 16;
  const height = legendTop + Math.ceil(kinds.length / LEGEND_COLUMNS) * LEGEND_ROW_HEIGHT + MARGIN;
  const content = [
    label(title, { x: MARGIN, y: 44, 'font-size': 22, 'font-weight': 700 }),
    label(subtitle, { x: MARGIN, y: 68, 'font-size': 14 }),
    ...bars.map((bar, at) => shifted(HEAD_HEIGHT + at * ROW_HEIGHT, drawBar(bar, scale))),
    shifted(legendTop, legend(kinds, scale)),
  ];
  return drawSheet({ height, title }, content);
}

const lengthOf = ({ parts }: Bar): number => parts.reduce((sum, { size }) => sum + size, 0);

const shifted = (y: number, content: string): string =>
  element('g', { transform: `translate(0 ${y})` }, content);

function drawBar(bar: Bar, { width, fillOf }: Scale): string {
  let x = MARGIN + NAMES_WIDTH;
  const drawn = bar.parts.map(({ kind, size }) => {
    const part = element('rect', { x, width: width(size), height: BAR_HEIGHT, fill: fillOf(kind) });
    x += width(size);
    return part;
  });
  const base = BAR_HEIGHT - 5;
  return [
    label(bar.name, { x: MARGIN, y: base, 'font-size': 14, 'font-weight': 600 }),
    ...drawn,
    label(bar.total, { x: x + 8, y: base, 'font-size': 13 }),
  ].join('\n');
}

const legend = (kinds: readonly string[], { fillOf }: Scale): string =>
  kinds
    .map((kind, at) => {
      const x = MARGIN + (at % LEGEND_COLUMNS) * ((WIDTH - 2 * MARGIN) / LEGEND_COLUMNS);
      const y = Math.floor(at / LEGEND_COLUMNS) * LEGEND_ROW_HEIGHT;
      const swatch = element('rect', { x, y, width: 14, height: 14, fill: fillOf(kind) });
      return `${swatch}\n${label(kind, { x: x + 22, y: y + 12, 'font-size': 13 })}`;
    })
    .join('\n');
