/**
 * Evaluates IAM identity policies, for the part of the policy language that CDK writes. A statement that uses
 * anything else is an error that names it.
 */
import * as v from 'valibot';

type Conditions = Readonly<Record<string, Readonly<Record<string, string | boolean | readonly string[]>>>>;
type RequestContext = Readonly<Record<string, readonly string[] | undefined>>;

export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Conditions;
}

/** `Statement` of a policy document: a list, or one statement without a list. */
export const statementList = v.union([
  v.array(v.unknown()),
  v.pipe(
    v.record(v.string(), v.unknown()),
    v.transform((only) => [only]),
  ),
]);

export interface AccessRequest {
  /** `dynamodb:GetItem` */
  readonly action: string;
  /** The full ARN. */
  readonly resource: string;
  /** Values by condition key; a key that is absent or undefined is not in the request. */
  readonly context: RequestContext;
}

const statementMembers: readonly string[] = ['Sid', 'Effect', 'Action', 'Resource', 'Condition'];

/** True if a statement allows the request and none denies it. The statements are understood. */
export function isAllowed(statements: readonly PolicyStatement[], request: AccessRequest): boolean {
  const effects = statements.filter((statement) => appliesTo(statement, request)).map(({ Effect }) => Effect);
  return effects.includes('Allow') && !effects.includes('Deny');
}

/** Checks resolved statements before they are used. Throws an Error that names what is not understood. */
export function checkUnderstood(statements: readonly unknown[]): asserts statements is PolicyStatement[] {
  statements.forEach(checkStatement);
}

function appliesTo(statement: PolicyStatement, { action, resource, context }: AccessRequest): boolean {
  return (
    toList(statement.Action).some((pattern) => matchesAction(pattern, action)) &&
    toList(statement.Resource).some((pattern) => matchesResource(pattern, resource)) &&
    areConditionsMet(statement.Condition ?? {}, context)
  );
}

function checkStatement(statement: unknown): void {
  if (typeof statement !== 'object' || statement === null) throw notUnderstood('statement', statement);
  const parts = new Map(Object.entries(statement));
  for (const [member, value] of parts) {
    if (!statementMembers.includes(member)) throw notUnderstood(`member ${member}`, value);
  }
  const effect: unknown = parts.get('Effect');
  if (effect !== 'Allow' && effect !== 'Deny') throw notUnderstood('Effect', effect);
  checkTexts('Action', parts.get('Action'));
  checkTexts('Resource', parts.get('Resource'));
  checkConditions(parts.get('Condition'));
}

function checkTexts(member: string, value: unknown): void {
  const values: unknown[] = Array.isArray(value) ? value : [value];
  // A `${…}` is a policy variable: its value differs from request to request.
  const isPlain = values.every((text) => typeof text === 'string' && !text.includes('${'));
  if (values.length === 0 || !isPlain) throw notUnderstood(member, value);
}

function toList(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}

function notUnderstood(what: string, value: unknown): Error {
  return new Error(`An IAM statement has a ${what} that is not understood here: ${JSON.stringify(value)}`);
}

// Conditions

/** `actual` is undefined if the key is not in the request. */
type Operator = (actual: readonly string[] | undefined, wanted: readonly string[], key: string) => boolean;

const operators: Readonly<Record<string, Operator>> = {
  StringEquals: (actual, wanted, key) => actual !== undefined && wanted.includes(single(actual, key)),
  StringEqualsIfExists: (actual, wanted, key) => actual === undefined || wanted.includes(single(actual, key)),
  // As in IAM, true for a request without values.
  'ForAllValues:StringEquals': (actual, wanted) => (actual ?? []).every((value) => wanted.includes(value)),
  'ForAllValues:StringLike': (actual, wanted) =>
    (actual ?? []).every((value) => wanted.some((pattern) => matchesText(pattern, value))),
  Null: (actual, wanted) => wanted.includes(String(actual === undefined)),
};

/** All operators and all keys of a Condition must hold. */
function areConditionsMet(conditions: Conditions, context: RequestContext): boolean {
  const values = new Map(Object.entries(context).map(([key, list]) => [key.toLowerCase(), list]));
  return Object.entries(conditions).every(([name, wantedByKey]) =>
    Object.entries(wantedByKey).every(([key, wanted]) => {
      const actual = values.get(key.toLowerCase());
      const wantedTexts = (typeof wanted === 'object' ? wanted : [wanted]).map(String);
      return findOperator(name)(actual?.length ? actual : undefined, wantedTexts, key);
    }),
  );
}

function checkConditions(conditions: unknown): void {
  if (conditions === undefined) return;
  for (const [name, wantedByKey] of entriesOrThrow('Condition', conditions)) {
    findOperator(name);
    for (const [key, wanted] of entriesOrThrow(`Condition ${name}`, wantedByKey))
      checkWanted(`${name} ${key}`, wanted);
  }
}

function findOperator(name: string): Operator {
  const operator = Object.hasOwn(operators, name) ? operators[name] : undefined;
  if (operator) return operator;
  throw new Error(`An IAM statement has a condition operator that is not understood here: ${name}`);
}

function checkWanted(place: string, wanted: unknown): void {
  for (const value of Array.isArray(wanted) ? wanted : [wanted]) {
    const isPlain = typeof value === 'string' && !value.includes('${');
    const isFlag = place.startsWith('Null ') && /^(true|false)$/.test(String(value));
    if (place.startsWith('Null ') ? isFlag : isPlain) continue;
    throw new Error(
      `An IAM condition has a value that is not understood here: ${place} ${JSON.stringify(wanted)}`,
    );
  }
}

function entriesOrThrow(place: string, value: unknown): [string, unknown][] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return Object.entries(value);
  throw notUnderstood(place, value);
}

function single(values: readonly string[], key: string): string {
  const [value = '', ...others] = values;
  if (others.length === 0) return value;
  throw new Error(
    `The condition key ${key} has several values; only ForAllValues: operators can compare them.`,
  );
}

// Wildcards: `*` is any text, `?` any one character. A pattern matches the whole name.

/** Action names are case-insensitive, as in IAM. */
function matchesAction(pattern: string, action: string): boolean {
  return matchesText(pattern.toLowerCase(), action.toLowerCase());
}

/** As `StringLike` compares. */
function matchesText(pattern: string, text: string): boolean {
  return /[*?]/.test(pattern) ? toExpression(pattern).test(text) : pattern === text;
}

/** A wildcard in one of an ARN's first five parts matches only within that part; only `*` alone matches any resource. */
export function matchesResource(pattern: string, arn: string): boolean {
  if (pattern === '*' || pattern === arn) return true;
  const parts = splitArn(arn);
  const patterns = splitArn(pattern);
  return (
    parts.length === patterns.length && patterns.every((part, index) => matchesText(part, parts[index] ?? ''))
  );
}

/** The sixth part, the resource's own name, may contain colons. */
function splitArn(arn: string): string[] {
  const parts = arn.split(':');
  return [...parts.slice(0, 5), ...(parts.length > 5 ? [parts.slice(5).join(':')] : [])];
}

function toExpression(pattern: string): RegExp {
  const literal = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${literal.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's');
}
