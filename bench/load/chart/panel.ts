/** One action: how often its answers took how long, with the median and the 99th percentile. */
import { classStart, type Histogram, percentile } from '../histogram';
import { milliseconds, plural } from '../numbers';
import { BARS_HEIGHT, COLOURS, LABEL_HEIGHT, MARGIN } from './look';
import { element, label } from './svg';
import type { TimeAxis } from './time-axis';

export interface Panel {
  readonly name: string;
  readonly latencies: Histogram;
}

/** Even one answer of a million can be seen. */
const MIN_BAR = 1.2;

export function drawPanel({ name, latencies }: Panel, axis: TimeAxis): string {
  const { total, maxMs } = latencies;
  const bottom = LABEL_HEIGHT + BARS_HEIGHT;
  const heading = [
    label(name, { x: MARGIN, y: LABEL_HEIGHT + 14, 'font-size': 15, 'font-weight': 600 }),
    label(total === 0 ? 'no right answer' : plural(total, 'answer'), note(1)),
    ...(total === 0 ? [] : [label(`slowest ${milliseconds(maxMs)} ms`, note(2))]),
  ];
  return [
    ...heading,
    ...grid(axis),
    bars(latencies, axis),
    element('path', { d: `M${axis.left} ${bottom}H${axis.right}`, stroke: COLOURS.baseline }),
    mark('p50', percentile(latencies, 0.5), axis),
    mark('p99', percentile(latencies, 0.99), axis),
  ].join('\n');
}

const note = (line: number) => ({
  x: MARGIN,
  y: LABEL_HEIGHT + 14 + line * 18,
  'font-size': 12.5,
  fill: COLOURS.quiet,
});

const grid = ({ ticks, x }: TimeAxis): readonly string[] =>
  ticks.map(({ ms, isMain }) =>
    element('path', {
      d: `M${x(ms).toFixed(1)} ${LABEL_HEIGHT}v${BARS_HEIGHT}`,
      stroke: isMain ? COLOURS.mainGrid : COLOURS.grid,
    }),
  );

function bars({ counts }: Histogram, { x }: TimeAxis): string {
  const highest = Math.max(...counts);
  const drawn = [...counts.entries()].flatMap(([index, count]) => {
    if (count === 0) return [];
    const height = Math.max(MIN_BAR, (count / highest) * BARS_HEIGHT).toFixed(1);
    const [left, right] = [x(classStart(index)).toFixed(1), x(classStart(index + 1)).toFixed(1)];
    return [`M${left} ${LABEL_HEIGHT + BARS_HEIGHT}v-${height}H${right}v${height}z`];
  });
  return drawn.length === 0 ? '' : element('path', { d: drawn.join(''), fill: COLOURS.bars });
}

/** The median's text is left of its line and the other's right of its own, so they never meet. */
function mark(name: 'p50' | 'p99', ms: number | undefined, { x }: TimeAxis): string {
  if (ms === undefined) return '';
  const isMedian = name === 'p50';
  const at = x(Math.max(ms, classStart(0))); // What is less stands in the first class all the same.
  const colour = isMedian ? COLOURS.median : COLOURS.tail;
  const line = element('path', {
    d: `M${at.toFixed(1)} 4V${LABEL_HEIGHT + BARS_HEIGHT}`,
    stroke: colour,
    'stroke-width': 2,
    ...(!isMedian && { 'stroke-dasharray': '5 3' }),
  });
  const text = label(`${name} ${milliseconds(ms)} ms`, {
    x: at + (isMedian ? -6 : 6),
    y: LABEL_HEIGHT - 6,
    fill: colour,
    'font-size': 12.5,
    'font-weight': 600,
    ...(isMedian && { 'text-anchor': 'end' }),
  });
  return `${line}\n${text}`;
}
