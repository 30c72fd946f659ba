/** The picture of a run: one panel for each action, over a common logarithmic axis of time, as SVG. */
import type { Load } from '../load';
import { actions } from '../mix';
import { plural, whole } from '../numbers';
import { allRequests, outcomes, type Tally, totalOf } from '../tally';
import {
  COLOURS,
  FOOT_HEIGHT,
  HEAD_HEIGHT,
  LABEL_MARGIN,
  MARGIN,
  NAMES_WIDTH,
  PANEL_HEIGHT,
  WIDTH,
} from './look';
import { drawPanel, type Panel } from './panel';
import { drawSheet } from './sheet';
import { element, label } from './svg';
import { type TimeAxis, timeAxisOf } from './time-axis';

export interface Picture extends Load {
  readonly base: URL;
  readonly connections: number;
  readonly drawnAt: Date;
}

const TITLE = 'Time to answer under load';

export function drawChart(picture: Picture): string {
  const panels: Panel[] = actions.map((name) => ({
    name,
    latencies: picture.tally.byAction[name].latencies,
  }));
  const plot = { left: MARGIN + NAMES_WIDTH, right: WIDTH - MARGIN };
  const axis = timeAxisOf(
    panels.map(({ latencies }) => latencies),
    plot,
    LABEL_MARGIN,
  );
  const height = HEAD_HEIGHT + panels.length * PANEL_HEIGHT + FOOT_HEIGHT;
  const content = [
    ...head(picture),
    ...panels.map((panel, at) =>
      element('g', { transform: `translate(0 ${HEAD_HEIGHT + at * PANEL_HEIGHT})` }, drawPanel(panel, axis)),
    ),
    ...foot(axis, HEAD_HEIGHT + panels.length * PANEL_HEIGHT),
  ];
  return drawSheet({ height, title: TITLE, description: subtitleOf(picture) }, content);
}

function head(picture: Picture): readonly string[] {
  const { base, drawnAt } = picture;
  const when = `${drawnAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return [
    label(TITLE, { x: MARGIN, y: 44, 'font-size': 22, 'font-weight': 700 }),
    label(subtitleOf(picture), { x: MARGIN, y: 70, 'font-size': 14 }),
    label(`${shortened(base.href)}, ${when}`, { x: MARGIN, y: 91, 'font-size': 13, fill: COLOURS.quiet }),
  ];
}

function subtitleOf({ tally, connections, elapsedSeconds }: Picture): string {
  const requests = allRequests(tally);
  return [
    plural(connections, 'connection'),
    `${elapsedSeconds.toFixed(0)} s`,
    plural(requests, 'request'),
    `${whole(requests / elapsedSeconds)} a second`,
    troubles(tally),
  ].join(', ');
}

function troubles(tally: Tally): string {
  const found = outcomes
    .filter((outcome) => outcome !== 'right' && totalOf(tally, outcome) > 0)
    .map((outcome) => `${whole(totalOf(tally, outcome))} ${outcome}`);
  return found.length === 0 ? 'all answered right' : found.join(', ');
}

function foot(axis: TimeAxis, y: number): readonly string[] {
  return [
    ...axis.ticks
      .filter(({ text }) => text !== '')
      .map(({ ms, text, isMain }) =>
        label(text, {
          x: axis.x(ms),
          y: y + 4,
          'font-size': 12.5,
          'text-anchor': 'middle',
          fill: isMain ? COLOURS.text : COLOURS.quiet,
        }),
      ),
    label('Time from sending a request to the end of its right answer, on a logarithmic scale.', {
      ...smallPrint,
      y: y + 36,
    }),
    label('Each panel has a height of its own. revoked: the dashboard with a token that was ended.', {
      ...smallPrint,
      y: y + 54,
    }),
  ];
}

const smallPrint = { x: MARGIN, 'font-size': 12.5, fill: COLOURS.quiet };

const MAX_URL = 80;

/** The end tells the stage. */
const shortened = (url: string): string =>
  url.length <= MAX_URL ? url : `${url.slice(0, MAX_URL / 2)}…${url.slice(1 - MAX_URL / 2)}`;
