import { drawStarts } from '../../../bench/init/chart';
import { type ColdStart, timesOf } from '../../../bench/init/measure';
import { millisecondsTable, ratiosOf } from '../../../bench/init/report';
import { spreadOf } from '../../../bench/spread';
import { boxesOf, wellFormed } from '../load/chart/reading';

const start = (ready: number): ColdStart => ({
  load: 1,
  ready,
  readyCpu: 1,
  rehearsed: ready,
  firstCall: 1,
  firstCallCpu: 1,
  secondCall: 1,
  answered: 1,
  answeredCpu: 1,
});

it('the median of an even number of values is between the two in the middle', () => {
  expect(spreadOf([9, 1, 4, 2])).toEqual({ median: 3, min: 1, max: 9 });
  expect(spreadOf([10, 9, 100])).toEqual({ median: 10, min: 9, max: 100 });
});

it('each start is compared with the baseline of its own round', () => {
  const starts = new Map([
    ['empty', [start(10), start(100)]],
    ['login', [start(30), start(200)]],
  ]);
  expect(ratiosOf(starts, 'empty', 'ready').get('login')).toEqual({ median: 2.5, min: 2, max: 3 });
});

it('loading is counted from where it began, being ready and having answered from the start of the process', () => {
  const at = (wallMs: number) => ({ wallMs, cpuMs: wallMs / 2 });
  expect(timesOf({ begun: at(20), ready: at(50), called: at(60), answered: at(80), again: at(84) })).toEqual({
    load: 30,
    ready: 50,
    readyCpu: 25,
    rehearsed: 60,
    firstCall: 20,
    firstCallCpu: 10,
    secondCall: 4,
    answered: 80,
    answeredCpu: 40,
  });
});

it('the table has the medians of every function', () => {
  const [, , login] = millisecondsTable(new Map([['login', [start(30), start(32), start(90)]]])).split('\n');
  expect(login).toMatch(/^\| login \| 1\.0 \| 32\.0 \|/);
});

it('draws a bar for each function, of the medians of the stages of its start, with everything written inside the picture', () => {
  const starts = [90, 30, 0].map((more) => ({
    ...start(100 + more),
    load: 25,
    rehearsed: 150 + more,
    firstCall: 200,
    answered: 350 + more,
  }));
  const svg = drawStarts(new Map([['raw signed call', starts]]), '24.21.0');
  expect(wellFormed(svg)).toBe(true);
  const boxes = boxesOf(svg);
  expect(boxes.map(({ text }) => text)).toEqual(
    expect.arrayContaining(['raw signed call', '380', 'Milliseconds, medians of 3 starts, Node.js 24.21.0']),
  );
  expect(Math.max(...boxes.map(({ right }) => right))).toBeLessThan(960);
  const widths = [...svg.matchAll(/<rect x="[^"]*" width="([\d.]+)" height="20"/g)].map(([, width]) =>
    Number(width),
  );
  const all = widths.reduce((sum, width) => sum + width, 0);
  expect(widths.map((width) => Math.round((width / all) * 380))).toEqual([105, 25, 50, 200]);
});
