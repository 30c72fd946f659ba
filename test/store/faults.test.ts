/** The store against a database that answers nonsense, or only in part. Faults that pass are in test/faults. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CALL_ATTEMPTS } from '../../functions/shared/domain/limits';
import { issueToken, newLocator } from '../../functions/shared/domain/token';
import { readSessionAndOwner } from '../../functions/shared/store/authentication';
import { connect, type Database } from '../../functions/shared/store/database';
import { StoreUnavailableError } from '../../functions/shared/store/unavailable';
import { useLocalCredentials } from '../support/database';
import { sessionWith } from '../support/sessions';
import { sessionStore, userStore } from '../support/stores';

type Reply = (response: ServerResponse, operation: string) => void;

let server: Server;
let reply: Reply;
let operations: string[];
let database: Database;
const endpointBefore = process.env['AWS_ENDPOINT_URL_DYNAMODB'];

beforeAll(async () => {
  useLocalCredentials();
  server = createServer((request, response) => {
    const operation = String(request.headers['x-amz-target']).split('.')[1]!;
    operations.push(operation);
    request.resume().on('end', () => reply(response, operation));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.env['AWS_ENDPOINT_URL_DYNAMODB'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  database = connect({ users: 'users', tokens: 'tokens' });
});

beforeEach(() => {
  operations = [];
});

afterAll(async () => {
  database.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  if (endpointBefore === undefined) delete process.env['AWS_ENDPOINT_URL_DYNAMODB'];
  else process.env['AWS_ENDPOINT_URL_DYNAMODB'] = endpointBefore;
});

const json =
  (status: number, body: object): Reply =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
  };
const fault = (status: number, type: string) =>
  json(status, { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: 'no' });

const token = issueToken(newLocator(), 'cd22');

describe('a database that', () => {
  it.each<[string, Reply]>([
    ['refuses access', fault(400, 'AccessDeniedException')],
    ['does not know the table', fault(400, 'ResourceNotFoundException')],
    ['answers no JSON', (response) => response.writeHead(200).end('<html>')],
  ])('%s is unavailable, and no more than that is said of it', async (_, answer) => {
    reply = answer;
    await expect(sessionStore(database).find(token)).rejects.toBeInstanceOf(StoreUnavailableError);
    expect(operations.length).toBeLessThanOrEqual(3);
  });
});

describe('a write', () => {
  const conflict = fault(400, 'TransactionConflictException');

  it('that meets a transaction in progress is sent again until the transaction is over', async () => {
    reply = (response, operation) =>
      (operations.length <= CALL_ATTEMPTS ? conflict : json(200, {}))(response, operation);
    await sessionStore(database).remove(token, 'id');
    expect(operations).toHaveLength(CALL_ATTEMPTS + 1);
  });
});

describe('BatchGetItem', () => {
  const unprocessed = { tokens: { Keys: [{ user: { S: token.locator }, session: { S: token.session } }] } };
  const owner = { pk: { S: `USER#${token.locator}` }, id: { N: '1' } };

  it('that leaves a key unprocessed is asked again', async () => {
    reply = (response, operation) =>
      operations.length === 1
        ? json(200, { Responses: { users: [owner] }, UnprocessedKeys: unprocessed })(response, operation)
        : json(200, {
            Responses: { users: [owner], tokens: [{ userId: { N: '1' } }] },
            UnprocessedKeys: {},
          })(response, operation);
    expect(await readSessionAndOwner(database, token)).toEqual({
      owner: { pk: `USER#${token.locator}`, id: 1 },
      session: { userId: 1 },
    });
    expect(operations).toHaveLength(2);
  });
});

describe('a signup transaction', () => {
  const user = {
    id: 1,
    username: 'newuser',
    email: 'newuser@example.com',
    role: 'CLERK',
    passwordHash: 'hash',
    isActive: true,
    createdAt: 1,
    sessionGeneration: 0,
  };
  const session = sessionWith();
  const create = () => userStore(database).create({ user, key: token, session });
  const cancelled = (...codes: string[]) =>
    json(400, {
      __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
      message: `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes.join(', ')}]`,
      CancellationReasons: codes.map((Code) => ({ Code })),
    });

  it('that meets another in progress is tried again until it is decided', async () => {
    const answers = [
      cancelled('TransactionConflict', 'None', 'None', 'None', 'None'),
      cancelled('ConditionalCheckFailed', 'TransactionConflict', 'None', 'None', 'None'),
      cancelled('ConditionalCheckFailed', 'ConditionalCheckFailed', 'None', 'None', 'None'),
    ];
    reply = (response, operation) => answers[operations.length - 1]!(response, operation);
    expect(await create()).toEqual(['username', 'email']);
    expect(operations).toHaveLength(3);
  });

  it('that is cancelled without a reason has made nobody', async () => {
    reply = json(400, {
      __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
      message: 'no',
    });
    await expect(create()).rejects.toBeInstanceOf(StoreUnavailableError);
  });

  it('names every field that is taken, and neither when only the address is', async () => {
    reply = cancelled('None', 'ConditionalCheckFailed', 'None', 'ConditionalCheckFailed', 'None');
    expect(await create()).toEqual(['email']);
    reply = cancelled('None', 'None', 'None', 'ConditionalCheckFailed', 'None');
    expect(await create()).toBe('locator_taken');
    reply = cancelled('None', 'None', 'ConditionalCheckFailed', 'None', 'None');
    expect(await create()).toBe('id_taken');
  });
});
