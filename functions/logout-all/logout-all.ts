/** Ends all sessions of the caller at once, this one included unless `?keep=current` spares it. */
import { ApiError, InvalidFieldsError, messages } from '../shared/http/errors';
import type { ProtectedRequest } from '../shared/http/protected-endpoint';
import type { Answer } from '../shared/http/response';
import type { SessionAddress } from '../shared/store/schema';
import type { KeptSession } from '../shared/store/session-generation';

export interface LogoutAllDependencies {
  readonly endAllSessions: (locator: string, userId: number) => Promise<void>;
  readonly endOtherSessions: (address: SessionAddress, kept: KeptSession) => Promise<boolean>;
}

export async function logoutAll(
  { principal, token, query, log }: ProtectedRequest,
  { endAllSessions, endOtherSessions }: LogoutAllDependencies,
): Promise<Answer> {
  if (!keepsCurrent(query['keep'])) {
    await endAllSessions(token.locator, principal.userId);
    log.event('all_sessions_ended');
    return { status: 204 };
  }
  const isDone = await endOtherSessions(token, principal);
  if (!isDone) throw new ApiError('not_authenticated', messages.tokenInvalid);
  log.event('other_sessions_ended');
  return { status: 204 };
}

/** @throws InvalidFieldsError for anything but `keep=current`, once, or no `keep` at all: a typo must not end this session. */
function keepsCurrent(values: readonly string[] | undefined): boolean {
  if (values === undefined) return false;
  const wrong = values.find((value) => value !== 'current');
  if (wrong === undefined) return true;
  throw new InvalidFieldsError({ keep: [messages.invalidChoice(wrong)] });
}
