/** All that is kept of the caller, as a file (GDPR, articles 15 and 20), without hashes, digests and salts. */
import type { Clock } from '../shared/clock';
import { isChallengeOf } from '../shared/domain/challenge';
import { EXPORT_WINDOW_SECONDS, EXPORTS_PER_WINDOW } from '../shared/domain/limits';
import { toSeconds } from '../shared/domain/session';
import { isEmailVerified, toProfile } from '../shared/domain/user';
import type { ProtectedRequest } from '../shared/http/create-handler';
import { ApiError, messages } from '../shared/http/errors';
import { expiryHeaders } from '../shared/http/expiry-headers';
import { refuse } from '../shared/http/rate-limits';
import type { HttpResponse } from '../shared/http/response';
import { isoTime, listLiveSessions, toListed } from '../shared/http/session-list';
import { listChallengeKeys } from '../shared/store/challenge-keys';
import type { ChallengeStore, PendingChallenge } from '../shared/store/challenges';
import type { OutboxStore } from '../shared/store/outbox';
import type { RateLimitStore } from '../shared/store/rate-limits';
import { exportLimitKey } from '../shared/store/schema';
import type { SessionStore } from '../shared/store/sessions';
import type { UserStore } from '../shared/store/users';

export interface ExportMeDependencies {
  readonly clock: Clock;
  readonly users: Pick<UserStore, 'findForExport' | 'findImported'>;
  readonly sessions: Pick<SessionStore, 'list'>;
  readonly challenges: Pick<ChallengeStore, 'listPending'>;
  /** Absent: no other service wants to hear of it. */
  readonly events?: Pick<OutboxStore, 'enqueue'> | undefined;
  readonly rateLimits: Pick<RateLimitStore, 'consumeFixedWindow'>;
}

const RULES = { attempts: EXPORTS_PER_WINDOW, windowSeconds: EXPORT_WINDOW_SECONDS };

/** The form of the file. A change that a reader could trip over gets another number. */
const FORMAT = 1;

export async function exportMe(
  request: ProtectedRequest,
  { clock, users, sessions, challenges, rateLimits, events }: ExportMeDependencies,
): Promise<HttpResponse> {
  const { principal, token, caller, log } = request;
  const now = toSeconds(clock());
  const key = exportLimitKey(token.locator);
  const waitSeconds = await rateLimits.consumeFixedWindow(key, { now, rules: RULES });
  if (waitSeconds > 0) throw refuse('export', { waitSeconds }, request);
  const [user, imported, live] = await Promise.all([
    users.findForExport(token.locator, principal.userId),
    users.findImported(token.locator, principal.userId),
    listLiveSessions(request, sessions, now),
  ]);
  if (!user?.isActive) throw new ApiError('not_authenticated', messages.userInactive);
  const owner = { ...user, locator: token.locator };
  const pending = await challenges.listPending(listChallengeKeys(owner));
  const isOpen = (challenge: PendingChallenge) =>
    challenge.usedAt === undefined && challenge.expiresAt > now && isChallengeOf(challenge, owner);
  const event = { purpose: 'event', event: 'user.exported', userId: user.id } as const;
  await events?.enqueue(event, { now });
  log.event('account_exported', { address: caller.sourceIp });
  return {
    status: 200,
    body: {
      exported_at: isoTime(now),
      format: FORMAT,
      user: {
        ...toProfile(user),
        created_at: isoTime(user.createdAt),
        email_verified: isEmailVerified(user),
        ...(user.pendingEmail !== undefined && { pending_email: user.pendingEmail }),
        is_active: user.isActive,
        imported,
      },
      sessions: live.map(({ session }) => toListed(session, principal)),
      pending: pending
        .filter(isOpen)
        .map(({ purpose, expiresAt }) => ({ purpose, expires_at: isoTime(expiresAt) })),
    },
    headers: {
      ...expiryHeaders(principal, now),
      'Content-Disposition': `attachment; filename="account-${user.id}.json"`,
    },
  };
}
