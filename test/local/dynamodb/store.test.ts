import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { DeleteTableCommand, DescribeTableCommand, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { startDynamoDb } from '../../../local/dynamodb/engine';
import {
  afterwards,
  allItems,
  connect,
  createAccounts,
  put,
  start,
  startWithAccounts,
  table,
  temporaryFolder,
  transact,
} from './accounts';

describe('a data folder', () => {
  it('keeps tables and items when the engine is closed and started again', async () => {
    const dataDir = join(await temporaryFolder(), 'made', 'when missing');
    const first = await start({ dataDir });
    const client = connect(first);
    await createAccounts(client);
    await transact(client, [put('a', { n: 1 }), put('b')]);
    await first.close();

    const second = await start({ dataDir });

    expect(await allItems(connect(second))).toEqual({ a: { id: 'a', n: 1 }, b: { id: 'b' } });
  });

  it('that another process uses is refused in one line, and left alone', async () => {
    const dataDir = await temporaryFolder();
    const other = await startInOtherProcess(dataDir);

    await expect(startDynamoDb({ dataDir })).rejects.toMatchObject({
      message: `The data folder ${dataDir} is in use by another process. DATA_DIR chooses another.`,
    });

    await expect(createAccounts(connect(other))).resolves.toBeUndefined();
  });

  it('that cannot be opened is refused in one line', async () => {
    const dataDir = join(await temporaryFolder(), 'file');
    await writeFile(dataDir, '');

    const message = expect.stringMatching(`^The data folder ${dataDir} cannot be opened: [^\\n]+$`);
    await expect(startDynamoDb({ dataDir })).rejects.toMatchObject({ message });
  });

  it('holds every confirmed transaction and nothing of the one during which its process was killed', async () => {
    const dataDir = await temporaryFolder();
    const other = await startInOtherProcess(dataDir, { killedAtWrite: 7 });
    const client = connect(other);
    await createAccounts(client);
    const confirmed: string[] = [];

    const sendUntilKilled = async () => {
      for (const n of ['1', '2', '3', '4', '5', '6']) {
        const ids = [`${n}-left`, `${n}-middle`, `${n}-right`];
        await transact(
          client,
          ids.map((id) => put(id)),
        );
        confirmed.push(...ids);
      }
    };
    await expect(sendUntilKilled()).rejects.toThrow();
    await other.exited;

    const items = await allItems(connect(await start({ dataDir })));
    expect(confirmed.length).toBeGreaterThan(0);
    expect(Object.keys(items).sort()).toEqual(confirmed.sort());
  });
});

describe('tables', () => {
  it('are there at once when created and gone at once when deleted', async () => {
    const { client } = await startWithAccounts();
    const described = await client.send(new DescribeTableCommand({ TableName: table }));
    await transact(client, [put('a')]);

    await client.send(new DeleteTableCommand({ TableName: table }));
    const { TableNames } = await client.send(new ListTablesCommand({}));
    await createAccounts(client);

    expect(described.Table?.TableStatus).toBe('ACTIVE');
    expect(TableNames).toEqual([]);
    expect(await allItems(client)).toEqual({});
  });
});

interface OtherProcess {
  readonly endpoint: string;
  readonly exited: Promise<unknown>;
}

async function startInOtherProcess(dataDir: string, { killedAtWrite = 1000 } = {}): Promise<OtherProcess> {
  const program = `
    const dynalite = require('dynalite/db');
    const { create } = dynalite;
    let writes = 0;
    dynalite.create = (options) => {
      const store = create(options);
      const batch = store.db.batch.bind(store.db);
      store.db.batch = (...write) => {
        writes += 1;
        if (writes === ${killedAtWrite}) process.kill(process.pid, 'SIGKILL');
        batch(...write);
      };
      return store;
    };
    require('./local/dynamodb/engine').startDynamoDb({ dataDir: ${JSON.stringify(dataDir)} })
      .then(({ endpoint }) => console.log(endpoint));`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--eval', program], {
    cwd: resolve(__dirname, '../../..'),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  afterwards(() => {
    child.kill('SIGKILL');
    return exited;
  });
  const [endpoint] = await once(createInterface(child.stdout), 'line');
  return { endpoint, exited };
}
