/** What `npm run sam:synth` and `npm run sam:db` give `sam local`. */
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  adviceFor,
  findBridges,
  hostsFor,
  parseBridges,
  type SamDatabase,
  type SamDatabaseOptions,
  startSamDatabase,
  warningFor,
} from '../../cli/sam-db';
import { writeEvents } from '../../cli/sam-events';
import { listRoutes } from '../../functions/endpoints';
import { backendFunctionNames } from '../../functions/functions';
import { samDatabaseEndpoint } from '../../lib/sam-local';
import { addDelivery, Output } from '../local/delivery/sample-delivery';
import { SampleApp } from '../local/sample-app';
import { templateWith } from '../support/assembly';

const PROJECT = join(__dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'token-auth-sam-'));
const running: SamDatabase[] = [];
afterAll(async () => {
  for (const database of running) await database.close();
  rmSync(folder, { recursive: true, force: true });
});
const read = (path: string): string => readFileSync(join(PROJECT, path), 'utf8');

describe('the events', () => {
  it('are those that npm run sam:synth writes, one for each function', () => {
    writeEvents(join(folder, 'events'));
    const files = backendFunctionNames.map((name) => `${name}.json`).sort();
    expect(readdirSync(join(PROJECT, 'events')).sort()).toEqual(files);
    for (const file of files)
      expect(read(`events/${file}`)).toBe(readFileSync(join(folder, 'events', file), 'utf8'));
  });

  it.each(listRoutes())('$name is a request to its route', ({ name, methods: [method], path, access }) => {
    const event = JSON.parse(read(`events/${name}.json`));
    expect([event.httpMethod, event.resource]).toEqual([method, path]);
    expect('authorizer' in event.requestContext).toBe(access === 'authenticated');
  });

  it('authorizer is for the dashboard, without a principal', () => {
    const event = JSON.parse(read('events/authorizer.json'));
    expect(event).toMatchObject({
      type: 'REQUEST',
      resource: '/api/dashboard',
      methodArn: 'arn:aws:execute-api:us-east-1:123456789012:1234567890/dev/GET/api/dashboard/',
    });
    expect(event.requestContext).not.toHaveProperty('authorizer');
  });
});

describe('env.json and samconfig.toml', () => {
  it('set only variables that functions have in the template: sam local ignores others', () => {
    const { Parameters } = JSON.parse(read('env.json'));
    const functions = Object.values(templateWith({ sam: true }).findResources('AWS::Lambda::Function'));
    const declared = functions.flatMap(({ Properties }) => Object.keys(Properties['Environment'].Variables));
    expect(declared).toEqual(expect.arrayContaining(Object.keys(Parameters)));
    expect(Parameters).toEqual({ AWS_ENDPOINT_URL_DYNAMODB: samDatabaseEndpoint });
  });

  it('name the template and env.json for both commands', () => {
    const sections = read('samconfig.toml')
      .split(/^\[default\./m)
      .slice(1);
    expect(sections.map((section) => section.split('.')[0])).toEqual(['local_invoke', 'local_start_api']);
    for (const section of sections)
      expect(section).toContain(
        'template_file = "sam.out/TokenAuth-sam.template.json"\nenv_vars = "env.json"',
      );
  });
});

describe('the database', () => {
  const assembly = process.env['TOKEN_AUTH_TEST_ASSEMBLY']!;
  async function start(options: Partial<SamDatabaseOptions> & { dataDir: string }): Promise<SamDatabase> {
    const database = await startSamDatabase({ assembly, port: 0, hosts: ['127.0.0.1'], ...options });
    running.push(database);
    return database;
  }
  const clientOf = ({ endpoint }: SamDatabase, accessKeyId: string) => {
    const credentials = { accessKeyId, secretAccessKey: 'any' };
    return new DynamoDBClient({ endpoint, region: 'us-east-1', credentials });
  };

  it('has the tables of the template, takes every access key, and keeps the data', async () => {
    const dataDir = join(folder, 'data');
    const first = await start({ dataDir });
    const [TableName] = first.tables;
    expect(TableName).toMatch(/^TablesUsers/);
    const pk = { S: 'USER#1' };
    await clientOf(first, 'defaultkey').send(new PutItemCommand({ TableName, Item: { pk } }));
    await first.close();
    const second = clientOf(await start({ dataDir }), 'AKIAEXAMPLE');
    const { Item } = await second.send(new GetItemCommand({ TableName, Key: { pk } }));
    expect(Item).toEqual({ pk });
  });

  it("runs the functions that a table's stream invokes, and lists their messages", async () => {
    const app = new SampleApp();
    addDelivery()(app);
    const output = new Output();
    const dataDir = join(folder, 'delivered');
    const database = await start({ dataDir, assembly: app.synthesise(), output });
    const [TableName] = database.tables;
    const Item = { pk: { S: 'MESSAGE#one' } };
    await clientOf(database, 'AKIAEXAMPLE').send(new PutItemCommand({ TableName, Item }));
    await output.until('done 1');
    app.remove();

    expect(output.batches).toEqual(['one']);
    expect(database.outboxUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/_local\/outbox\/$/);
    expect(await (await fetch(database.outboxUrl)).json()).toEqual({ messages: [], events: [] });
    const other = await fetch(new URL('/', database.outboxUrl), { method: 'POST' });
    expect([other.status, other.headers.get('x-amzn-ErrorType')]).toEqual([404, 'UnknownOperationException']);
  });

  it('says what to do without a template, and when its port is taken', async () => {
    const dataDir = join(folder, 'other');
    await expect(start({ dataDir, assembly: join(folder, 'none') })).rejects.toThrow(
      'There is no template for sam local yet. Run npm run sam:synth first.',
    );
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    await expect(start({ dataDir, port })).rejects.toThrow(
      `Port ${port} is already in use. Is npm run sam:db running already? Otherwise: npm run sam:db -- --port ${port + 1} `,
    );
    other.close();
  });
});

describe('where containers find the database', () => {
  const addresses = [
    '1: lo    inet 127.0.0.1/8 scope host lo',
    '2: eth0    inet 192.0.2.7/24 brd 192.0.2.255 scope global eth0',
    '3: docker0    inet 172.17.0.1/16 brd 172.17.255.255 scope global docker0',
    '4: br-4f6a    inet 172.18.0.1/16 brd 172.18.255.255 scope global br-4f6a',
    '6: cni-podman1    inet 10.89.0.1/24 brd 10.89.0.255 scope global cni-podman1',
    '7: docker0x    inet 192.0.2.8/24 scope global docker0x',
  ].join('\n');

  it('is the loopback interface and the bridges of Docker and Podman, never the network', () => {
    const bridges = ['172.17.0.1', '10.89.0.1'];
    expect(hostsFor(parseBridges(addresses))).toEqual(['127.0.0.1', ...bridges]);
    const ip = join(folder, 'ip');
    writeFileSync(ip, `#!/bin/sh\ntest "$*" = "-4 -oneline address show up" && echo "${addresses}"\n`, {
      mode: 0o755,
    });
    expect(findBridges(ip)).toEqual(parseBridges(addresses));
    expect(findBridges(join(folder, 'no-ip'))).toEqual([]);
  });

  it('is told with the flags for each engine, and with what to change for another port', () => {
    const bridges = [{ name: 'podman0', address: '10.89.0.1' }];
    const listening = {
      hosts: ['127.0.0.1', '10.89.0.1'],
      port: 8000,
      bridges,
      tables: [],
      dataDir: 'd',
      outboxUrl: 'u',
    };
    const advice = adviceFor(listening);
    expect(advice).toContain('listens on 127.0.0.1:8000 and 10.89.0.1:8000.');
    expect(advice).toContain('--add-host host.docker.internal:host-gateway\n');
    expect(advice).toContain('--add-host host.docker.internal:10.89.0.1 --skip-pull-image\n');
    expect(advice).toContain('Messages to users are printed here, and listed at u\n');
    expect(advice).not.toContain('env.json');
    expect(adviceFor({ ...listening, port: 8001 })).toContain(
      'Put http://host.docker.internal:8001 into env.json.',
    );
  });

  it('is warned of where everyone gets in, and on Linux where no container does', () => {
    expect(warningFor(['0.0.0.0'], 'linux')).toMatch(/^WARNING: everyone/);
    expect(warningFor(['127.0.0.1'], 'linux')).toMatch(/^WARNING: no bridge/);
    expect(warningFor(['127.0.0.1'], 'darwin')).toBeUndefined();
    expect(warningFor(['127.0.0.1', '172.17.0.1'], 'linux')).toBeUndefined();
  });
});
