import { type Bundle, bundleOf, OURS, sumsByOwner } from '../../../bench/bundles/bundle';
import { drawBundles } from '../../../bench/bundles/chart';
import { OTHERS, owners, partsOf } from '../../../bench/bundles/parts';
import { boxesOf, wellFormed } from '../load/chart/reading';

const bundle = (bytes: number, byOwner: Record<string, number>): Bundle => ({
  name: 'login',
  text: '',
  bytes,
  paths: [],
  bytesByOwner: new Map(Object.entries(byOwner)),
});

it('sums by package, also of a scope and in a package of a package, and puts everything else down to us', () => {
  const sums = sumsByOwner([
    ['functions/login/login.ts', 1],
    ['functions/routes.ts', 2],
    ['node_modules/valibot/dist/index.mjs', 4],
    ['../main/node_modules/@aws-sdk/core/a.js', 8],
    ['node_modules/other/node_modules/@aws-sdk/core/b.js', 16],
  ]);
  expect(Object.fromEntries(sums)).toEqual({ [OURS]: 3, valibot: 4, '@aws-sdk/core': 24 });
});

it('shows the largest packages of all bundles by name and the rest of each together, so that nothing is missing', () => {
  const one = bundle(100, { small: 10, large: 80 });
  const other = bundle(60, { small: 15, large: 20, middle: 24 });
  expect(owners([one, other])).toEqual(['large', 'small', 'middle']);
  expect(partsOf(other, [one, other], 2)).toEqual([
    { owner: 'large', bytes: 20 },
    { owner: 'small', bytes: 15 },
    { owner: OTHERS, bytes: 25 },
  ]);
});

it('draws a well-formed picture in which each function has its name and its bytes', () => {
  const svg = drawBundles([bundleOf('login'), bundleOf('dashboard')]);
  expect(wellFormed(svg)).toBe(true);
  const texts = boxesOf(svg).map(({ text }) => text);
  expect(Math.max(...boxesOf(svg).map(({ right }) => right))).toBeLessThan(960);
  expect(texts).toEqual(expect.arrayContaining(['login', 'dashboard', 'bcryptjs', OURS, OTHERS]));
});
