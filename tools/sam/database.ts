/**
 * The database for `sam local`: the embedded DynamoDB with the template's tables, under the names that `sam local` gives them. Whatever access key
 * a function has may do everything, because `sam local` gives all of them the developer's own, or one it made up.
 */
import { existsSync } from 'node:fs';
import { type DynamoDbEngine, startDynamoDb } from '../../local/dynamodb/engine';
import { loadDeployment } from '../../local/template/load-deployment';
import { createTables } from '../../local/template/tables';

export interface SamDatabaseOptions {
  /** The folder that `npm run sam:synth` wrote. */
  readonly assembly: string;
  readonly dataDir: string;
  /** 0 for any that is free. */
  readonly port: number;
  readonly hosts: readonly string[];
}

const adviceAbout = (port: number): string =>
  `Is npm run sam:db running already? Otherwise choose another port and folder: PORT=${port + 1} DATA_DIR=.local/sam-2 npm run sam:db.`;

export interface SamDatabase extends DynamoDbEngine {
  readonly tables: readonly string[];
}

/** Tables that are there are kept, with their items. Rejects with a message meant for the developer, and leaves nothing running then. */
export async function startSamDatabase({ assembly, ...options }: SamDatabaseOptions): Promise<SamDatabase> {
  if (!existsSync(assembly))
    throw new Error('There is no template for sam local yet. Run npm run sam:synth first.');
  const { tables } = loadDeployment(assembly);
  const engine = await startDynamoDb(options).catch((error: Error) => {
    const isInUse = /\bin use\b/.test(error.message);
    throw isInUse ? new Error(`${error.message} ${adviceAbout(options.port)}`, { cause: error }) : error;
  });
  try {
    await createTables(engine.endpoint, tables);
  } catch (error) {
    await engine.close();
    throw error;
  }
  return { ...engine, tables: tables.map(({ logicalId }) => logicalId) };
}
