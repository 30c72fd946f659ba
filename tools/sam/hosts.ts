/** Where containers look for this machine: by default on the loopback interface and the bridges of container engines, and nowhere else. */
import { spawnSync } from 'node:child_process';

export interface Bridge {
  readonly name: string;
  readonly address: string;
}

const LOOPBACK = '127.0.0.1';

/**
 * The bridges of Docker and Podman, also while no container is on them: Node's own list of interfaces leaves them out then. None where there is no
 * `ip`: Docker Desktop has its bridge out of this machine's sight, as rootless Podman has.
 */
export const bridgesOfThisMachine = (ip = 'ip'): readonly Bridge[] =>
  bridgesIn(spawnSync(ip, ['-4', '-oneline', 'address', 'show', 'up'], { encoding: 'utf8' }).stdout ?? '');

/** @param addresses as `ip -4 -oneline address show up` lists them. */
export const bridgesIn = (addresses: string): readonly Bridge[] =>
  [...addresses.matchAll(/^\d+: (docker0|(?:cni-)?podman\d+)\s+inet ([\d.]+)/gm)].map(
    ([, name = '', address = '']) => ({ name, address }),
  );

/** @param chosen the one host that the developer wants, if any. */
export const hostsToListenOn = (chosen: string | undefined, bridges: readonly Bridge[]): readonly string[] =>
  chosen ? [chosen] : [LOOPBACK, ...bridges.map(({ address }) => address)];
