/** The database for `sam local`: the embedded DynamoDB with the template's tables, where containers reach it. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { samDatabaseEndpoint } from '../lib/sam-local';
import { createInsertListeners, type Started, startBackend, stop } from '../local/backend';
import { startDynamoDb } from '../local/dynamodb/engine';
import type { FunctionOutput } from '../local/functions/worker';
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
  /** Of the functions that streams invoke; by default that of the process. */
  readonly output?: FunctionOutput;
}

export interface SamDatabase {
  readonly endpoint: string;
  readonly tables: readonly string[];
  /** Lists the messages that were sent. */
  readonly outboxUrl: string;
  /** May be called twice. */
  close(): Promise<void>;
}

/**
 * Keeps existing tables with their items. Every access key may do everything, because `sam local` gives functions the developer's or a made-up
 * one. Runs the functions that a table's stream invokes, because `sam local` has no streams.
 * @throws Error with a message for the developer; nothing is left running.
 */
export async function startSamDatabase(options: SamDatabaseOptions): Promise<SamDatabase> {
  if (!existsSync(options.assembly))
    throw new CliError('There is no template for sam local yet. Run npm run sam:synth first.');
  const started: Started = [];
  try {
    return await start(options, started);
  } catch (error) {
    await stop(started).catch(() => undefined); // The first error is the one to report.
    throw error;
  }
}

async function start(
  { assembly, output, ...options }: SamDatabaseOptions,
  started: Started,
): Promise<SamDatabase> {
  const { tables, functions, eventSources } = loadDeployment(assembly);
  const listeners = createInsertListeners({ eventSources });
  const { endpoint, close } = await startDynamoDb({ ...options, listeners }).catch((error: Error) => {
    if (!/\bin use\b/.test(error.message)) throw error;
    const advice = `npm run sam:db -- --port ${options.port + 1} --data-dir .local/sam-2`;
    throw new CliError(`${error.message} Is npm run sam:db running already? Otherwise: ${advice}`);
  });
  started.push(close);
  await createTables(endpoint, tables);
  const invoked = functions.filter(({ logicalId }) =>
    eventSources.some(({ functionId }) => functionId === logicalId),
  );
  const { channelsUrl } = await startBackend(
    { deployment: { functions: invoked, eventSources }, database: { endpoint, listeners } },
    output ? { output } : {},
    started,
  );
  let closing: Promise<void> | undefined;
  return {
    endpoint,
    tables: tables.map(({ name }) => name),
    outboxUrl: `${channelsUrl}/_local/outbox/`,
    close() {
      closing ??= stop(started);
      return closing;
    },
  };
}

export interface Listening {
  readonly hosts: readonly string[];
  readonly port: number;
  readonly bridges: readonly Bridge[];
  readonly tables: readonly string[];
  readonly dataDir: string;
  readonly outboxUrl: string;
}

/** The options for `sam local`. */
export function adviceFor({ hosts, port, bridges, tables, dataDir, outboxUrl }: Listening): string {
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
    `Messages to users are printed here, and listed at ${outboxUrl}`,
    '',
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
