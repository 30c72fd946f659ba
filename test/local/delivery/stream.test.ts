/** Items of a table's stream, delivered to a function. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  BatchWriteCommand,
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { Duration } from 'aws-cdk-lib';
import { StreamViewType } from 'aws-cdk-lib/aws-dynamodb';
import { startDynamoDb } from '../../../local/dynamodb/engine';
import { type RunningApi, type RunOptions, runTemplate } from '../../../local/run';
import { SampleApp } from '../sample-app';
import { addDelivery, connect, gate, Output, Timers, untilTrue } from './sample-delivery';

const children: ChildProcess[] = [];
const cleanups: (() => unknown)[] = [];
const apps = new Map<string, { app: SampleApp; assembly: string }>();
afterEach(async () => {
  gate.open(); // Otherwise closing waits.
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  gate.close();
});
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  for (const { app } of apps.values()) app.remove();
});

function assemblyOf(build = addDelivery(), name = 'default'): { app: SampleApp; assembly: string } {
  const existing = apps.get(name);
  if (existing !== undefined) return existing;
  const app = new SampleApp();
  build(app);
  const made = { app, assembly: app.synthesise() };
  apps.set(name, made);
  return made;
}

async function start(options: Partial<RunOptions> = {}) {
  const output = new Output();
  const timers = new Timers();
  const { assembly } = assemblyOf();
  const running: RunningApi = await runTemplate({
    port: 0,
    assembly,
    output,
    schedule: timers.schedule,
    ...options,
  });
  cleanups.push(() => running.close());
  const client = connect(running.dynamoDbEndpoint);
  cleanups.push(() => client.destroy());
  const [table = ''] = Object.values(running.tables);
  return { output, timers, running, ...writer(client, table) };
}

function writer(client: DynamoDBDocumentClient, TableName: string) {
  const Item = (id: string) => ({ pk: `MESSAGE#${id}`, text: id });
  return {
    client,
    TableName,
    put: (id: string) => client.send(new PutCommand({ TableName, Item: Item(id) })),
    remove: (id: string) => client.send(new DeleteCommand({ TableName, Key: { pk: `MESSAGE#${id}` } })),
    transact: (id: string, check: string) =>
      client.send(
        new TransactWriteCommand({
          TransactItems: [
            { Put: { TableName, Item: Item(id) } },
            {
              ConditionCheck: {
                TableName,
                Key: { pk: check },
                ConditionExpression: 'attribute_not_exists(pk)',
              },
            },
          ],
        }),
      ),
  };
}

describe('An inserted item is delivered', () => {
  it('after a put, as a record of the stream', async () => {
    const { output, put } = await start();
    await put('one');
    await output.until('done 1');

    expect(output.events).toEqual([
      [
        {
          awsRegion: 'us-east-1',
          dynamodb: {
            ApproximateCreationDateTime: expect.any(Number),
            Keys: { pk: { S: 'MESSAGE#one' } },
            SequenceNumber: expect.stringMatching(/^\d{21,40}$/),
            SizeBytes: expect.any(Number),
            StreamViewType: 'KEYS_ONLY',
          },
          eventID: expect.stringMatching(/^[0-9a-f]{32}$/),
          eventName: 'INSERT',
          eventSource: 'aws:dynamodb',
          eventSourceARN: expect.stringMatching(
            /^arn:aws:dynamodb:us-east-1:123456789012:table\/Outbox\w+\/stream\/2000-/,
          ),
          eventVersion: '1.1',
        },
      ],
    ]);
  });

  it('after a transaction, a batch or an update, and not after a refused write', async () => {
    const { output, client, TableName, put, transact } = await start();
    await put('taken');
    await expect(transact('refused', 'MESSAGE#taken')).rejects.toThrow('ConditionalCheckFailed');
    const Item = { pk: 'MESSAGE#no' };
    const condition = { ConditionExpression: 'attribute_exists(pk)' };
    await expect(client.send(new PutCommand({ TableName, Item, ...condition }))).rejects.toThrow();
    await transact('transacted', 'MESSAGE#free');
    const batched = { PutRequest: { Item: { pk: 'MESSAGE#batched' } } };
    await client.send(new BatchWriteCommand({ RequestItems: { [TableName]: [batched] } }));
    await client.send(
      new UpdateCommand({
        TableName,
        Key: { pk: 'MESSAGE#updated' },
        UpdateExpression: 'SET body = :x',
        ExpressionAttributeValues: { ':x': 'x' },
      }),
    );
    await untilTrue(() => output.batches.join(' ').includes('updated'));

    expect(output.batches.join(' ')).toBe('taken transacted batched updated');
  });

  it('once while it stays, and again when it was deleted and put anew', async () => {
    const { output, put, remove } = await start();
    await put('one');
    await put('one');
    await put('two');
    await remove('one');
    await put('one');
    await put('end');
    await untilTrue(() => output.batches.join(' ').includes('end'));

    expect(output.batches.join(' ')).toBe('one two one end');
  });

  it('in the order of the writes, in batches up to the size, one at a time', async () => {
    const { output, put } = await start();
    await put('first:gate');
    await output.until('batch first');
    for (let count = 1; count <= 12; count += 1) await put(String(count));
    expect(output.batches).toHaveLength(1);
    gate.open();
    await output.until('done 2');

    expect(output.batches).toEqual(['first:gate', '1 2 3 4 5 6 7 8 9 10', '11 12']);
  });

  it('if it matches the filter', async () => {
    const { output, client, TableName, put } = await start();
    await client.send(new PutCommand({ TableName, Item: { pk: 'CHALLENGE#one' } }));
    await put('end');
    await output.until('done');

    expect(output.batches).toEqual(['end']);
  });

  it('with its attributes if the view has them', async () => {
    const { assembly } = assemblyOf(addDelivery({}, StreamViewType.NEW_IMAGE), 'images');
    const { output, put } = await start({ assembly });
    await put('one');
    await output.until('done');

    expect(output.events[0]?.[0].dynamodb.NewImage).toEqual({
      pk: { S: 'MESSAGE#one' },
      text: { S: 'one' },
    });
  });
});

describe('A failed delivery', () => {
  it('is tried again after growing pauses', async () => {
    const { output, timers, put } = await start();
    await put('x:throws:2');
    await output.until('done');

    expect(output.batches).toEqual(Array(3).fill('x:throws:2'));
    expect(timers.pauses).toEqual([1000, 2000]);
  });

  it('delays no other item, and each item from the first failed one on is tried alone', async () => {
    const { output, timers, put } = await start();
    timers.isImmediate = false;
    await put('first:gate');
    await output.until('batch first');
    for (const id of ['good', 'bad:fails:1', 'after']) await put(id);
    gate.open();
    await output.until('done 3');
    await put('other');
    await output.until('batch other');
    await timers.elapse();
    await untilTrue(() => output.batches.length === 5);

    expect(output.batches).toEqual(['first:gate', 'good bad:fails:1 after', 'other', 'bad:fails:1', 'after']);
  });

  it('delays later items of the same key', async () => {
    const { output, timers, put, remove } = await start();
    timers.isImmediate = false;
    await put('x:fails:1');
    await output.until('done');
    await remove('x:fails:1');
    await put('x:fails:1');
    await put('other');
    await output.until('batch other');
    expect(output.batches).toEqual(['x:fails:1', 'other']);
    await timers.elapse();
    await untilTrue(() => output.batches.length === 4);

    expect(output.batches.slice(2)).toEqual(['x:fails:1', 'x:fails:1']);
    const [[first] = [], , [second] = [], [third] = []] = output.events;
    expect(second).toEqual(first);
    expect(third.dynamodb.SequenceNumber > second.dynamodb.SequenceNumber).toBe(true);
  });

  it('is given up after the last attempt, which one line tells; the item stays', async () => {
    const { output, timers, client, TableName, put } = await start();
    await put('x:throws:99');
    await output.until('Deliver', 'stderr');
    await put('next');
    await output.until('done');

    expect(output.batches).toEqual([...Array(4).fill('x:throws:99'), 'next']);
    expect(timers.pauses).toEqual([1000, 2000, 4000]);
    expect(output.errors.match(/^Deliver.*$/gm)).toEqual([
      expect.stringMatching(
        /^Deliver\w+ gave up the item \[{"S":"MESSAGE#x:throws:99"}\] of Outbox\w+ after 4 attempts: no luck\\u{1b}\[2J\. The item stays in the table and is tried again at the next start\.$/,
      ),
    ]);
    const { Item } = await client.send(new GetCommand({ TableName, Key: { pk: 'MESSAGE#x:throws:99' } }));
    expect(Item).toBeDefined();
  });

  it('pauses a minute at most', async () => {
    const { assembly } = assemblyOf(addDelivery({ retryAttempts: 8 }), 'patient');
    const { output, timers, put } = await start({ assembly });
    await put('x:throws:99');
    await output.until('Deliver', 'stderr');

    expect(timers.pauses.map((milliseconds) => milliseconds / 1000)).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
  });

  it('is given up when the record is too old', async () => {
    const { assembly } = assemblyOf(
      addDelivery({ retryAttempts: -1, maxRecordAge: Duration.minutes(1) }),
      'hasty',
    );
    const { output, timers, put } = await start({ assembly });
    timers.isImmediate = false;
    await put('x:fails:99');
    await output.until('done');
    const spy = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 61_000);
    await timers.elapse();
    await output.until('Deliver', 'stderr');
    spy.mockRestore();

    expect(output.errors).toContain('after 2 attempts: it reported a failure.');
  });

  it('is one of the whole batch where failures are not divided', async () => {
    const { assembly } = assemblyOf(
      addDelivery({ bisectBatchOnError: false, reportBatchItemFailures: false }),
      'whole',
    );
    const { output, put } = await start({ assembly });
    await put('first:gate');
    await output.until('batch first');
    for (const id of ['good', 'ignored:fails:1', 'bad:throws:1']) await put(id);
    gate.open();
    await untilTrue(() => output.batches.length >= 4);

    // The records' pauses end one after the other.
    expect(output.batches[1]).toBe('good ignored:fails:1 bad:throws:1');
    expect(output.batches.slice(2).join(' ')).toBe('good ignored:fails:1 bad:throws:1');
  });
});

describe('What was not delivered', () => {
  it('is delivered at the next start', async () => {
    const { app } = assemblyOf();
    const dataDir = join(app.folder, 'closed');
    const first = await start({ dataDir });
    first.timers.isImmediate = false;
    await first.put('x:throws:1');
    await untilTrue(() => first.timers.pauses.length > 0);
    await first.running.close();

    const second = await start({ dataDir });
    await second.output.until('done');
    expect(second.output.batches).toEqual(['x:throws:1', 'x:throws:1']);
  });

  it('is delivered also after the process was killed', async () => {
    const { app, assembly } = assemblyOf();
    const dataDir = join(app.folder, 'killed');
    const options = { assembly, dataDir, port: 0 };
    const program = `require('./local/run').runTemplate(${JSON.stringify(options)})
      .then(({ dynamoDbEndpoint, tables }) => console.log(JSON.stringify([dynamoDbEndpoint, tables])));`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--eval', program], {
      cwd: join(__dirname, '../../..'),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    const lines = createInterface(child.stdout);
    const [line] = await once(lines, 'line');
    const [endpoint, tables] = JSON.parse(line);
    const client = connect(endpoint);
    const begun = once(lines, 'line');
    await writer(client, String(Object.values(tables)[0])).put('x:gate');
    expect(await begun).toEqual(['batch x:gate']);
    child.kill('SIGKILL');
    await once(child, 'exit');
    client.destroy();

    gate.open();
    const second = await start({ dataDir });
    await second.output.until('done');
    expect(second.output.batches).toEqual(['x:gate']);
  });
});

it('Closing waits for the running batch', async () => {
  const output = new Output();
  const { assembly } = assemblyOf();
  const running = await runTemplate({ port: 0, assembly, output });
  const client = connect(running.dynamoDbEndpoint);
  await writer(client, Object.values(running.tables)[0] ?? '').put('x:gate');
  await output.until('batch');
  const closed = running.close();
  gate.open();
  await closed;
  client.destroy();

  await output.until('done');
});

describe('With another database', () => {
  it('new items are found by looking; each is delivered once while it stays; a failure is told once', async () => {
    const engine = await startDynamoDb({});
    cleanups.push(() => engine.close());
    const timers = new Timers();
    timers.isImmediate = false;
    const { output, put, remove } = await start({
      dynamoDbEndpoint: engine.endpoint,
      schedule: timers.schedule,
    });
    await put('one');
    await timers.elapse();
    await output.until('done');
    await timers.elapse();
    await remove('one');
    await put('two');
    await timers.elapse();
    await output.until('batch two');
    await put('one');
    await timers.elapse();
    await untilTrue(() => output.batches.length === 3);
    expect(output.batches).toEqual(['one', 'two', 'one']);
    expect(new Set(timers.pauses)).toEqual(new Set([1000]));

    await engine.close();
    for (let looks = 0; looks < 3; looks += 1) await timers.elapse();
    await untilTrue(() => output.errors.includes('cannot be read'));
    expect(
      output.errors.match(/^The items of Outbox\w+ cannot be read, so none is delivered: /gm),
    ).toHaveLength(1);
  });
});
