/**
 * A first call costs several times what a later one does: code is compiled, the endpoint worked out, the credentials read. While Lambda starts a
 * function it has a full CPU, and from the first request on only its share.
 */
import { Readable } from 'node:stream';
import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';

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

function primingCall(): GetCommand {
  const command = new GetCommand({ TableName: 'None', Key: { name: 'nobody' } });
  const response = { statusCode: 200, headers: {}, body: Readable.from([Buffer.from('{}')]) };
  // The last step before the network, so it is never reached.
  command.middlewareStack.add(() => async () => ({ response, output: { $metadata: {} } }), {
    step: 'deserialize',
    priority: 'low',
  });
  return command;
}
