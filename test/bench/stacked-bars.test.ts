import { drawStackedBars, MOST_KINDS } from '../../bench/stacked-bars';
import { boxesOf, wellFormed } from './load/chart/reading';

const partsOf = (...sizes: readonly number[]) => sizes.map((size, at) => ({ kind: `kind ${at}`, size }));

const drawn = (...bars: (readonly number[])[]): string =>
  drawStackedBars({
    title: 'Title',
    subtitle: 'Subtitle',
    bars: bars.map((sizes, at) => ({ name: `bar ${at}`, parts: partsOf(...sizes), total: `total ${at}` })),
  });

/** The parts of the bars, in the order of drawing. The swatches of the legend are less high. */
const partsIn = (svg: string) =>
  [...svg.matchAll(/<rect x="([^"]*)" width="([^"]*)" height="20" fill="([^"]*)"/g)].map(
    ([, x, width, fill]) => ({ x: Number(x), width: Number(width), fill }),
  );

it('parts stand one after the other, all bars in one scale, and each total after its bar', () => {
  const svg = drawn([100, 300], [50, 150]);
  const [first, second, third, fourth] = partsIn(svg);
  expect(second!.x).toBeCloseTo(first!.x + first!.width, 0);
  expect(second!.width / first!.width).toBeCloseTo(3, 1);
  expect(third!.x).toBe(first!.x);
  expect(first!.width / third!.width).toBeCloseTo(2, 1);
  const total = boxesOf(svg).find(({ text }) => text === 'total 1');
  expect(total!.left).toBeGreaterThan(fourth!.x + fourth!.width);
  expect(Math.max(...boxesOf(svg).map(({ right }) => right))).toBeLessThan(960);
});

it('a kind has one colour, and each kind another', () => {
  const all = Array<number>(MOST_KINDS).fill(1);
  const fills = partsIn(drawn(all, all)).map(({ fill }) => fill);
  expect(new Set(fills).size).toBe(MOST_KINDS);
  expect(fills.slice(0, MOST_KINDS)).toEqual(fills.slice(MOST_KINDS));
});

it('every kind and every bar is named, and nothing that is written covers anything else', () => {
  const svg = drawn(Array<number>(MOST_KINDS).fill(1), [1]);
  expect(wellFormed(svg)).toBe(true);
  const boxes = boxesOf(svg);
  const names = [...partsOf(...Array<number>(MOST_KINDS).fill(1)).map(({ kind }) => kind), 'bar 0', 'bar 1'];
  expect(boxes.map(({ text }) => text)).toEqual(expect.arrayContaining(names));
  for (const one of boxes)
    for (const other of boxes)
      if (one !== other)
        expect(
          one.right <= other.left ||
            other.right <= one.left ||
            one.bottom <= other.top ||
            other.bottom <= one.top,
        ).toBe(true);
});
