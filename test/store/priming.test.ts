import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { connect } from '../../functions/shared/store/database';
import { prime } from '../../functions/shared/store/priming';

const keys = { accessKeyId: 'local', secretAccessKey: 'local' };
const call = new GetCommand({ TableName: 'Users', Key: { pk: 'USER#1' } });

/** A client whose network counts what reaches it. */
function clientWith(credentials: () => Promise<typeof keys>) {
  const handle = jest.fn(async () => ({
    response: { statusCode: 200, headers: {}, body: new Uint8Array(Buffer.from('{}')) },
  }));
  const base = new DynamoDBClient({
    region: 'us-east-1',
    credentials,
    requestHandler: { handle } as never,
    maxAttempts: 1,
  });
  return { client: DynamoDBDocumentClient.from(base), handle };
}

it('a priming call is signed and never reaches the network, and the next call does', async () => {
  const { client, handle } = clientWith(async () => keys);
  const signed = new Promise((resolve) => {
    const watch = (next: (step: object) => unknown) => (step: { readonly request: unknown }) => {
      resolve(step.request);
      return next(step);
    };
    client.middlewareStack.add(watch as never, { step: 'deserialize' });
  });
  await prime(client);
  expect(await signed).toHaveProperty('headers.authorization');
  await client.send(call);
  expect(handle).toHaveBeenCalledTimes(1);
});

it('a priming call that fails harms nobody', async () => {
  const credentials = jest.fn(async () => keys);
  const asked = new Promise<void>((resolve) => {
    credentials.mockImplementationOnce(async () => {
      resolve();
      throw new Error('None yet.');
    });
  });
  const { client, handle } = clientWith(credentials);
  await prime(client);
  await asked;
  await client.send(call);
  expect(handle).toHaveBeenCalledTimes(1);
});

it('begins after the code that asks for it, and an SDK that throws at once stops nothing', async () => {
  const send = jest.fn(() => {
    throw new Error('No such step.');
  });
  const primed = prime({ send } as never);
  expect(send).not.toHaveBeenCalled();
  await expect(primed).resolves.toBeUndefined();
  expect(send).toHaveBeenCalledTimes(1);
});

it('a function primes its client as it connects', async () => {
  const send = jest.spyOn(DynamoDBDocumentClient.prototype, 'send').mockImplementation(async () => ({}));
  connect({ users: 'Users' }).close();
  await Promise.resolve();
  expect(send.mock.calls).toEqual([[expect.any(BatchGetCommand)]]);
  send.mockRestore();
});
