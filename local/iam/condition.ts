/** The condition operators that CDK writes here. All of a Condition's operators and keys must hold. */
import { matchesText } from './wildcards';

export type Conditions = Readonly<
  Record<string, Readonly<Record<string, string | boolean | readonly string[]>>>
>;
export type RequestContext = Readonly<Record<string, readonly string[] | undefined>>;

/** `actual` is undefined if the key is not in the request. */
type Operator = (actual: readonly string[] | undefined, wanted: readonly string[], key: string) => boolean;

const operators: Readonly<Record<string, Operator>> = {
  StringEquals: (actual, wanted, key) => actual !== undefined && wanted.includes(single(actual, key)),
  StringEqualsIfExists: (actual, wanted, key) => actual === undefined || wanted.includes(single(actual, key)),
  // True of no values at all, as in IAM: it restricts what is asked for, it does not demand that something is.
  'ForAllValues:StringEquals': (actual, wanted) => (actual ?? []).every((value) => wanted.includes(value)),
  'ForAllValues:StringLike': (actual, wanted) =>
    (actual ?? []).every((value) => wanted.some((pattern) => matchesText(pattern, value))),
  Null: (actual, wanted) => wanted.includes(String(actual === undefined)),
};

export function areConditionsMet(conditions: Conditions, context: RequestContext): boolean {
  const values = new Map(Object.entries(context).map(([key, list]) => [key.toLowerCase(), list]));
  return Object.entries(conditions).every(([name, wantedByKey]) =>
    Object.entries(wantedByKey).every(([key, wanted]) => {
      const actual = values.get(key.toLowerCase());
      return operatorFor(name)(actual?.length ? actual : undefined, textsOf(wanted), key);
    }),
  );
}

/** Throws an Error that names the operator or the value that is not known. */
export function checkConditions(conditions: unknown): void {
  if (conditions === undefined) return;
  for (const [name, wantedByKey] of membersOf('Condition', conditions)) {
    operatorFor(name);
    for (const [key, wanted] of membersOf(`Condition ${name}`, wantedByKey))
      checkWanted(`${name} ${key}`, wanted);
  }
}

function operatorFor(name: string): Operator {
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

function membersOf(place: string, value: unknown): [string, unknown][] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return Object.entries(value);
  throw new Error(`An IAM statement has a ${place} that is not understood here: ${JSON.stringify(value)}`);
}

function single(values: readonly string[], key: string): string {
  const [value = '', ...others] = values;
  if (others.length === 0) return value;
  throw new Error(
    `The condition key ${key} has several values; only ForAllValues: operators can compare them.`,
  );
}

function textsOf(wanted: string | boolean | readonly string[]): readonly string[] {
  return (typeof wanted === 'object' ? wanted : [wanted]).map(String);
}
