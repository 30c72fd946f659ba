/**
 * Reads what a Lambda authorizer answered. An answer that API Gateway would not understand is no verdict at all.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
 */
import * as v from 'valibot';
import { checkUnderstood, isAllowed, type PolicyStatement } from '../iam/policy';
import { recordOf } from '../template/records';

export interface AuthorizerVerdict {
  readonly isAllowed: boolean;
  /** Whether a statement denies the request; otherwise it is merely not allowed. */
  readonly isExplicitlyDenied: boolean;
  /** The context's values and the principal id, all of them text. */
  readonly context: Readonly<Record<string, string>>;
}

const answerSchema = v.object({
  principalId: v.string(),
  policyDocument: v.object({
    Statement: v.union([
      v.array(v.unknown()),
      v.pipe(
        v.record(v.string(), v.unknown()),
        v.transform((only) => [only]),
      ),
    ]),
  }),
  context: v.nullish(recordOf(v.union([v.string(), v.number(), v.boolean(), v.null()])), {}),
});

/** `payload` is JSON text. Undefined if it is not what an authorizer may answer. */
export function readVerdict(payload: string, methodArn: string): AuthorizerVerdict | undefined {
  const { success, output } = v.safeParse(answerSchema, JSON.parse(payload));
  if (!success) return undefined;
  const statements: readonly unknown[] = output.policyDocument.Statement;
  if (!isPolicy(statements)) return undefined;

  const request = { action: 'execute-api:Invoke', resource: methodArn, context: {} };
  const denials = statements.filter((statement) => statement.Effect === 'Deny');
  return {
    isAllowed: isAllowed(statements, request),
    isExplicitlyDenied: isAllowed(
      denials.map((statement) => ({ ...statement, Effect: 'Allow' })),
      request,
    ),
    context: { ...textsOf(output.context), principalId: output.principalId },
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

/** API Gateway passes on every value as text, and leaves out those that are null. */
function textsOf(
  context: Readonly<Record<string, string | number | boolean | null>>,
): Record<string, string> {
  const present = Object.entries(context).filter(([, value]) => value !== null);
  return Object.fromEntries(present.map(([name, value]) => [name, String(value)]));
}
