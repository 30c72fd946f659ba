/** The picture of the bundles: a bar for each function, its parts by package, as SVG. */
import { COLOURS, MARGIN, WIDTH } from '../load/chart/look';
import { drawSheet } from '../load/chart/sheet';
import { element, label } from '../load/chart/svg';
import { whole } from '../load/numbers';
import type { Bundle } from './bundle';
import { OTHERS, type Part, partsOf } from './parts';

const TITLE = 'What each function loads';
const NAMES_WIDTH = 100;
const BYTES_WIDTH = 80;
const HEAD_HEIGHT = 88;
const ROW_HEIGHT = 30;
const BAR_HEIGHT = 20;
const LEGEND_COLUMNS = 3;
const LEGEND_ROW_HEIGHT = 22;

/** Told apart also by those who see few colours: neighbours differ in lightness. */
const FILLS = [
  ...['#12395f', '#7aa6d6', '#9c2a10', '#f0b183', '#4d6b2f', '#b9d39a'],
  ...['#5b3f8c', '#c9b6e4', '#0d6e6e', '#e6c229', '#8a1c5a', '#a0aec0'],
];

interface Scale {
  readonly width: (bytes: number) => number;
  readonly fillOf: (owner: string) => string;
}

export function drawBundles(bundles: readonly Bundle[]): string {
  const rows = bundles.map((bundle) => ({ bundle, parts: partsOf(bundle, bundles, FILLS.length - 1) }));
  const owners = [...new Set(rows.flatMap(({ parts }) => parts.map(({ owner }) => owner)))].sort(
    (one, other) => Number(one === OTHERS) - Number(other === OTHERS),
  );
  const largest = Math.max(...bundles.map(({ bytes }) => bytes));
  const scale: Scale = {
    width: (bytes) => (bytes / largest) * (WIDTH - 2 * MARGIN - NAMES_WIDTH - BYTES_WIDTH),
    fillOf: (owner) => FILLS[owners.indexOf(owner)] ?? COLOURS.baseline,
  };
  const legendTop = HEAD_HEIGHT + rows.length * ROW_HEIGHT + 16;
  const height = legendTop + Math.ceil(owners.length / LEGEND_COLUMNS) * LEGEND_ROW_HEIGHT + MARGIN;
  const content = [
    label(TITLE, { x: MARGIN, y: 44, 'font-size': 22, 'font-weight': 700 }),
    label('Bytes of the minified bundle by package', { x: MARGIN, y: 68, 'font-size': 14 }),
    ...rows.map(({ bundle, parts }, at) =>
      element('g', { transform: `translate(0 ${HEAD_HEIGHT + at * ROW_HEIGHT})` }, bar(bundle, parts, scale)),
    ),
    element('g', { transform: `translate(0 ${legendTop})` }, legend(owners, scale)),
  ];
  return drawSheet({ height, title: TITLE }, content);
}

function bar({ name, bytes }: Bundle, parts: readonly Part[], { width, fillOf }: Scale): string {
  const left = MARGIN + NAMES_WIDTH;
  const drawn = parts.map(({ owner, bytes: size, before }) =>
    element('rect', {
      x: left + width(before),
      width: width(size),
      height: BAR_HEIGHT,
      fill: fillOf(owner),
    }),
  );
  const base = BAR_HEIGHT - 5;
  return [
    label(name, { x: MARGIN, y: base, 'font-size': 14, 'font-weight': 600 }),
    ...drawn,
    label(whole(bytes), { x: left + width(bytes) + 8, y: base, 'font-size': 13 }),
  ].join('\n');
}

const legend = (owners: readonly string[], { fillOf }: Scale): string =>
  owners
    .map((owner, at) => {
      const x = MARGIN + (at % LEGEND_COLUMNS) * ((WIDTH - 2 * MARGIN) / LEGEND_COLUMNS);
      const y = Math.floor(at / LEGEND_COLUMNS) * LEGEND_ROW_HEIGHT;
      const swatch = element('rect', { x, y, width: 14, height: 14, fill: fillOf(owner) });
      return `${swatch}\n${label(owner, { x: x + 22, y: y + 12, 'font-size': 13 })}`;
    })
    .join('\n');
