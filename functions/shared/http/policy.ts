/**
 * An authorizer's answer in API Gateway's form.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
 */
import type { APIGatewayAuthorizerResult } from 'aws-lambda';

/**
 * A policy for the whole stage: the method ARN holds the path as the client wrote it, slashes and all, and nothing may hang on
 * that. It is asked again about every request.
 * @param context reaches the endpoint (Allow) or the gateway response ACCESS_DENIED (Deny).
 */
export function createPolicy(
  effect: 'Allow' | 'Deny',
  methodArn: string,
  context: Readonly<Record<string, string | number | boolean>>,
): APIGatewayAuthorizerResult {
  const [api, stage] = methodArn.split('/', 2);
  return {
    principalId: String(context['userId'] ?? 'anonymous'),
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: effect, Action: 'execute-api:Invoke', Resource: `${api}/${stage}/*` }],
    },
    context: { ...context },
  };
}
