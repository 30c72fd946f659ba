/**
 * The closed list of ways in which a request fails, and what the caller hears. Status and words are Django REST
 * Framework's, because the apps that call this API were written for it. What really happened goes to the log as `cause`.
 */

const details = {
  parse_error: 400,
  not_authenticated: 401,
  permission_denied: 403,
  not_found: 404,
  method_not_allowed: 405,
  too_large: 413,
  unsupported_media_type: 415,
  internal: 500,
  unavailable: 503,
} as const;

export type ErrorCode = keyof typeof details;

/** Field by field, every message that applies; `non_field_errors` for the body as a whole. */
export type FieldErrors = Readonly<Record<string, readonly string[]>>;

/** Ends a request with one of the listed failures. Nothing else is thrown on purpose. */
export class ApiError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.name = 'ApiError';
    this.code = code;
  }

  get status(): number {
    return details[this.code];
  }
}

/** Ends a request with 400 and the messages of each field. */
export class InvalidFieldsError extends Error {
  readonly fields: FieldErrors;

  constructor(fields: FieldErrors) {
    super('Invalid fields');
    this.name = 'InvalidFieldsError';
    this.fields = fields;
  }
}

/** Ends a request with 429: there were too many of its kind. */
export class ThrottledError extends Error {
  readonly waitSeconds: number;

  constructor(waitSeconds: number) {
    super(messages.throttled(waitSeconds));
    this.name = 'ThrottledError';
    this.waitSeconds = waitSeconds;
  }
}

/** Why a request failed, for the log. */
export function toReason(error: unknown): string {
  if (error instanceof ApiError) return error.code;
  if (error instanceof InvalidFieldsError) return 'invalid_fields';
  return error instanceof ThrottledError ? 'throttled' : 'internal';
}

const MAX_SHOWN_CHARACTERS = 100;

/** A client's text as a message may repeat it: cut, with `…` in the place of the rest. */
export function shown(text: string): string {
  const start = [...text.slice(0, 2 * MAX_SHOWN_CHARACTERS)].slice(0, MAX_SHOWN_CHARACTERS).join('');
  return start.length < text.length ? `${start}…` : text;
}

/** The public messages. Functions where the message names something of the request. */
export const messages = {
  credentialsMissing: 'Authentication credentials were not provided.',
  tokenMissing: 'Invalid token header. No credentials provided.',
  tokenWithSpaces: 'Invalid token header. Token string should not contain spaces.',
  tokenInvalid: 'Invalid token.',
  userInactive: 'User inactive or deleted.',
  passwordsDiffer: "The two password fields didn't match.",
  usernameTaken: 'A user with that username already exists.',
  emailTaken: 'user with this email address already exists.',
  uidInvalid: "Invalid user id or user doesn't exist.",
  linkInvalid: 'Invalid token for given user.',
  linkStale: 'Stale token for given user.',
  codeInvalid: 'Invalid or expired code.',
  emailNotVerified: 'E-mail is not verified.',
  loginFailed: 'Unable to log in with provided credentials.',
  permissionDenied: 'You do not have permission to perform this action.',
  invalidChoice: (value: string) => `"${shown(value)}" is not a valid choice.`,
  notFound: 'Not found.',
  methodNotAllowed: (method: string) => `Method "${shown(method)}" not allowed.`,
  bodyTooLarge: 'Request body is too large.',
  unsupportedMediaType: (type: string) => `Unsupported media type "${shown(type)}" in request.`,
  throttled: (seconds: number) =>
    `Request was throttled. Expected available in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`,
  unavailable: 'Service temporarily unavailable.',
  internal: 'Internal server error.',
} as const;
