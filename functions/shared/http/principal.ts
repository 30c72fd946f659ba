/**
 * Who is calling, as the authorizer found out. It travels through API Gateway as the authorizer's context, whose values arrive
 * as text on AWS and in their own types elsewhere.
 */
import { ApiError, messages } from './errors';

/** A user whose token is valid, and the session that it belongs to. */
export interface Principal {
  /** The `id` of the user's JSON. */
  readonly userId: number;
  /** One of the setting `roles`. */
  readonly role: string;
  /** The public name of the session. */
  readonly sessionId: string;
  /** How often all sessions of the user had been ended at once when the authorizer looked. */
  readonly sessionGeneration: number;
  /** Epoch seconds: the end of the token that is current. */
  readonly tokenExpiresAt: number;
  /** Epoch seconds: the end of the session, which no refresh passes. */
  readonly sessionExpiresAt: number;
  /** What leads from the token to its successor; only on routes that accept superseded tokens, for a refresh in one write. */
  readonly successorSalt?: string;
}

/** What is read of an event of API Gateway. */
export interface AuthorizedEvent {
  /** `authorizer` has the principal's values, as text or in their own types. */
  readonly requestContext: { readonly authorizer?: Readonly<Record<string, unknown>> | null | undefined };
}

/** A principal of a request, or `undefined` when no authorizer vouched for one: then nothing may be done. */
export function readPrincipal(event: AuthorizedEvent): Principal | undefined {
  const context: Record<string, unknown> = event.requestContext.authorizer ?? {};
  const text = (name: keyof Principal) => String(context[name] ?? '');
  const number = (name: keyof Principal) => Number.parseInt(text(name), 10);
  const principal = {
    userId: number('userId'),
    role: text('role'),
    sessionId: text('sessionId'),
    sessionGeneration: number('sessionGeneration'),
    tokenExpiresAt: number('tokenExpiresAt'),
    sessionExpiresAt: number('sessionExpiresAt'),
  };
  if (!Object.values(principal).every(isPresent)) return undefined;
  const successorSalt = text('successorSalt');
  return successorSalt === '' ? principal : { ...principal, successorSalt };
}

/**
 * What to answer when there is no principal, as the authorizer says. In AWS it lets no such request through but one of a role that may do
 * nothing; under `sam local` all. Values arrive as text on AWS.
 */
export function toRefusalError(event: AuthorizedEvent): ApiError {
  const { detail, unavailable, forbidden } = event.requestContext.authorizer ?? {};
  if (String(forbidden) === 'true') return new ApiError('permission_denied', messages.permissionDenied);
  if (unavailable === true) return new ApiError('unavailable', messages.unavailable);
  return new ApiError('not_authenticated', typeof detail === 'string' ? detail : messages.credentialsMissing);
}

const isPresent = (value: string | number): boolean => value !== '' && !Number.isNaN(value);
