import { readOptions } from '../../../bench/simulate/options';

it('reads what was given, and has defaults', () => {
  expect(readOptions([])).toEqual({ seed: 1, out: 'simulate.svg', settings: [] });
  expect(readOptions(['--seed', '7', '-c', 'loginFailures=9', '--out', 'x.svg'])).toEqual({
    seed: 7,
    out: 'x.svg',
    settings: ['-c', 'loginFailures=9'],
  });
  expect(readOptions(['--help', '--seed', 'x'])).toBe('help');
});

it('refuses a seed that is none', () => {
  expect(() => readOptions(['--seed', '1.5'])).toThrow('--seed cannot be "1.5". It must be a whole number.');
});
