/**
 * From a request's bytes to its fields: JSON, urlencoded form and multipart form alike. Whatever a client sends, the outcome is a
 * plain map or an error of the contract. Values are still unverified; see `fields.ts`. A number in JSON is there as its text, unless that is not
 * the text which was written.
 */
import { MIMEType } from 'node:util';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { MAX_BODY_BYTES, MAX_BODY_PARTS, MAX_CONTENT_TYPE_CHARACTERS } from '../domain/limits';
import { ApiError, InvalidFieldsError, messages, shown } from './errors';
import { header } from './headers';
import { jsonMembers } from './json-members';
import { readMultipart } from './multipart';

export type UnverifiedFields = ReadonlyMap<string, unknown>;

type Members = Iterable<readonly [name: string, value: unknown]>;
export type BodyEvent = Pick<APIGatewayProxyEvent, 'body' | 'headers' | 'isBase64Encoded'>;

/**
 * The fields of a request's body; none for an empty body.
 * @throws ApiError `too_large`, `unsupported_media_type`, `parse_error`; InvalidFieldsError for JSON that is no object.
 */
export async function readFields(event: BodyEvent): Promise<UnverifiedFields> {
  const bytes = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > MAX_BODY_BYTES) throw new ApiError('too_large', messages.bodyTooLarge);
  if (bytes.length === 0) return new Map();
  const contentType = header(event.headers, 'content-type') ?? '';
  const type = readableType(contentType);
  switch (type?.essence) {
    case 'application/json':
      return uniqueFields('JSON', await attempt('JSON', () => readJson(bytes)));
    case 'application/x-www-form-urlencoded':
      return uniqueFields('Form', await attempt('Form', () => readForm(bytes)));
    case 'multipart/form-data':
      return uniqueFields('Form', await attempt('Form', () => readParts(bytes, type)));
    default:
      throw new ApiError('unsupported_media_type', messages.unsupportedMediaType(contentType));
  }
}

const CHARSETS = ['utf-8', 'utf8', 'us-ascii'];

/** `undefined` for a type that is malformed or names another charset: API Gateway has read such a body as UTF-8 and lost its letters. */
function readableType(contentType: string): MIMEType | undefined {
  if (contentType.length > MAX_CONTENT_TYPE_CHARACTERS) return undefined;
  try {
    const type = new MIMEType(contentType);
    const charset = type.params.get('charset') ?? 'utf-8';
    return CHARSETS.includes(charset.toLowerCase()) ? type : undefined;
  } catch {
    return undefined;
  }
}

type Syntax = 'JSON' | 'Form';

const parseError = (syntax: Syntax, reason: string, cause?: unknown): ApiError =>
  new ApiError('parse_error', `${syntax} parse error - ${reason}`, { cause });

async function attempt(syntax: Syntax, parse: () => Members | Promise<Members>): Promise<Members> {
  try {
    return await parse();
  } catch (cause) {
    if (cause instanceof InvalidFieldsError) throw cause;
    throw parseError(syntax, 'Malformed body.', cause);
  }
}

function readJson(bytes: Buffer): Members {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  if (hasReplacementCharacter(text)) throw new TypeError('Invalid UTF-8');
  const members = jsonMembers(text);
  const value: unknown = JSON.parse(text);
  if (value === null) throw nonFieldError('No data provided');
  if (!isObject(value)) {
    throw nonFieldError(`Invalid data. Expected a dictionary, but got ${pythonType(value, text)}.`);
  }
  return members.map(({ name, number }) => [name, isExact(number) ? number : value[name]]);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && !Array.isArray(value);

/**
 * Whether a number becomes the text that was written, in JavaScript and in Python alike: no digit is lost (`12345678901234567891`), none
 * is left out (`1.0`), and neither writes it in another notation (`1e2`, and `0.00001`, which Python has as `1e-05`).
 */
const isExact = (literal: string | undefined): boolean =>
  literal !== undefined && /^-?(?!0\.0000)[\d.]+$/.test(literal) && String(Number(literal)) === literal;

function readForm(bytes: Buffer): Members {
  boundParts(bytes, '&');
  return new URLSearchParams(bytes.toString('utf8'));
}

function readParts(bytes: Buffer, type: MIMEType): Promise<Members> {
  boundParts(bytes, '\n');
  return readMultipart(bytes, type);
}

/** @throws RangeError for more fields, or lines of parts, than any body of ours has. */
function boundParts(bytes: Buffer, separator: '&' | '\n'): void {
  const parts = bytes.toString('latin1').split(separator, MAX_BODY_PARTS + 1);
  if (parts.length > MAX_BODY_PARTS) throw new RangeError('Too many fields');
}

/** No name twice, no `__proto__`, no text that was not UTF-8: no client sends these in good faith. */
function uniqueFields(syntax: Syntax, members: Members): UnverifiedFields {
  const fields = new Map<string, unknown>();
  for (const [name, value] of members) {
    if (name === '__proto__') throw parseError(syntax, 'The name "__proto__" is not allowed.');
    if (fields.has(name))
      throw parseError(syntax, `The name ${JSON.stringify(shown(name))} appears more than once.`);
    if (syntax === 'Form' && typeof value === 'string' && hasReplacementCharacter(value)) {
      throw parseError(syntax, 'Invalid UTF-8.');
    }
    fields.set(name, value);
  }
  return fields;
}

/** API Gateway puts U+FFFD in place of what is not UTF-8 before a function sees the text. */
const hasReplacementCharacter = (text: string): boolean => text.includes('\uFFFD');

const nonFieldError = (message: string): InvalidFieldsError =>
  new InvalidFieldsError({ non_field_errors: [message] });

/** What Python's `json` would have made of it, as DRF names the type. */
function pythonType(value: unknown, text: string): string {
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'string') return 'str';
  if (typeof value === 'boolean') return 'bool';
  return /[.eE]/.test(text) ? 'float' : 'int';
}
