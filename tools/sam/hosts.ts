/** Where containers look for this machine: by default on the loopback interface and the bridges of container engines, and nowhere else. */
import type { NetworkInterfaceInfo } from 'node:os';

export type NetworkInterfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

export interface Bridge {
  readonly name: string;
  readonly address: string;
}

const LOOPBACK = '127.0.0.1';

/** The bridges of Docker and Podman that are up. Docker Desktop and rootless Podman have none that the machine could see. */
export const bridgesOf = (interfaces: NetworkInterfaces): readonly Bridge[] =>
  Object.entries(interfaces)
    .filter(([name]) => /^(docker0|(cni-)?podman\d+)$/.test(name))
    .flatMap(([name, addresses = []]) =>
      addresses.filter(({ family }) => family === 'IPv4').map(({ address }) => ({ name, address })),
    );

/** @param chosen the one host that the developer wants, if any. */
export const hostsToListenOn = (chosen: string | undefined, bridges: readonly Bridge[]): readonly string[] =>
  chosen ? [chosen] : [LOOPBACK, ...bridges.map(({ address }) => address)];
