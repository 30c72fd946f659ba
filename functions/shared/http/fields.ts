/**
 * Field schemas with Django REST Framework's rules and words. A schema sees unverified values and yields trimmed, typed text;
 * every message that applies to a field is listed, in DRF's order.
 */
import * as v from 'valibot';
import {
  MAX_EMAIL_CHARACTERS,
  MAX_LOGIN_PASSWORD_BYTES,
  MAX_PASSWORD_BYTES,
  MAX_PASSWORD_CHARACTERS,
  MAX_USERNAME_CHARACTERS,
} from '../domain/limits';
import { isEmail, isLongerThan, isUsername, loneSurrogate, toNfkc } from '../domain/text';
import type { UnverifiedFields } from './body';
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

/** Passwords are taken as typed, in NFKC: keyboards differ in how they compose a letter (NIST SP 800-63B, Password Verifiers). */
const untrimmedText = (maxCharacters: number) =>
  v.pipe(cleanText(NOT_TEXT), v.nonEmpty(NOT_BLANK), nfkc(maxCharacters));

/** A name as an existing user types it at login, of any length; `canonicalUsername` bounds what it normalises. */
export const usernameToFind = () => trimmedText();

/** A password as an existing user types it at login, of any length. Over 1024 characters it is not normalised, so never over 4096 bytes. */
export const passwordToCheck = () => untrimmedText(MAX_LOGIN_PASSWORD_BYTES / 4);

/** A name for a new user; yields its NFKC form. */
export const newUsername = () =>
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
export const newEmail = () =>
  v.pipe(
    trimmedText(INVALID_EMAIL),
    nfkc(MAX_EMAIL_CHARACTERS),
    v.check(isEmail, INVALID_EMAIL),
    atMost(MAX_EMAIL_CHARACTERS),
  );

/** A password's form; whether it is a good one is `domain/password-rules.ts`. */
export const newPassword = () =>
  v.pipe(
    untrimmedText(MAX_PASSWORD_CHARACTERS),
    atMost(MAX_PASSWORD_CHARACTERS),
    v.check(
      (text) => isLongerThan(text, MAX_PASSWORD_CHARACTERS) || Buffer.byteLength(text) <= MAX_PASSWORD_BYTES,
      `Ensure this password has no more than ${MAX_PASSWORD_BYTES} bytes.`,
    ),
  );

/** One of a list; the first of it when the field is missing. */
export const choice = (choices: readonly [string, ...string[]]) =>
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

/** A body of these fields. Members that are not listed are ignored and cannot be smuggled in. */
export const fields = <Entries extends v.ObjectEntries>(entries: Entries) => v.object(entries, REQUIRED);

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
