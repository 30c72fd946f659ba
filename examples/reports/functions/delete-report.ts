import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';

/** Only administrators come this far. */
export async function handler({ pathParameters }: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  return { statusCode: 200, body: JSON.stringify({ deleted: pathParameters?.['id'] }) };
}
