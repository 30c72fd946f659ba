/** The database for `sam local`: the embedded DynamoDB with the template's tables, where containers reach it. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { samDatabaseEndpoint } from '../lib/sam-local';
import { type DynamoDbEngine, startDynamoDb } from '../local/dynamodb/engine';
import { loadDeployment } from '../local/template/load-deployment';
import { createTables } from '../local/template/tables';
import { CliError } from './program';

const { hostname: containersName, port: defaultPort } = new URL(samDatabaseEndpoint);
export const samDatabasePort = defaultPort;

export interface Bridge {
  readonly name: string;
  readonly address: string;
}

/**
 * The bridges of Docker and Podman, also those without a container, which Node's own list omits. Empty where there is no `ip`, as with Docker
 * Desktop.
 */
export const findBridges = (ip = 'ip'): readonly Bridge[] =>
  parseBridges(spawnSync(ip, ['-4', '-oneline', 'address', 'show', 'up'], { encoding: 'utf8' }).stdout ?? '');

/** @param addresses the output of `ip -4 -oneline address show up` */
export const parseBridges = (addresses: string): readonly Bridge[] =>
  [...addresses.matchAll(/^\d+: (docker0|(?:cni-)?podman\d+)\s+inet ([\d.]+)/gm)].map(
    ([, name = '', address = '']) => ({ name, address }),
  );

/** Loopback and bridges, never an address of the network. */
export const hostsFor = (bridges: readonly Bridge[]): readonly string[] => [
  '127.0.0.1',
  ...bridges.map(({ address }) => address),
];

export interface SamDatabaseOptions {
  /** The folder that `npm run sam:synth` wrote. */
  readonly assembly: string;
  readonly dataDir: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly hosts: readonly string[];
}

export interface SamDatabase extends DynamoDbEngine {
  readonly tables: readonly string[];
}

/**
 * Keeps existing tables with their items. Every access key may do everything, because `sam local` gives functions the developer's or a made-up
 * one.
 * @throws Error with a message for the developer; nothing is left running.
 */
export async function startSamDatabase({ assembly, ...options }: SamDatabaseOptions): Promise<SamDatabase> {
  if (!existsSync(assembly))
    throw new CliError('There is no template for sam local yet. Run npm run sam:synth first.');
  const { tables } = loadDeployment(assembly);
  const engine = await startDynamoDb(options).catch((error: Error) => {
    if (!/\bin use\b/.test(error.message)) throw error;
    const advice = `npm run sam:db -- --port ${options.port + 1} --data-dir .local/sam-2`;
    throw new CliError(`${error.message} Is npm run sam:db running already? Otherwise: ${advice}`);
  });
  try {
    await createTables(engine.endpoint, tables);
  } catch (error) {
    await engine.close();
    throw error;
  }
  return { ...engine, tables: tables.map(({ name }) => name) };
}

export interface Listening {
  readonly hosts: readonly string[];
  readonly port: number;
  readonly bridges: readonly Bridge[];
  readonly tables: readonly string[];
  readonly dataDir: string;
}

/** The options for `sam local`. */
export function adviceFor({ hosts, port, bridges, tables, dataDir }: Listening): string {
  const endpoint = `http://${containersName}:${port}`;
  const podman = bridges.find(({ name }) => name.includes('podman'))?.address ?? '10.88.0.1';
  return [
    `The database for sam local listens on ${hosts.map((host) => `${host}:${port}`).join(' and ')}.`,
    '',
    `Containers reach it as ${endpoint}. Add to sam local invoke and sam local start-api:`,
    '  Docker Desktop     nothing',
    `  Docker on Linux    --add-host ${containersName}:host-gateway`,
    `  Podman             --add-host ${containersName}:${podman} --skip-pull-image`,
    `  Podman, rootless   --add-host ${containersName}:10.0.2.2 --skip-pull-image, and see docs/sam-local.md`,
    '',
    ...(endpoint === samDatabaseEndpoint ? [] : [`Put ${endpoint} into env.json.`, '']),
    `The tables are ${tables.join(', ')}; the data are under ${dataDir}. Ctrl-C stops.`,
  ].join('\n');
}

export function warningFor(hosts: readonly string[], platform: NodeJS.Platform): string | undefined {
  if (hosts.some((host) => host === '0.0.0.0' || host === '::'))
    return 'WARNING: everyone who reaches this machine over the network can read and change the database.';
  if (platform === 'linux' && hosts.join() === '127.0.0.1')
    return 'WARNING: no bridge of Docker or Podman was found. Only Docker Desktop and rootless Podman reach the database. For others start Docker, or a container of Podman, then npm run sam:db again.';
  return undefined;
}
