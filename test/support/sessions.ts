/** Sessions and principals as data, around one token and one moment. */
import type { Session, SessionOwner } from '../../functions/shared/domain/session';
import {
  deriveSuccessor,
  digestToken,
  parseUnverifiedToken,
  type Token,
} from '../../functions/shared/domain/token';
import type { ProtectedRequest } from '../../functions/shared/http/create-handler';
import type { Principal } from '../../functions/shared/http/principal';
import { recordingLog } from './log';

/** Epoch seconds. */
export const NOW = 1_800_000_000;
export const SALT = 'a'.repeat(32);
export const token = parseUnverifiedToken('f2afca0567cd22a156f3791b7374ea774fd4b529')!;

export const owner: SessionOwner = { id: 1, role: 'CLERK', isActive: true, sessionGeneration: 0 };

/** A session whose current token is the given one, issued ten seconds ago. */
export const sessionWith = (current: Token = token, overrides: Partial<Session> = {}): Session => ({
  id: '0123456789abcdef',
  userId: 1,
  sessionGeneration: 0,
  tokenDigest: digestToken(current),
  successorSalt: SALT,
  refreshCount: 0,
  createdAtMs: (NOW - 10) * 1000,
  refreshedAt: NOW - 10,
  expiresAt: NOW + 100,
  sessionExpiresAt: NOW + 1000,
  device: 'Phone/1.0',
  ...overrides,
});

/** The session after its token was refreshed so many times. */
export function refreshedSession(first: Token, times: number, overrides: Partial<Session> = {}): Session {
  let current = first;
  for (let count = 0; count < times; count += 1) current = deriveSuccessor(current, SALT);
  return sessionWith(current, { refreshCount: times, ...overrides });
}

export const principal: Principal = {
  userId: 1,
  role: 'CLERK',
  sessionId: '0123456789abcdef',
  sessionGeneration: 0,
  tokenExpiresAt: NOW + 100,
  sessionExpiresAt: NOW + 1000,
};

export const protectedRequest = (overrides: Partial<ProtectedRequest> = {}): ProtectedRequest => ({
  principal,
  token,
  caller: { device: 'Phone/1.0', sourceIp: '203.0.113.7' },
  body: undefined,
  pathParameters: {},
  query: {},
  log: recordingLog(),
  ...overrides,
});
