import fc from 'fast-check';
import { readDevice } from '../../functions/shared/http/device';

describe('the device of a session', () => {
  it.each([
    [{ 'User-Agent': 'MyApp/2.1 (Android 16)' }, 'MyApp/2.1 (Android 16)'],
    [{ 'user-agent': ' My\tApp\r\nX: y\u0000\u202e ' }, 'My App X: y'],
    [{ 'User-Agent': '😀'.repeat(200) }, '😀'.repeat(120)],
    [{}, ''],
    [null, ''],
  ])('of %j is %j', (headers, device) => expect(readDevice(headers)).toBe(device));

  it('is one short line of visible characters, whatever the header', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const device = readDevice({ 'User-Agent': value });
        expect([...device].length).toBeLessThanOrEqual(120);
        expect(device).not.toMatch(/\p{C}|\s\s|^\s/u);
      }),
    );
  });
});
