/**
 * Whom an IP address counts as: itself, or of IPv6 the /64 network, in which one customer has every address for the asking
 * (RFC 6177, section 2). An IPv4 address that is written as an IPv6 one is that IPv4 address.
 */
export function addressGroup(address: string): string {
  const embedded = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (embedded) return embedded;
  return address.includes(':') ? `${network(address)}::/64` : address;
}

/** The first four of an IPv6 address's eight groups, however it is written (RFC 4291, section 2.2). */
function network(address: string): string {
  const [left = [], right = []] = address
    .replace(/(\d+\.){3}\d+$/, '0:0')
    .split('::')
    .map((side) => side.split(':').filter(Boolean));
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0');
  const groups = [...left, ...zeros, ...right].slice(0, 4);
  return groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':');
}
