import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { LevelIterator, LevelStore } from 'dynalite/db';
import { startDynamoDb } from '../../../local/dynamodb/engine';
import {
  afterwards,
  allItems,
  connect,
  createAccounts,
  put,
  start,
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

  // Elsewhere the loopback interface has one address only.
  const onLinux = process.platform === 'linux' ? it : it.skip;
  onLinux('is the same on every host that is named', async () => {
    const { port } = new URL((await start({ hosts: ['127.0.0.1', '127.0.0.2'] })).endpoint);

    for (const host of ['127.0.0.1', '127.0.0.2'])
      expect((await fetch(`http://${host}:${port}`)).status).toBe(400);
  });
});

describe('closing', () => {
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
    ['MissingAuthenticationTokenException', '{}', unsigned],
    ['IncompleteSignatureException', '{}', signedByNobody],
    ['UnknownOperationException', '{}', asking('DynamoDB_20120810.UpdateTimeToLive')],
  ])('that is malformed is refused as %s, over HTTP and as a message', async (name, body, headers = {}) => {
    const engine = await start();
    const sent = { ...signed, ...headers };
    const response = await fetch(engine.endpoint, { method: 'POST', body, headers: sent });
    const reply = await engine.answer({
      target: sent['X-Amz-Target'],
      authorization: sent.Authorization,
      body,
    });

    const refusal = await response.json();
    expect(refusal).toMatchObject({ __type: expect.stringMatching(`#${name}$`) });
    expect([reply.status, JSON.parse(reply.body)]).toEqual([response.status, refusal]);
    expect(response.ok).toBe(false);
  });
});

describe('a query', () => {
  it('leaves no iterator open, in memory or in a folder', async () => {
    const create = jest.spyOn<typeof import('dynalite/db'), 'create'>(require('dynalite/db'), 'create');
    for (const options of [{}, { dataDir: await temporaryFolder() }]) {
      const client = connect(await start(options));
      await createAccounts(client);
      const { db }: LevelStore = create.mock.results.at(-1)!.value;
      const values = jest.spyOn(db, 'values');
      await transact(client, [put('left'), put('right')]);
      await allItems(client);
      expect(values).toHaveBeenCalled();
      for (const { value: iterator } of values.mock.results)
        await expect((iterator as LevelIterator).next()).rejects.toMatchObject({
          code: 'LEVEL_ITERATOR_NOT_OPEN',
        });
    }
  });
});

describe('a table', () => {
  it('that was deleted is unknown, and has another key when it is created again', async () => {
    const client = connect(await start());
    const putName = () => client.send(new PutCommand({ TableName: table, Item: { name: 'alice' } }));
    await createAccounts(client);
    await expect(putName()).rejects.toMatchObject({ name: 'ValidationException' });
    await client.send(new DeleteTableCommand({ TableName: table }));
    await expect(putName()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await createAccounts(client, table, 'name');

    await expect(putName()).resolves.toBeDefined();
  });
});

describe('a data folder', () => {
  it('that another process uses is refused in one line, and left alone', async () => {
    const dataDir = await temporaryFolder();
    const other = await startInOtherProcess(dataDir);

    await expect(startDynamoDb({ dataDir })).rejects.toMatchObject({
      message: `The data folder ${dataDir} is in use by another process. --data-dir chooses another.`,
    });

    await expect(createAccounts(connect(other))).resolves.toBeUndefined();
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
