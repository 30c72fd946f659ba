import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:net';
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

const signed = {
  'X-Amz-Target': 'DynamoDB_20120810.ListTables',
  Authorization: 'AWS4-HMAC-SHA256 Credential=someone/20240101/eu-west-1/dynamodb/aws4_request',
};

describe('a port', () => {
  it('that is in use is refused in one line, and the data folder is free again', async () => {
    const dataDir = await temporaryFolder();
    const other = createServer().listen(0, '127.0.0.1');
    afterwards(() => other.close());
    await once(other, 'listening');
    const { port } = other.address() as { port: number };

    await expect(startDynamoDb({ dataDir, port })).rejects.toMatchObject({
      message: `Port ${port} is already in use.`,
    });

    await expect(start({ dataDir })).resolves.toBeDefined();
  });

  /** Elsewhere there is one address of the loopback interface alone. */
  const onLinux = process.platform === 'linux' ? it : it.skip;

  onLinux('is the same on every host that is named', async () => {
    const { endpoint } = await start({ hosts: ['127.0.0.1', '127.0.0.2'] });
    const { port } = new URL(endpoint);

    expect((await fetch(`http://127.0.0.1:${port}`)).status).toBe(400);
    expect((await fetch(`http://127.0.0.2:${port}`)).status).toBe(400);
  });

  onLinux('that is in use on one host is left free on the others', async () => {
    const other = createServer().listen(0, '127.0.0.2');
    afterwards(() => other.close());
    await once(other, 'listening');
    const { port } = other.address() as { port: number };

    await expect(startDynamoDb({ port, hosts: ['127.0.0.1', '127.0.0.2'] })).rejects.toThrow('in use');

    await expect(start({ port })).resolves.toBeDefined();
  });
});

describe('closing', () => {
  it('does not wait for connections that are kept alive, and may be asked for twice', async () => {
    const { engine, client } = await startWithAccounts();
    await transact(client, [put('a')]);

    await Promise.all([engine.close(), engine.close()]);

    await expect(allItems(client)).rejects.toThrow(/ECONNREFUSED|socket hang up|ECONNRESET/);
  });

  it('does not wait for a client that never finishes its request', async () => {
    const engine = await start();
    const unfinished = request(engine.endpoint, { method: 'POST', headers: { 'Content-Length': 100 } });
    const failure = once(unfinished, 'error');
    unfinished.write('{');
    await once(unfinished, 'socket').then(([socket]) => socket.connecting && once(socket, 'connect'));

    await engine.close();

    expect(await failure).toEqual([expect.objectContaining({ code: 'ECONNRESET' })]);
  });

  it('answers the running transaction and leaves none half done', async () => {
    const dataDir = await temporaryFolder();
    const engine = await start({ dataDir });
    const client = connect(engine);
    await createAccounts(client);

    let closing: Promise<void> | undefined;
    const work = Array.from({ length: 40 }, async (_, n) => {
      await transact(client, [put(`${n}-left`), put(`${n}-right`)]);
      closing ??= engine.close();
      return `${n}`;
    });
    const outcomes = await Promise.allSettled(work);
    await closing;

    const done = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    const items = await allItems(connect(await start({ dataDir })));
    expect(Object.keys(items).sort()).toEqual(done.flatMap((n) => [`${n}-left`, `${n}-right`]).sort());
  });
});

describe('a request', () => {
  const asking = (operation: string) => ({ 'X-Amz-Target': operation });
  const unsigned = { Authorization: '' };
  const signedByNobody = { Authorization: 'AWS4-HMAC-SHA256 Signature=a' };

  it.each<[string, string, object?]>([
    ['RequestEntityTooLargeException', ' '.repeat(16 * 1024 * 1024 + 1)],
    ['SerializationException', '{'],
    ['SerializationException', '[]'],
    ['MissingAuthenticationTokenException', '{}', unsigned],
    ['IncompleteSignatureException', '{}', signedByNobody],
    ['UnknownOperationException', '{}', asking('DynamoDB_20120810.UpdateTimeToLive')],
    ['UnknownOperationException', '{}', asking('Other.ListTables')],
  ])('that is malformed is refused as %s', async (name, body, headers = {}) => {
    const { endpoint } = await start();
    const response = await fetch(endpoint, { method: 'POST', body, headers: { ...signed, ...headers } });

    expect(response.ok).toBe(false);
    expect(await response.json()).toMatchObject({ __type: expect.stringMatching(`#${name}$`) });
  });

  it('of 16 MB is read', async () => {
    const { endpoint } = await start();

    const body = '{}'.padEnd(16 * 1024 * 1024);
    const response = await fetch(endpoint, { method: 'POST', body, headers: signed });

    expect(await response.json()).toEqual({ TableNames: [] });
  });
});

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
