/** The picture: how full 64 partitions are beside their mean, how far a day's guesses get and what they cost, as SVG. */
import type { Template } from '../../local/template/template';
import { type FunctionSizes, functionSizes } from '../../tools/cost/functions';
import { dollars } from '../../tools/cost/prices';
import { COLOURS, MARGIN, WIDTH } from '../load/chart/look';
import { drawSheet } from '../load/chart/sheet';
import { element, label } from '../load/chart/svg';
import { whole } from '../load/numbers';
import type { AttackedDay } from './attack';
import { dayCost, unlimitedDayCost } from './attack-cost';
import { type Distribution, FINEST, POPULATION } from './normal-day';
import { maxOverMean, merged } from './partitions';
import type { Simulation } from './simulation';

const LEFT = MARGIN + 190;
const RIGHT = WIDTH - MARGIN;
const TITLE = 'Partitions in normal traffic, and a day of guessing';

const SHOWN_PARTITIONS = 64;
const STRIP_TOP = 118;
const STRIP_HEIGHT = 66;
const DAY_HEIGHT = 74;

export function drawChart(template: Template, { distributions, days }: Simulation): string {
  const sizes = functionSizes(template);
  const daysTop = STRIP_TOP + distributions.length * STRIP_HEIGHT + 82;
  const height = daysTop + days.length * DAY_HEIGHT + 58;
  const most = Math.max(...days.map(({ tries }) => tries));
  const content = [
    heading('Load of 64 partitions, fullest first', 44),
    note(
      `Mean load of ${whole(POPULATION)} users, in request units; the line is the mean of the partitions, and a red bar is cut off.`,
      68,
    ),
    note(
      'MD5 in the place of the hash of DynamoDB, which is not published; no splitting of hot partitions.',
      86,
    ),
    ...distributions.map((one, at) => shifted(STRIP_TOP + at * STRIP_HEIGHT, drawStrip(one))),
    heading('A day of guessing: how many tries get how far, and what that costs', daysTop - 46),
    note(
      'Addresses → accounts. Each try is of any of the addresses at any of the accounts. Bars are logarithmic: a little shorter is far less.',
      daysTop - 24,
    ),
    ...days.map((day, at) => shifted(daysTop + at * DAY_HEIGHT, drawDay(day, most, sizes))),
    note(
      'Past the throttle of API Gateway, past the limit of the address, judged: a hash is spent. List prices, before tax.',
      height - 24,
    ),
  ];
  return drawSheet({ height, title: TITLE }, content);
}

const heading = (text: string, y: number): string =>
  label(text, { x: MARGIN, y, 'font-size': 20, 'font-weight': 700 });
const note = (text: string, y: number): string =>
  label(text, { x: MARGIN, y, 'font-size': 12.5, fill: COLOURS.quiet });
const shifted = (y: number, content: string): string =>
  element('g', { transform: `translate(0 ${y})` }, content);

const BARS = 46;
/** Times the mean; what is more is cut off. */
const HIGHEST = 2;

function drawStrip({ table, units, sums }: Distribution): string {
  const loads = [...merged(sums, FINEST / SHOWN_PARTITIONS)].sort((one, other) => other - one);
  const mean = loads.reduce((sum, load) => sum + load, 0) / loads.length;
  const width = (RIGHT - LEFT) / loads.length;
  const bars = loads.map((load, at) => {
    const times = load / mean;
    const height = Math.min(times / HIGHEST, 1) * BARS;
    const fill = times > HIGHEST ? COLOURS.tail : COLOURS.bars;
    return element('rect', { x: LEFT + at * width, y: BARS - height, width: width - 2, height, fill });
  });
  const meanAt = BARS - BARS / HIGHEST;
  return [
    label(`${table}, ${units}`, { x: MARGIN, y: 22, 'font-size': 14, 'font-weight': 600 }),
    label(`fullest ${maxOverMean(loads).toFixed(2)} × mean`, {
      x: MARGIN,
      y: 40,
      'font-size': 12.5,
      fill: COLOURS.quiet,
    }),
    ...bars,
    element('path', { d: `M${LEFT} ${meanAt}H${RIGHT}`, stroke: COLOURS.median, 'stroke-dasharray': '5 3' }),
    element('path', { d: `M${LEFT} ${BARS}H${RIGHT}`, stroke: COLOURS.baseline }),
  ].join('');
}

const ROOM_FOR_TEXT = 300;

function drawDay(day: AttackedDay, most: number, sizes: FunctionSizes): string {
  const { tries, passed, verdicts, judged } = day;
  const steps = [
    [`tries: ${dollars(unlimitedDayCost(day, sizes))} USD if all were judged`, tries, COLOURS.mainGrid],
    ['past the throttle', passed, COLOURS.bars],
    ['past the address', passed - verdicts.address_limit, COLOURS.median],
    [`judged: ${dollars(dayCost(day, sizes))} USD the whole day`, judged, COLOURS.tail],
  ] as const;
  const scale = (RIGHT - LEFT - ROOM_FOR_TEXT) / Math.log10(most);
  const bars = steps.flatMap(([name, count, fill], at) => {
    const width = Math.log10(Math.max(1, count)) * scale;
    const y = at * 15;
    return [
      element('rect', { x: LEFT, y, width, height: 11, fill }),
      label(`${whole(count)} ${name}`, { x: LEFT + width + 8, y: y + 10, 'font-size': 12 }),
    ];
  });
  const { addresses, accounts, triesPerSecond } = day.attack;
  return [
    label(`${whole(addresses)} → ${whole(accounts)}`, {
      x: MARGIN,
      y: 14,
      'font-size': 14,
      'font-weight': 600,
    }),
    label(`${whole(triesPerSecond)} a second`, {
      x: MARGIN,
      y: 32,
      'font-size': 12.5,
      fill: COLOURS.quiet,
    }),
    ...bars,
  ].join('');
}
