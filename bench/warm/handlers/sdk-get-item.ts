/** The same GetItem by the SDK's document client as it comes, bundled as the functions are. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, type GetCommandInput } from '@aws-sdk/lib-dynamodb';

const client = DynamoDBDocumentClient.from(new DynamoDBClient());

export async function handler(event: GetCommandInput) {
  const { Item, $metadata } = await client.send(new GetCommand(event));
  return { statusCode: $metadata.httpStatusCode, item: Item };
}
