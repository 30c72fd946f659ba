/** The local server: the engine of the one that runs, or one of our own on the same data. */
import { join, resolve } from 'node:path';
import { StoreUnavailableError } from '../../functions/shared/store/unavailable';
import { startDynamoDb } from '../../local/dynamodb/engine';
import { findLatest, findOrSynthesise } from '../../local/kept-assembly';
import { region } from '../../local/template/deployment';
import { loadDeployment } from '../../local/template/load-deployment';
import { administratorKey, createTables } from '../../local/template/tables';
import { withMessages } from '../local-messages';
import { CliError, makeDataFolder } from '../program';
import { findServer } from '../running-server';
import { type Backend, openBackend } from './backend';

const CALL_MS = 30_000;

export interface LocalOptions {
  readonly dataDir: string;
  /** Another database than the embedded one; empty: none. */
  readonly dynamoDb: string;
}

export async function openLocal({ dataDir, dynamoDb }: LocalOptions): Promise<Backend> {
  const folder = resolve(dataDir);
  const description = `the local server under ${dataDir}`;
  const server = await findServer(folder);
  if (server && (!dynamoDb || dynamoDb === server.dynamoDbEndpoint))
    return open(server.dynamoDbEndpoint, { description, outputs: server.outputs });
  makeDataFolder(folder);
  // That of the last npm start, with its settings.
  const { outputs, tables } = loadDeployment(findLatest(folder) ?? (await synthesiseFor(folder)));
  const engine = dynamoDb ? undefined : await startDynamoDb({ dataDir: join(folder, 'dynamodb') });
  const endpoint = engine?.endpoint ?? dynamoDb;
  try {
    await createTables(endpoint, tables);
    return open(endpoint, { description, outputs, close: async () => engine?.close() });
  } catch (error) {
    await engine?.close();
    throw error;
  }
}

async function synthesiseFor(dataDir: string): Promise<string> {
  const { folder } = await findOrSynthesise({ dataDir, settings: withMessages([]).settings });
  return folder;
}

interface Opened {
  readonly description: string;
  readonly outputs: Readonly<Record<string, string>>;
  close?(): Promise<void>;
}

const open = (endpoint: string, opened: Opened): Backend =>
  openBackend({
    ...opened,
    operator: 'local',
    isLocal: true,
    connection: {
      callSeconds: CALL_MS / 1000,
      client: {
        endpoint,
        region,
        credentials: { accessKeyId: administratorKey, secretAccessKey: administratorKey },
        requestHandler: { connectionTimeout: CALL_MS, requestTimeout: CALL_MS, throwOnRequestTimeout: true },
      },
    },
    explain: (error) => explain(error, endpoint),
  });

function explain(error: unknown, endpoint: string): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  if (error instanceof StoreUnavailableError)
    return new CliError(
      `The database at ${endpoint} did not answer. Was the local server stopped? Try again.`,
    );
  return error;
}
