import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { addressGroup } from '../../functions/shared/domain/source-address';

describe('an IP address counts as', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::ffff:cb00:7107', '203.0.113.7'],
    ['0:0:0:0:0:ffff:203.0.113.7', '203.0.113.7'],
    ['::203.0.113.7', '0:0:0:0::/64'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:0001:0002::1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8:0:0:1::', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['64:ff9b::203.0.113.7', '64:ff9b:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['test-invoke-source-ip', 'test-invoke-source-ip'],
  ])('%s: %s', (address, group) => {
    expect(addressGroup(address)).toBe(group);
  });

  it('the same network however it is written, and another when its first 64 bits differ', () => {
    fc.assert(
      fc.property(fc.ipV6().filter(isIPv6), (address) => {
        const normal = new URL(`http://[${address}]`).hostname.slice(1, -1);
        expect(addressGroup(address)).toBe(addressGroup(normal));
      }),
    );
    const network = fc.tuple(...Array.from({ length: 4 }, () => fc.nat(0xffff)));
    fc.assert(
      fc.property(network, network, (one, other) => {
        const address = (groups: number[]) =>
          `${groups.map((group) => group.toString(16)).join(':')}:1:2:3:4`;
        expect(addressGroup(address(one)) === addressGroup(address(other))).toBe(`${one}` === `${other}`);
      }),
    );
  });

  it('something, whatever is given', () => {
    fc.assert(fc.property(fc.string(), (text) => typeof addressGroup(text) === 'string'));
  });
});
