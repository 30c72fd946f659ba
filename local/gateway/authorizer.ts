/**
 * Calls a Lambda authorizer of type REQUEST and holds the request to the policy that it returns.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
 */
import { arnOf } from '../template/arns';
import type { AuthorizerDefinition } from '../template/deployment';
import { type AuthorizerVerdict, readVerdict } from './authorizer-verdict';
import { type Exchange, requestContextOf } from './exchange';
import { GatewayFailure } from './gateway-failure';
import { lastValuesOf, multiValuesOf } from './headers';
import { type AuthorizerContext, multiValueQueryOf } from './proxy-event';
import { forwardedHeaders } from './request';

/** What the integration learns from the authorizer. Throws GatewayFailure unless the policy allows the request. */
export async function authorise(
  exchange: Exchange,
  authorizer: AuthorizerDefinition,
): Promise<AuthorizerContext> {
  const { api, request } = exchange;
  const methodArn = arnOf(
    'execute-api',
    `${api.logicalId}/${api.stageName}/${request.method}${request.path}`,
  );
  const askedAt = Date.now();
  const verdict = await askAuthorizer(exchange, authorizer, methodArn);
  if (verdict.isAllowed) return { ...verdict.context, integrationLatency: Date.now() - askedAt };

  const reason = verdict.isExplicitlyDenied ? ' with an explicit deny' : '';
  throw new GatewayFailure('ACCESS_DENIED', {
    message: `User is not authorized to access this resource${reason}`,
    authorizer: verdict.context,
  });
}

async function askAuthorizer(
  exchange: Exchange,
  authorizer: AuthorizerDefinition,
  methodArn: string,
): Promise<AuthorizerVerdict> {
  const result = await exchange.invoke(authorizer.functionId, authorizerEventOf(exchange, methodArn));
  if (!result.ok) {
    // The one error that authorizers may throw on purpose, by its message.
    if (result.failure.errorMessage === 'Unauthorized') {
      throw new GatewayFailure('UNAUTHORIZED', { message: 'Unauthorized' });
    }
    throw new GatewayFailure('AUTHORIZER_FAILURE', { message: null });
  }
  const verdict = readVerdict(result.payload, methodArn);
  if (verdict === undefined) throw new GatewayFailure('AUTHORIZER_CONFIGURATION_ERROR', { message: null });
  return verdict;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html */
function authorizerEventOf({ api, request, route }: Exchange, methodArn: string): object {
  const headers = multiValuesOf(forwardedHeaders(request));
  const query = multiValueQueryOf(request);
  return {
    type: 'REQUEST',
    methodArn,
    resource: route.resource.path,
    path: request.path,
    httpMethod: request.method,
    headers: lastValuesOf(headers),
    multiValueHeaders: headers,
    queryStringParameters: lastValuesOf(query),
    multiValueQueryStringParameters: query,
    pathParameters: route.pathParameters,
    stageVariables: {},
    requestContext: requestContextOf(api, request, route),
  };
}
