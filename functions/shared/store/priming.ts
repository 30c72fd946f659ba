/**
 * A first call costs several times what a later one does: code is compiled, the endpoint worked out, the credentials read. While Lambda starts a
 * function it has a full CPU, and from the first request on only its share.
 */
import { Readable } from 'node:stream';
import { BatchGetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/**
 * Makes a call that goes through everything but the network: it needs no grant, costs nothing and opens no connection. Begins after the code that
 * asks for it, so that it cannot stop a function from loading. Never rejects: whatever becomes of it, the client is as it was.
 */
export async function prime(client: DynamoDBDocumentClient): Promise<void> {
  try {
    await undefined;
    await client.send(primingCall());
  } catch {
    // The first real call will say what is wrong.
  }
}

/** The authorizer's call, which most requests begin with, and an item with attributes of the types that it reads. */
function primingCall(): BatchGetCommand {
  const command = new BatchGetCommand({
    RequestItems: {
      None: {
        Keys: [{ name: 'nobody' }],
        ConsistentRead: true,
        ProjectionExpression: '#0',
        ExpressionAttributeNames: { '#0': 'name' },
      },
    },
  });
  const item = { name: { S: 'nobody' }, id: { N: '0' }, isActive: { BOOL: false } };
  const answer = JSON.stringify({ Responses: { None: [item] }, UnprocessedKeys: {} });
  const body = new Readable({
    read() {
      this.push(answer);
      this.push(null);
    },
  });
  // The last step before the network, so it is never reached.
  command.middlewareStack.add(
    () => async () => ({ response: { statusCode: 200, headers: {}, body }, output: { $metadata: {} } }),
    { step: 'deserialize', priority: 'low' },
  );
  return command;
}
