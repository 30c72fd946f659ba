/** What `npm run sam:db` says: where the database is, and what `sam local` needs to be told for its containers to get there. */
import { samDatabaseEndpoint } from '../../lib/sam-local';
import type { Bridge } from './hosts';

const { hostname: NAME } = new URL(samDatabaseEndpoint);

export interface Listening {
  readonly hosts: readonly string[];
  readonly port: number;
  readonly bridges: readonly Bridge[];
  readonly tables: readonly string[];
  readonly dataDir: string;
}

export const adviceOn = ({ hosts, port, bridges, tables, dataDir }: Listening): string =>
  [
    `The database for sam local listens on ${hosts.map((host) => `${host}:${port}`).join(' and ')}.`,
    '',
    `Containers reach it as ${endpointAt(port)}. With sam local invoke and sam local start-api give`,
    '  Docker Desktop     nothing',
    `  Docker on Linux    --add-host ${NAME}:host-gateway`,
    `  Podman             --add-host ${NAME}:${podmanAddress(bridges)} --skip-pull-image`,
    '  Podman, rootless   see docs/sam-local.md: it needs HOST=0.0.0.0 here',
    '',
    ...(endpointAt(port) === samDatabaseEndpoint ? [] : [`Put ${endpointAt(port)} into env.json.`, '']),
    `The tables are ${tables.join(', ')}; the data are under ${dataDir}. Ctrl-C stops.`,
  ].join('\n');

/** To be said besides: who gets in that should not, or who does not that should. */
export function warningAbout(hosts: readonly string[], platform: NodeJS.Platform): string | undefined {
  if (hosts.some((host) => host === '0.0.0.0' || host === '::'))
    return 'WARNING: whoever reaches this machine over the network reaches the database, and may read and change everything in it.';
  if (platform === 'linux' && hosts.join() === '127.0.0.1')
    return 'WARNING: no bridge of Docker or Podman was found, so only containers of Docker Desktop get here. Start Docker, or a container of Podman, and then npm run sam:db again.';
  return undefined;
}

const endpointAt = (port: number): string => `http://${NAME}:${port}`;

/** Podman's first network has this address unless someone changed it. */
const podmanAddress = (bridges: readonly Bridge[]): string =>
  bridges.find(({ name }) => name.includes('podman'))?.address ?? '10.88.0.1';
