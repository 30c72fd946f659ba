import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { readPrincipal } from 'token-auth/principal';

/** The reports that the caller may see. */
export async function handler(event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  const principal = readPrincipal(event);
  if (!principal) return { statusCode: 500, body: 'This method is not protected.' };
  const { userId, role } = principal;
  return { statusCode: 200, body: JSON.stringify({ reports: [], preparedFor: { userId, role } }) };
}
