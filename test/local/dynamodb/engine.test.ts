import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
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

    await expect(startDynamoDb({ dataDir })).rejects.toThrow(
      new Error(`The data folder ${dataDir} is in use by another process.`),
    );

    await expect(createAccounts(connect(other))).resolves.toBeUndefined();
  });

  it('that cannot be opened is refused in one line', async () => {
    const file = join(await temporaryFolder(), 'LOCK', 'LOCK');
    await start({ dataDir: file }).then((engine) => engine.close());

    await expect(startDynamoDb({ dataDir: join(file, 'CURRENT') })).rejects.toThrow(/^[^\n]*CURRENT[^\n]*$/);
  });

  it('holds no half transaction and every confirmed one after its process was killed at work', async () => {
    const dataDir = await temporaryFolder();
    const other = await startInOtherProcess(dataDir);
    const client = connect(other);
    await createAccounts(client);
    const confirmed = new Set<string>();

    const work = Array.from({ length: 400 }, async (_, n) => {
      await transact(client, [put(`${n}-left`), put(`${n}-middle`), put(`${n}-right`)]);
      confirmed.add(`${n}`);
      if (confirmed.size === 60) other.process.kill('SIGKILL');
    });
    await Promise.allSettled([...work, once(other.process, 'exit')]);

    const ids = Object.keys(await allItems(connect(await start({ dataDir }))));
    const parts = Map.groupBy(ids, (id) => id.split('-')[0]);
    expect([...parts.values()].map((all) => all.length)).toEqual(Array.from(parts, () => 3));
    expect([...confirmed].filter((n) => !parts.has(n))).toEqual([]);
    expect(confirmed.size).toBeLessThan(400);
  });
});

describe('a port', () => {
  it('that is in use is refused in one line, and the data folder is free again', async () => {
    const dataDir = await temporaryFolder();
    const other = createServer().listen(0, '127.0.0.1');
    afterwards(() => other.close());
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' ? address?.port : undefined;

    await expect(startDynamoDb({ dataDir, port: port! })).rejects.toThrow(
      new Error(`Port ${port} is already in use.`),
    );

    await expect(start({ dataDir })).resolves.toBeDefined();
  });

  it('is chosen by the system if none is named, on this machine only', async () => {
    const [one, two] = [await start(), await start()];

    expect(one.endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(two.endpoint).not.toBe(one.endpoint);
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

describe('a request', () => {
  const signed = {
    'X-Amz-Target': 'DynamoDB_20120810.ListTables',
    Authorization: 'AWS4-HMAC-SHA256 Credential=someone/20240101/eu-west-1/dynamodb/aws4_request',
  };
  const refused = [
    {
      what: 'of more than 16 MB',
      body: ' '.repeat(16 * 1024 * 1024 + 1),
      name: 'RequestEntityTooLargeException',
    },
    { what: 'that is no JSON', body: '{', name: 'SerializationException' },
    { what: 'that is no JSON object', body: '[]', name: 'SerializationException' },
    {
      what: 'without a signature',
      headers: { Authorization: '' },
      name: 'MissingAuthenticationTokenException',
    },
    {
      what: 'signed by nobody',
      headers: { Authorization: 'AWS4-HMAC-SHA256 Signature=a' },
      name: 'IncompleteSignatureException',
    },
    {
      what: 'for an operation that there is not',
      headers: { 'X-Amz-Target': 'DynamoDB_20120810.UpdateTimeToLive' },
      name: 'UnknownOperationException',
    },
    {
      what: 'for an operation of another service',
      headers: { 'X-Amz-Target': 'Other.ListTables' },
      name: 'UnknownOperationException',
    },
  ];

  it.each(refused)('$what is refused as $name', async ({ body = '{}', headers = {}, name }) => {
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

interface OtherProcess {
  readonly process: ChildProcess;
  readonly endpoint: string;
}

async function startInOtherProcess(dataDir: string): Promise<OtherProcess> {
  const engine = JSON.stringify(resolve(__dirname, '../../../local/dynamodb/engine.ts'));
  const program = `require(${engine}).startDynamoDb({ dataDir: ${JSON.stringify(dataDir)} })
    .then(({ endpoint }) => console.log(endpoint));`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  afterwards(() => child.kill('SIGKILL'));
  const [endpoint] = await once(createInterface(child.stdout), 'line');
  return { process: child, endpoint };
}
