/**
 * Whom an IP address counts as: itself, or for IPv6 the /64 network, in which one customer has every address for the asking
 * (RFC 6177, section 2). An IPv4 address that is written as an IPv6 one is that IPv4 address (RFC 4291, section 2.5.5.2).
 */
export function addressGroup(address: string): string {
  if (!address.includes(':')) return address;
  const groups = parseGroups(address);
  const isMapped = groups.slice(0, 6).join() === '0,0,0,0,0,65535';
  if (isMapped) return groups.slice(6).flatMap(toBytes).join('.');
  const network = groups.slice(0, 4).map((group) => group.toString(16));
  return `${network.join(':')}::/64`;
}

const toBytes = (group: number): number[] => [group >> 8, group & 0xff];

/** The eight groups of an IPv6 address, however it is written (RFC 4291, section 2.2). */
function parseGroups(address: string): number[] {
  const [left = [], right = []] = address
    .replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...bytes: string[]) => embeddedGroups(bytes))
    .split('::')
    .map((side) => side.split(':').filter(Boolean));
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0');
  return [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16));
}

function embeddedGroups([one, two, three, four]: readonly string[]): string {
  const group = (high = '0', low = '0'): string => (Number(high) * 256 + Number(low)).toString(16);
  return `${group(one, two)}:${group(three, four)}`;
}
