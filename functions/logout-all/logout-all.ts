/** Ends all sessions of the caller at once, this one included unless `?keep=current` spares it. */
import { type Clock, stopwatch } from '../shared/clock';
import { TIDYING_PATIENCE_MS } from '../shared/domain/limits';
import { findDeadSessions, toSeconds } from '../shared/domain/session';
import type { ProtectedRequest } from '../shared/http/create-handler';
import { ApiError, InvalidFieldsError, messages } from '../shared/http/errors';
import type { HttpResponse } from '../shared/http/response';
import { listSessionsToTidy } from '../shared/http/session-list';
import type { GenerationStore } from '../shared/store/generations';
import type { SessionStore } from '../shared/store/sessions';

export interface LogoutAllDependencies {
  readonly clock: Clock;
  readonly users: Pick<GenerationStore, 'endAllSessions' | 'endOtherSessions'>;
  readonly sessions: Pick<SessionStore, 'list' | 'removeAll'>;
}

export async function logoutAll(
  request: ProtectedRequest,
  dependencies: LogoutAllDependencies,
): Promise<HttpResponse> {
  const { principal, token, query, log } = request;
  const { users } = dependencies;
  const elapsed = stopwatch();
  const isOneKept = keepsCurrent(query);
  const generation = isOneKept
    ? await users.endOtherSessions({ ...principal, key: token })
    : await users.endAllSessions(token.locator, principal.userId);
  if (isOneKept && generation === undefined) throw new ApiError('not_authenticated', messages.tokenInvalid);
  log.event(isOneKept ? 'other_sessions_ended' : 'all_sessions_ended');
  // The sessions are over; what is left of them is deleted here if there is time, or else by a later login.
  if (generation !== undefined && elapsed() < TIDYING_PATIENCE_MS)
    await tidy(request, generation, dependencies).catch(log.failure);
  return { status: 204 };
}

async function tidy(
  { principal: { userId }, token, log }: ProtectedRequest,
  sessionGeneration: number,
  { clock, sessions }: LogoutAllDependencies,
): Promise<void> {
  const holder = { userId, sessionGeneration };
  const now = toSeconds(clock());
  const stored = await listSessionsToTidy(token.locator, { holder, now }, { ...sessions, log });
  await sessions.removeAll(findDeadSessions(stored.sessions, holder, now));
}

/**
 * @throws InvalidFieldsError for anything but `keep=current` among the parameters whose names begin with `keep`: a typing error must not
 * end this session.
 */
function keepsCurrent(query: ProtectedRequest['query']): boolean {
  const names = Object.keys(query).filter((name) => /^keep/i.test(name));
  const misspelt = names.find((name) => name !== 'keep');
  if (misspelt !== undefined)
    throw new InvalidFieldsError({ [misspelt]: ['Unknown parameter. Did you mean "keep"?'] });
  const values = query['keep'];
  if (values === undefined) return false;
  const wrong = values.find((value) => value !== 'current');
  if (wrong !== undefined) throw new InvalidFieldsError({ keep: [messages.invalidChoice(wrong)] });
  return true;
}
