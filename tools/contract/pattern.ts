/** What an answer's body should be, where not every value is known before. */

export class Pattern {
  readonly says: string;
  readonly holds: (value: unknown) => boolean;

  constructor(says: string, holds: (value: unknown) => boolean) {
    this.says = says;
    this.holds = holds;
  }

  toJSON(): string {
    return `<${this.says}>`;
  }
}

export const aText = (says: string, form: RegExp): Pattern =>
  new Pattern(says, (value) => typeof value === 'string' && form.test(value));

export const aToken = aText('a token of 40 hex digits', /^[0-9a-f]{40}$/);
export const aRole = aText('a role', /^[A-Z][A-Z_]*$/);
export const aTime = aText('a time in UTC', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
export const wholeSeconds = aText('whole seconds', /^[1-9]\d*$/);
export const anId = new Pattern(
  'a positive integer',
  (value) => Number.isSafeInteger(value) && Number(value) > 0,
);
export const aTruth = new Pattern('true or false', (value) => typeof value === 'boolean');
export const listOf = (each: unknown): Pattern =>
  new Pattern(
    `a list of ${JSON.stringify(each).replaceAll('"', '')}`,
    (value) => Array.isArray(value) && value.every((one) => matches(each, one)),
  );
export const orNull = (pattern: Pattern): Pattern =>
  new Pattern(`${pattern.says} or null`, (value) => value === null || pattern.holds(value));
/** Exactly these members, in this order. */
export function matches(expected: unknown, actual: unknown): boolean {
  if (expected instanceof Pattern) return expected.holds(actual);
  if (!isObject(expected) || !isObject(actual)) return Object.is(expected, actual);
  if (Array.isArray(expected) !== Array.isArray(actual)) return false;
  const [wanted, given] = [Object.entries(expected), Object.entries(actual)];
  return (
    wanted.length === given.length &&
    wanted.every(([name, value], at) => given[at]?.[0] === name && matches(value, given[at][1]))
  );
}

/** Whether a pattern or value stands somewhere in it. */
export function contains(expected: unknown, part: unknown): boolean {
  if (expected === part) return true;
  if (!isObject(expected) || expected instanceof Pattern) return false;
  return Object.values(expected).some((value) => contains(value, part));
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
