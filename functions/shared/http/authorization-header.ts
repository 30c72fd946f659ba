/** Reads `Authorization: Token <token>` the way Django REST Framework's TokenAuthentication does. */
import { parseUnverifiedToken, type Token } from '../domain/token';
import { messages } from './errors';
import type { Headers } from './headers';
import { header } from './headers';

export type Credentials =
  | { readonly ok: true; readonly unverifiedToken: Token }
  | { readonly ok: false; readonly detail: string; readonly reason: CredentialsProblem };

export type CredentialsProblem = 'credentials_missing' | 'token_malformed';

const refuse = (detail: string, reason: CredentialsProblem = 'token_malformed'): Credentials => ({
  ok: false,
  detail,
  reason,
});

/** The token that a request presents, or what to tell the caller who presents none. Proves nothing about the token. */
export function readCredentials(headers: Headers): Credentials {
  const [scheme, token, ...rest] = (header(headers, 'authorization') ?? '')
    .split(/[ \t\r\n\v\f]+/)
    .filter(Boolean);
  if (scheme?.toLowerCase() !== 'token') return refuse(messages.credentialsMissing, 'credentials_missing');
  if (token === undefined) return refuse(messages.tokenMissing);
  if (rest.length > 0) return refuse(messages.tokenWithSpaces);
  const unverifiedToken = parseUnverifiedToken(token);
  return unverifiedToken ? { ok: true, unverifiedToken } : refuse(messages.tokenInvalid);
}
