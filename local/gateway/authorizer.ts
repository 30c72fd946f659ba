/**
 * Calls a Lambda authorizer of type REQUEST and enforces the policy that it returns.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
 */
import * as v from 'valibot';
import { checkUnderstood, isAllowed, type PolicyStatement, statementList } from '../iam/policy';
import { recordSchema } from '../json';
import { type AuthorizerDefinition, buildArn } from '../template/deployment';
import type { RoutedRequest } from './request';
import { GatewayFailure } from './responses';

/** `requestContext.authorizer`. */
export type AuthorizerContext = Readonly<Record<string, string | number>>;

interface AuthorizerResult {
  readonly isAllowed: boolean;
  readonly isExplicitlyDenied: boolean;
  /** The context's values and the principal id, as text. */
  readonly context: Readonly<Record<string, string>>;
}

/** Returns what the integration learns from the authorizer. Throws GatewayFailure unless the policy allows the request. */
export async function authorise(
  routed: RoutedRequest,
  authorizer: AuthorizerDefinition,
): Promise<AuthorizerContext> {
  const { api, request } = routed;
  const methodArn = buildArn(
    'execute-api',
    `${api.logicalId}/${api.stageName}/${request.method}${request.path}`,
  );
  const askedAt = Date.now();
  const result = await askAuthorizer(routed, authorizer, methodArn);
  if (result.isAllowed) return { ...result.context, integrationLatency: Date.now() - askedAt };

  const reason = result.isExplicitlyDenied ? ' with an explicit deny' : '';
  throw new GatewayFailure('ACCESS_DENIED', {
    message: `User is not authorized to access this resource${reason}`,
    authorizer: result.context,
  });
}

async function askAuthorizer(
  routed: RoutedRequest,
  authorizer: AuthorizerDefinition,
  methodArn: string,
): Promise<AuthorizerResult> {
  const invocation = await routed.invoke(authorizer.functionId, buildEvent(routed, methodArn));
  if (!invocation.ok) {
    // The one error that an authorizer throws on purpose, recognised by its message.
    if (invocation.failure.errorMessage === 'Unauthorized') {
      throw new GatewayFailure('UNAUTHORIZED', { message: 'Unauthorized' });
    }
    throw new GatewayFailure('AUTHORIZER_FAILURE', { message: null });
  }
  const result = readResult(invocation.payload, methodArn);
  if (result === undefined) throw new GatewayFailure('AUTHORIZER_CONFIGURATION_ERROR', { message: null });
  return result;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html */
const buildEvent = ({ event }: RoutedRequest, methodArn: string): object => ({
  type: 'REQUEST',
  methodArn,
  stageVariables: {},
  ...event,
});

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html */
const resultSchema = v.object({
  principalId: v.string(),
  policyDocument: v.object({ Statement: statementList }),
  context: v.nullish(recordSchema(v.union([v.string(), v.number(), v.boolean(), v.null()])), {}),
});

/** `payload` is JSON text. Undefined if API Gateway would not understand it. */
function readResult(payload: string, methodArn: string): AuthorizerResult | undefined {
  const { success, output } = v.safeParse(resultSchema, JSON.parse(payload));
  if (!success) return undefined;
  const statements: readonly unknown[] = output.policyDocument.Statement;
  if (!isPolicy(statements)) return undefined;

  const request = { action: 'execute-api:Invoke', resource: methodArn, context: {} };
  const denials = statements.filter((statement) => statement.Effect === 'Deny');
  const present = Object.entries(output.context).filter(([, value]) => value !== null);
  return {
    isAllowed: isAllowed(statements, request),
    isExplicitlyDenied: isAllowed(
      denials.map((statement) => ({ ...statement, Effect: 'Allow' })),
      request,
    ),
    context: {
      ...Object.fromEntries(present.map(([name, value]) => [name, String(value)])),
      principalId: output.principalId,
    },
  };
}

function isPolicy(statements: readonly unknown[]): statements is readonly PolicyStatement[] {
  try {
    checkUnderstood(statements);
    return true;
  } catch {
    return false;
  }
}
