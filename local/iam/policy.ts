/**
 * Decides what IAM identity policies allow, for the part of the policy language that CDK writes. A statement
 * that uses anything else is an error that names it: what is not understood is never silently passed over.
 */
import { areConditionsMet, type Conditions, checkConditions, type RequestContext } from './condition';
import { matchesAction, matchesResource } from './wildcards';

export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Conditions;
}

export interface AccessRequest {
  /** `dynamodb:GetItem` */
  readonly action: string;
  /** The full ARN. */
  readonly resource: string;
  /** Values by condition key; a key that is absent or undefined is not in the request. */
  readonly context: RequestContext;
}

const members: readonly string[] = ['Sid', 'Effect', 'Action', 'Resource', 'Condition'];

/** True only if a statement allows it and none denies it. Throws for a statement that is not understood. */
export function isAllowed(statements: readonly PolicyStatement[], request: AccessRequest): boolean {
  checkUnderstood(statements);
  const effects = statements.filter((statement) => appliesTo(statement, request)).map(({ Effect }) => Effect);
  return effects.includes('Allow') && !effects.includes('Deny');
}

/** To be called at start with a template's resolved statements. Throws an Error that names what is not known. */
export function checkUnderstood(statements: readonly unknown[]): asserts statements is PolicyStatement[] {
  statements.forEach(checkStatement);
}

function appliesTo(statement: PolicyStatement, { action, resource, context }: AccessRequest): boolean {
  return (
    listOf(statement.Action).some((pattern) => matchesAction(pattern, action)) &&
    listOf(statement.Resource).some((pattern) => matchesResource(pattern, resource)) &&
    areConditionsMet(statement.Condition ?? {}, context)
  );
}

function checkStatement(statement: unknown): void {
  if (typeof statement !== 'object' || statement === null) throw notUnderstood('statement', statement);
  const parts = new Map(Object.entries(statement));
  for (const [member, value] of parts) {
    if (!members.includes(member)) throw notUnderstood(`member ${member}`, value);
  }
  const effect: unknown = parts.get('Effect');
  if (effect !== 'Allow' && effect !== 'Deny') throw notUnderstood('Effect', effect);
  checkTexts('Action', parts.get('Action'));
  checkTexts('Resource', parts.get('Resource'));
  checkConditions(parts.get('Condition'));
}

function checkTexts(member: string, value: unknown): void {
  const values: unknown[] = Array.isArray(value) ? value : [value];
  // A `${…}` would be a policy variable, which stands for something else in every request.
  const isPlain = values.every((text) => typeof text === 'string' && !text.includes('${'));
  if (values.length === 0 || !isPlain) throw notUnderstood(member, value);
}

function listOf(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}

function notUnderstood(what: string, value: unknown): Error {
  return new Error(`An IAM statement has a ${what} that is not understood here: ${JSON.stringify(value)}`);
}
