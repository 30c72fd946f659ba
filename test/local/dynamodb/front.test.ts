import { once } from 'node:events';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { startDynamoDb } from '../../../local/dynamodb/engine';
import {
  afterwards,
  allItems,
  connect,
  createAccounts,
  put,
  start,
  startWithAccounts,
  temporaryFolder,
  transact,
} from './accounts';

const signature = 'AWS4-HMAC-SHA256 Credential=someone/20240101/eu-west-1/dynamodb/aws4_request';

describe('a port', () => {
  it('that is in use is refused in one line, and the data folder is free again', async () => {
    const dataDir = await temporaryFolder();
    const other = createServer().listen(0, '127.0.0.1');
    afterwards(() => other.close());
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' ? address?.port : undefined;

    await expect(startDynamoDb({ dataDir, port: port! })).rejects.toMatchObject({
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

  it('does not wait for clients that went away before their answer', async () => {
    let goAway: () => void = () => undefined;
    const authorise = () => {
      goAway();
      return undefined;
    };
    const { engine, client } = await startWithAccounts({ authorise });
    const headers = { 'X-Amz-Target': 'DynamoDB_20120810.ListTables', Authorization: signature };
    const impatient = request(engine.endpoint, { method: 'POST', headers }).on('error', () => undefined);
    const sender = request(engine.endpoint, { method: 'POST', headers }).on('error', () => undefined);

    goAway = () => impatient.destroy();
    sender.write('{', () => sender.destroy());
    impatient.end('{}');
    await Promise.all(
      [impatient, sender].map((gone) => new Promise((resolve) => gone.once('close', resolve))),
    );
    await allItems(client);

    await expect(engine.close()).resolves.toBeUndefined();
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
