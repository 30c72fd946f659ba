import fc from 'fast-check';
import { drawChart, type Picture } from '../../../../bench/load/chart/chart';
import { record } from '../../../../bench/load/histogram';
import { type Action, actions } from '../../../../bench/load/mix';
import { count, newTally } from '../../../../bench/load/tally';
import { type Box, boxesOf, wellFormed } from './reading';

type Latencies = Partial<Record<Action, readonly number[]>>;

function pictureOf(latencies: Latencies, overrides: Partial<Picture> = {}): Picture {
  const tally = newTally();
  for (const action of actions)
    for (const milliseconds of latencies[action] ?? [])
      count(tally, action, { outcome: 'right', milliseconds });
  return {
    tally,
    elapsedSeconds: 60.2,
    base: new URL('http://127.0.0.1:3000/'),
    connections: 32,
    drawnAt: new Date('2026-11-22T19:00:31Z'),
    ...overrides,
  };
}

const spread = (from: number, to: number, values = 500): readonly number[] =>
  Array.from({ length: values }, (_, at) => from * (to / from) ** (at / (values - 1)));

const textsOf = (svg: string): readonly string[] => boxesOf(svg).map(({ text }) => text);

describe('the picture', () => {
  const usual: Latencies = {
    dashboard: spread(4, 90, 9000),
    revoked: spread(3, 60),
    refresh: spread(10, 100),
    login: spread(70, 400),
    signup: spread(75, 800),
    logout: spread(8, 120),
  };

  it('is well-formed SVG with a title and a description', () => {
    const svg = drawChart(pictureOf(usual));
    expect(wellFormed(svg)).toBe(true);
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" /);
    expect(svg).toContain('<title>Time to answer under load</title>');
    expect(svg).toContain(
      '<desc>32 connections, 60 s, 11,500 requests, 191 a second, all answered right</desc>',
    );
  });

  it('says what was done: title, connections, seconds, requests, rate, where and when', () => {
    expect(textsOf(drawChart(pictureOf(usual))).slice(0, 3)).toEqual([
      'Time to answer under load',
      '32 connections, 60 s, 11,500 requests, 191 a second, all answered right',
      'http://127.0.0.1:3000/, 2026-11-22 19:00 UTC',
    ]);
  });

  it('has a panel for each action with its count, p50 and p99', () => {
    const texts = textsOf(drawChart(pictureOf({ ...usual, logout: Array.from({ length: 10 }, () => 5) })));
    for (const action of actions) expect(texts).toContain(action);
    expect(texts).toContain('9,000 answers');
    expect(texts.filter((text) => /^p50 [\d.,]+ ms$/.test(text))).toHaveLength(6);
    expect(texts.filter((text) => /^p99 [\d.,]+ ms$/.test(text))).toHaveLength(6);
    expect(texts).toContain('p50 4.9 ms');
    expect(texts).toContain('slowest 5.0 ms');
  });

  it('has ticks at 1, 2, 5, 10 and so on, on an axis that all panels share', () => {
    const texts = textsOf(drawChart(pictureOf({ dashboard: spread(0.4, 3000) })));
    expect(texts).toEqual(
      expect.arrayContaining(['1 ms', '2', '5', '10 ms', '20', '50', '100 ms', '200', '500', '1 s']),
    );
  });

  it('gives each tick its unit where there is room', () => {
    const texts = textsOf(drawChart(pictureOf({ dashboard: spread(300, 900) })));
    expect(texts).toEqual(expect.arrayContaining(['200 ms', '500 ms', '1 s']));
  });

  it('says what was not as it should be', () => {
    const picture = pictureOf(usual);
    count(picture.tally, 'login', { outcome: 'throttled', milliseconds: 1 });
    count(picture.tally, 'revoked', { outcome: 'wrong', milliseconds: 1 });
    expect(textsOf(drawChart(picture))[1]).toMatch(/ a second, 1 wrong, 1 throttled$/);
  });

  it('says of an action that was never answered right that there is nothing', () => {
    const svg = drawChart(pictureOf({}));
    expect(wellFormed(svg)).toBe(true);
    expect(textsOf(svg).filter((text) => text === 'no right answer')).toHaveLength(6);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('has no file of a size that grows with the run', () => {
    const picture = pictureOf(usual);
    const before = drawChart(picture).length;
    for (let times = 0; times < 200_000; times += 1)
      record(picture.tally.byAction.dashboard.latencies, 1 + (times % 5000));
    expect(drawChart(picture).length).toBeLessThan(before + 20_000);
  });

  it('escapes and shortens a URL, however long', () => {
    const base = new URL(`http://example.com/${'a&b'.repeat(100)}/dev/`);
    const svg = drawChart(pictureOf(usual, { base }));
    expect(wellFormed(svg)).toBe(true);
    expect(textsOf(svg)[2]).toMatch(/^http:\/\/example\.com\/.*….*\/dev\/, 2026/);
  });
});

describe('at any data', () => {
  const times = fc.array(
    fc.double({ min: -1.5, max: 4.6, noNaN: true }).map((power) => 10 ** power),
    { maxLength: 30 },
  );
  const anything = fc.record({
    dashboard: times,
    revoked: times,
    refresh: times,
    login: times,
    signup: times,
    logout: times,
  });

  it('no text overlaps another or leaves the picture', () => {
    fc.assert(
      fc.property(anything, fc.integer({ min: 1, max: 1000 }), (latencies, connections) => {
        const svg = drawChart(pictureOf(latencies, { connections }));
        const boxes = boxesOf(svg);
        expect(wellFormed(svg)).toBe(true);
        expect(svg).not.toMatch(/NaN|Infinity|undefined/);
        expect(boxes.filter(({ left, right }) => left < 0 || right > 960)).toEqual([]);
        expect(overlapping(boxes)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

function overlapping(boxes: readonly Box[]): readonly string[] {
  return boxes.flatMap((one, at) =>
    boxes
      .slice(at + 1)
      .filter((other) => one.left < other.right && other.left < one.right)
      .filter((other) => one.top < other.bottom && other.top < one.bottom)
      .map((other) => `${one.text} / ${other.text}`),
  );
}
