/**
 * What a description of the API says besides what it derives from the definitions. Data only, and in no bundle: the description of an
 * endpoint is a constant of its own, in which no expression keeps esbuild from leaving it out, such as a spread or `messages.notFound`.
 */

/** JSON Schema, draft 2020-12. One with a `title` becomes a component of that name. */
type JsonSchema = Readonly<Record<string, unknown>>;

interface Described {
  readonly description: string;
  readonly schema: JsonSchema;
}

export interface ResponseDescription {
  readonly description: string;
  /** Absent: no content. */
  readonly schema?: JsonSchema;
  readonly example?: unknown;
  /** Besides those of every response. */
  readonly headers?: readonly HeaderName[];
}

export interface EndpointDescription {
  readonly tag: keyof typeof tags;
  /** What the summary of its route leaves open, in Markdown. */
  readonly notes?: string;
  /** Those of the path; any other is an optional one of the query. */
  readonly parameters?: Readonly<Record<string, Described>>;
  /** Its successes, and refusals of its own. `cli/openapi.ts` adds those that follow from route, body and parameters. */
  readonly responses: Readonly<Record<number, ResponseDescription>>;
}

/** The groups of endpoints, in this order. */
export const tags = {
  Sessions: 'Signing up, signing in and out, and the sessions of a user.',
  Account: 'A signed-in user shows, changes, exports and deletes the account.',
  Messages: 'What a user does by a link or a code in a message, without being signed in.',
} as const;

/** The members of request bodies. */
export const memberDescriptions: Readonly<Record<string, string>> = {
  username: 'Letters, digits and `@ . + - _`. Upper and lower case make no difference.',
  new_username: 'Letters, digits and `@ . + - _`. Upper and lower case make no difference.',
  email: 'Upper and lower case make no difference.',
  password: 'Spaces around it count. A new one has at least 8 characters; a deployment can ask for more.',
  current_password: 'The password as it is now.',
  new_password:
    'At least 8 characters; a deployment can ask for more. Not digits alone, and not like username or email.',
  re_new_password: 'The same as `new_password`.',
  role: 'One of the roles that the deployment opens to signup: `CLERK`, unless it sets others.',
  uid: '`uid` of the link.',
  token: '`token` of the link.',
  code: 'The six digits of the message.',
};

const seconds = { type: 'integer', minimum: 0 } as const;

/** The headers of responses. */
export const headers = {
  'Cache-Control': {
    description: 'Always `no-store`.',
    required: true,
    schema: { type: 'string', const: 'no-store' },
  },
  'Token-Expires-In': { description: 'Seconds until the token expires.', required: true, schema: seconds },
  'Session-Expires-In': {
    description: 'Seconds until the session ends, which no refresh extends.',
    required: true,
    schema: seconds,
  },
  'Retry-After': {
    description: 'Seconds to wait before another attempt.',
    required: true,
    schema: seconds,
  },
  // Not required: API Gateway renames it in the few 401s that functions send.
  'WWW-Authenticate': { description: 'Always `Token`.', schema: { type: 'string', const: 'Token' } },
  'Content-Disposition': {
    description: 'The name of the file.',
    required: true,
    schema: { type: 'string' },
  },
} as const satisfies Readonly<Record<string, Described & { readonly required?: true }>>;

export type HeaderName = keyof typeof headers;

export const EXPIRY = ['Token-Expires-In', 'Session-Expires-In'] as const;

/** Every failure but those of fields. */
export const detail = {
  title: 'Detail',
  type: 'object',
  required: ['detail'],
  properties: { detail: { type: 'string' } },
} as const;

export const fieldErrors = {
  title: 'FieldErrors',
  description:
    'By member of the body, every message that applies; `non_field_errors`: about the body as a whole.',
  type: 'object',
  additionalProperties: { type: 'array', items: { type: 'string' }, minItems: 1 },
  minProperties: 1,
} as const;

export const tokenText = {
  type: 'string',
  pattern: '^[0-9a-f]{40}$',
  description: 'For the header `Authorization: Token <token>`.',
} as const;

export const token = {
  title: 'Token',
  type: 'object',
  required: ['token'],
  properties: { token: tokenText },
} as const;

export const message = {
  title: 'Message',
  type: 'object',
  required: ['message'],
  properties: { message: { type: 'string' } },
} as const;

const userProperties = {
  id: { type: 'integer', format: 'int64', minimum: 1 },
  username: { type: 'string' },
  email: { type: 'string' },
  role: { type: 'string', description: 'One of the roles that the deployment sets.' },
} as const;

export const user = {
  title: 'User',
  type: 'object',
  required: ['id', 'username', 'email', 'role'],
  properties: userProperties,
} as const;

/** What users are shown of themselves. */
export const profile = {
  title: 'Profile',
  type: 'object',
  required: ['id', 'username', 'email', 'role'],
  properties: {
    ...userProperties,
    email_verified: { type: 'boolean', description: 'Only where the deployment verifies addresses.' },
  },
} as const;

const time = { type: 'string', format: 'date-time' } as const;

export const sessionId = { type: 'string', pattern: '^[0-9a-f]{16}$' } as const;

export const session = {
  title: 'Session',
  type: 'object',
  required: ['id', 'created_at', 'last_refreshed_at', 'expires_at', 'device', 'current'],
  properties: {
    id: sessionId,
    created_at: time,
    last_refreshed_at: { ...time, type: ['string', 'null'] },
    expires_at: { ...time, description: 'When the session ends unless it is refreshed.' },
    device: { type: 'string', description: 'The `User-Agent` of the login.' },
    current: { type: 'boolean', description: 'Whether it is the session of the request.' },
  },
} as const;

export const accountExport = {
  title: 'AccountExport',
  type: 'object',
  required: ['exported_at', 'format', 'user', 'sessions', 'pending'],
  properties: {
    exported_at: time,
    format: { type: 'integer', description: 'The version of this form.' },
    user: {
      title: 'ExportedUser',
      type: 'object',
      required: ['id', 'username', 'email', 'role', 'created_at', 'email_verified', 'is_active', 'imported'],
      properties: {
        ...userProperties,
        created_at: time,
        email_verified: { type: 'boolean' },
        pending_email: { type: 'string', description: 'The address that is to be confirmed.' },
        is_active: { type: 'boolean' },
        imported: {
          type: 'object',
          description: 'What was imported with the user.',
          additionalProperties: true,
        },
      },
    },
    sessions: { type: 'array', items: session },
    pending: {
      type: 'array',
      description: 'The messages that wait for an answer.',
      items: {
        title: 'PendingMessage',
        type: 'object',
        required: ['purpose', 'expires_at'],
        properties: {
          purpose: { type: 'string', enum: ['reset_password', 'activation', 'deletion'] },
          expires_at: time,
        },
      },
    },
  },
} as const;

export const exampleUser = {
  id: 1,
  username: 'newuser',
  email: 'newuser@example.com',
  role: 'CLERK',
} as const;

export const exampleToken = 'f2afca0567cd22a156f3791b7374ea774fd4b529';

export const exampleSession = {
  id: '0123456789abcdef',
  created_at: '2026-01-01T12:00:00Z',
  last_refreshed_at: null,
  expires_at: '2026-01-08T12:00:00Z',
  device: 'ExampleApp/1.0 (Android 15)',
  current: true,
} as const;
