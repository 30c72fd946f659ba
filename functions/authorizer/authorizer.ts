/** Stands before every protected route of the API. */
import { listRoutes } from '../endpoints';
import { type Session, toSeconds } from '../shared/domain/session';
import { type AuthenticationDependencies, authenticate, type Decision } from '../shared/http/authenticate';
import type { AuthorizationRequest } from '../shared/http/create-authorizer';
import type { OutboxStore } from '../shared/store/outbox';
import type { SessionKey } from '../shared/store/schema';
import type { SessionStore } from '../shared/store/sessions';

export interface AuthorizerDependencies extends AuthenticationDependencies {
  readonly sessions: Pick<SessionStore, 'markTokenUsed' | 'remove'>;
  /** Absent: no other service wants to hear of it. */
  readonly events?: Pick<OutboxStore, 'enqueue'> | undefined;
}

/** Who is calling, or what to tell a caller who may not. Rejects when the database does not answer. */
export const authorize = (
  { resource, ...request }: AuthorizationRequest,
  dependencies: AuthorizerDependencies,
): Promise<Decision> =>
  authenticate(
    { ...request, ...(acceptsSuperseded(resource) && { endReusedSession: endReused(dependencies) }) },
    dependencies,
  );

/** Both at once: this function has no time for one after the other. Under the session's id it is one event, however often it is tried. */
const endReused =
  ({ clock, sessions, events }: AuthorizerDependencies) =>
  async (key: SessionKey, { id, userId }: Session): Promise<void> => {
    const event = { purpose: 'event', event: 'session.reused', userId, sessionId: id } as const;
    const announced = events?.enqueue(event, { now: toSeconds(clock()), id: `reused-${id}` });
    await Promise.all([sessions.remove(key, id), announced]);
  };

const acceptsSuperseded = (resource: string): boolean =>
  listRoutes().some((route) => route.path === resource && route.acceptsSuperseded);
