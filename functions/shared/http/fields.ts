/**
 * Field schemas with Django REST Framework's rules and words. A schema sees unverified values and yields trimmed, typed text;
 * every message that applies to a field is listed, in DRF's order.
 */
import * as v from 'valibot';
import { parseCode } from '../domain/challenge';
import {
  MAX_EMAIL_CHARACTERS,
  MAX_PASSWORD_CHARACTERS,
  MAX_TYPED_CODE_CHARACTERS,
  MAX_USERNAME_CHARACTERS,
} from '../domain/limits';
import { isEmail, isLongerThan, isUsername, loneSurrogate, toNfkc } from '../domain/text';
import { parseRoles, type Setting } from '../environment';
import { type BodyEvent, readFields, type UnverifiedFields } from './body';
import { type FieldErrors, InvalidFieldsError, messages } from './errors';

const REQUIRED = 'This field is required.';
const NOT_NULL = 'This field may not be null.';
const NOT_BLANK = 'This field may not be blank.';
const NOT_TEXT = 'Not a valid string.';

const noNull = v.check((text: string) => !text.includes('\0'), 'Null characters are not allowed.');
const noSurrogate = v.check(
  (text: string) => loneSurrogate(text) === undefined,
  (issue) => `Surrogate characters are not allowed: ${loneSurrogate(issue.input)}.`,
);
const atMost = (count: number) =>
  v.check(
    (text: string) => !isLongerThan(text, count),
    `Ensure this field has no more than ${count} characters.`,
  );

/** Text without NUL and lone surrogates. Anything else is `notText`. */
const cleanText = (notText: string) =>
  v.pipe(
    v.string((issue) => (issue.input === null ? NOT_NULL : notText)),
    noNull,
    noSurrogate,
  );

/** Valibot runs no transformation on a value that failed before it, so a blank field hears of nothing else. */
const trimmedText = (notText = NOT_TEXT) =>
  v.pipe(
    cleanText(notText),
    v.check((text) => text.trim() !== '', NOT_BLANK),
    v.transform((text) => text.trim()),
  );

/**
 * In NFKC if it has at most `maxCharacters` as typed. A longer text stays as it is, and the limit on characters refuses it: bringing it
 * into NFKC would cost too much.
 */
const nfkc = (maxCharacters: number) => v.transform((text: string) => toNfkc(text, maxCharacters));

/** A name as an existing user types it at login, of any length; `canonicalUsername` bounds what it normalises. */
const usernameToFind = () => trimmedText();

/** A password of any length, as received: it is brought into NFKC where it is judged, hashed or compared. */
const untrimmedText = () => v.pipe(cleanText(NOT_TEXT), v.nonEmpty(NOT_BLANK));

/** A name for a new user; yields its NFKC form. */
const newUsername = () =>
  v.pipe(
    trimmedText(),
    nfkc(MAX_USERNAME_CHARACTERS),
    v.check(
      isUsername,
      'Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.',
    ),
    atMost(MAX_USERNAME_CHARACTERS),
  );

const INVALID_EMAIL = 'Enter a valid email address.';

/** An address for a new user; yields its NFKC form. */
const newEmail = () =>
  v.pipe(
    trimmedText(INVALID_EMAIL),
    nfkc(MAX_EMAIL_CHARACTERS),
    v.check(isEmail, INVALID_EMAIL),
    atMost(MAX_EMAIL_CHARACTERS),
  );

/** A password's form; whether it is a good one is `domain/password-rules.ts`. */
const newPassword = () => v.pipe(untrimmedText(), atMost(MAX_PASSWORD_CHARACTERS));

/** One of a list; the first of it when the field is missing. */
const choice = (choices: readonly [string, ...string[]]) =>
  v.optional(
    v.pipe(
      cleanText(NOT_TEXT),
      v.transform((text) => text.trim()),
      v.check(
        (text) => choices.includes(text),
        (issue) => messages.invalidChoice(issue.input),
      ),
    ),
    choices[0],
  );

/**
 * A kind of field: what is accepted of it, and in JSON Schema what descriptions of the API say of that. They refuse nothing that is accepted,
 * and leave out what few tools understand.
 */
export interface FieldKind<Schema extends v.GenericSchema = v.GenericSchema> {
  /** Takes the settings that the kind depends on from a function's environment. */
  readonly schema: (environment: Readonly<Partial<Record<Setting, string>>>) => Schema;
  readonly jsonSchema: Readonly<Record<string, unknown>>;
}

export const existingUsername = {
  schema: usernameToFind,
  jsonSchema: { type: 'string', minLength: 1 },
} satisfies FieldKind;

export const existingPassword = {
  schema: untrimmedText,
  jsonSchema: { type: 'string', format: 'password', minLength: 1 },
} satisfies FieldKind;

export const username = {
  schema: newUsername,
  jsonSchema: {
    type: 'string',
    maxLength: MAX_USERNAME_CHARACTERS,
    pattern: '^[\\p{L}\\p{N}_.@+-]+$',
  },
} satisfies FieldKind;

export const email = {
  schema: newEmail,
  jsonSchema: { type: 'string', format: 'email', maxLength: MAX_EMAIL_CHARACTERS },
} satisfies FieldKind;

/** Only its form: whether it is a good one is `domain/password-rules.ts`. */
export const password = {
  schema: newPassword,
  jsonSchema: {
    type: 'string',
    format: 'password',
    // The least that a deployment can set.
    minLength: 8,
    maxLength: MAX_PASSWORD_CHARACTERS,
  },
} satisfies FieldKind;

/** The new password once more; may be left out. */
export const repeatedPassword = {
  schema: () => v.optional(untrimmedText()),
  jsonSchema: { type: 'string', format: 'password', minLength: 1 },
} satisfies FieldKind;

/** A user as links name one; whether it can be one is looked at where it is used. */
export const uid = {
  schema: () => trimmedText(),
  jsonSchema: { type: 'string', pattern: '^[A-Za-z0-9_-]{7}$' },
} satisfies FieldKind;

export const linkToken = {
  schema: () => trimmedText(),
  jsonSchema: { type: 'string', pattern: '^[0-9a-f]{32}$' },
} satisfies FieldKind;

/** Six digits as people type them; `undefined` for what cannot be a code, which is as wrong as any other. */
export const code = {
  schema: () => v.pipe(trimmedText(), v.transform(parseCode)),
  jsonSchema: { type: 'string', minLength: 6, maxLength: MAX_TYPED_CODE_CHARACTERS },
} satisfies FieldKind;

/** One of the roles that are open to signup. */
export const signupRole = {
  schema: ({ SIGNUP_ROLES = '' }: Readonly<Partial<Record<Setting, string>>>) =>
    choice(parseRoles(SIGNUP_ROLES)),
  jsonSchema: { type: 'string', pattern: '^[A-Z][A-Z0-9_]{0,31}$' },
} satisfies FieldKind;

export type FieldKinds = Readonly<Record<string, FieldKind>>;

/** The typed fields of a body of these kinds. */
export type FieldsOf<Kinds extends FieldKinds> = {
  readonly [Name in keyof Kinds]: v.InferOutput<ReturnType<Kinds[Name]['schema']>>;
};

/** Fields of these kinds. Members that are not listed are ignored and cannot be smuggled in. */
export const bodySchema = (kinds: FieldKinds, environment: Readonly<Partial<Record<Setting, string>>>) =>
  v.object(
    Object.fromEntries(Object.entries(kinds).map(([name, kind]) => [name, kind.schema(environment)])),
    REQUIRED,
  );

/** Reads the body of a request as fields of these kinds. */
export function createBodyReader<const Kinds extends FieldKinds>(
  kinds: Kinds,
  environment: Readonly<Partial<Record<Setting, string>>>,
): (event: BodyEvent) => Promise<FieldsOf<Kinds>> {
  const schema = bodySchema(kinds, environment);
  return async (event) => checkFields(schema, await readFields(event)) as FieldsOf<Kinds>;
}

/**
 * The typed fields of a body.
 * @throws InvalidFieldsError with every message of every bad field.
 */
export function checkFields<Schema extends v.GenericSchema>(
  schema: Schema,
  unverified: UnverifiedFields,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, Object.fromEntries(unverified));
  if (result.success) return result.output;
  throw new InvalidFieldsError((v.flatten(result.issues).nested ?? {}) as FieldErrors);
}
