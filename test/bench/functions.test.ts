import { separation } from '../../bench/enumeration';
import { functions } from '../../bench/functions';

jest.setTimeout(240_000);

it('npm run bench measures functions of the template that answer with success, beside those of another checkout', async () => {
  const report = await functions([
    '--rounds',
    '1',
    '--only',
    'logout',
    '--only',
    'fallback',
    '--beside',
    '.',
  ]);
  expect(report).toMatch(/^\| signup +\|( +\d+ \|){6}$/m);
  expect(report).toMatch(/^\| logout +\|( +[\d.]+ \([\d.]+\) \|){5} +\d+ \| +1 \| +\d+ \|$/m);
  expect(report).toMatch(/^\| logout beside +\|( +[\d.]+ \([\d.]+\) \|){5} +\d+ \| +1 \| +\d+ \|$/m);
  expect(report).toMatch(/^\| fallback +\|( +[\d.]+ \([\d.]+\) \|){5} +\d+ \| +0 \| +\d+ \|$/m);
});

it('the separation of two sets of times is a half when they are alike, and one when a single request tells them apart', () => {
  expect(separation([1, 2, 3], [1, 2, 3])).toBe(0.5);
  expect(separation([4, 5], [1, 2, 3])).toBe(1);
  expect(separation([1, 2], [3])).toBe(0);
});
