/**
 * Sends one entry of the outbox. It is claimed first and deleted last, so it is sent once in the ordinary case, and at least once when a
 * run is killed in between. Secrets are drawn here: whoever asked for them, and the outbox, never had them.
 */
import type { Clock } from '../shared/clock';
import {
  type ChallengePurpose,
  codeEnd,
  newChallengeCode,
  newChallengeToken,
  renewChallenge,
  toOwner,
  toUid,
} from '../shared/domain/challenge';
import type { OutboxItem } from '../shared/domain/message';
import { hashPassword } from '../shared/domain/password-hash';
import { toSeconds } from '../shared/domain/session';
import { canonicalEmail } from '../shared/domain/text';
import { type EmailVerification, isEmailVerified } from '../shared/domain/user';
import { consumeMessage, type MessageLimit } from '../shared/http/request-message';
import type { RequestLog } from '../shared/log/request-log';
import { addressKey, toChallengeKey } from '../shared/store/challenge-keys';
import type { ChallengeStore } from '../shared/store/challenges';
import { retryOnConflict } from '../shared/store/database';
import type { OutboxStore } from '../shared/store/outbox';
import type { Account, UserStore } from '../shared/store/users';
import type { Channel, Publish, Secrets } from './channel';

export interface DeliverDependencies {
  readonly clock: Clock;
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly outbox: Pick<OutboxStore, 'claim' | 'release' | 'remove'>;
  readonly users: Pick<UserStore, 'findAccount' | 'findByEmail'>;
  readonly challenges: Pick<ChallengeStore, 'findChallenge' | 'replaceChallenge'>;
  readonly rateLimits: MessageLimit['rateLimits'];
  /** Absent: messages have no way to leave. */
  readonly channel?: Channel | undefined;
  /** Absent: there is no bus. */
  readonly publish?: Publish | undefined;
  readonly emailVerification: EmailVerification;
  readonly bcryptCost: number;
  readonly lifetimeSeconds: number;
  /** Whether a message without a code is nothing without a link: whoever sends what is on the bus makes links of their own. */
  readonly needsLink: boolean;
  /** With `{uid}` and `{token}`. A purpose without an address has no link. */
  readonly links: Readonly<Partial<Record<ChallengePurpose, string | undefined>>>;
}

/** Sends the entry at a key. Rejects if that must be tried again. */
export async function deliver(
  pk: string,
  { log }: { readonly log: RequestLog },
  dependencies: DeliverDependencies,
): Promise<void> {
  const item = await claim(pk, dependencies);
  if (!item) return;
  try {
    await send({ ...item, pk }, log, dependencies);
  } catch (error) {
    await dependencies.outbox.release(pk).catch(log.failure);
    throw error;
  }
  await dependencies.outbox.remove(pk);
}

/** The item, once no other run has it; `undefined` if it is gone. */
async function claim(
  pk: string,
  { clock, pause, outbox }: DeliverDependencies,
): Promise<OutboxItem | undefined> {
  for (;;) {
    const now = toSeconds(clock());
    const claimed = await outbox.claim(pk, now);
    if (!claimed || 'item' in claimed) return claimed?.item;
    await pause((claimed.claimedUntil - now) * 1000);
  }
}

type StoredItem = OutboxItem & { readonly pk: string };

async function send(item: StoredItem, log: RequestLog, dependencies: DeliverDependencies): Promise<void> {
  const { clock, channel, publish } = dependencies;
  const { purpose } = item;
  const now = toSeconds(clock());
  if (purpose === 'event') {
    const { event, userId, sessionId, createdAt } = item;
    if (!publish) return log.event('message_undeliverable', { purpose, userId, reason: 'no_bus' });
    await publish({ event, userId, sessionId, at: createdAt });
    return log.event('message_sent', { purpose, userId });
  }
  if (!channel) return log.event('message_undeliverable', { purpose, reason: 'no_channel' });
  if ('to' in item) {
    const { to, userId } = item;
    await channel({ purpose: item.purpose, to, userId, now });
    return log.event('message_sent', { purpose, userId });
  }
  if (purpose === 'deletion' && dependencies.needsLink && !dependencies.links.deletion)
    return log.event('message_undeliverable', { purpose, reason: 'no_link' });
  const user = await findRecipient(item, dependencies);
  if (!user) return log.event('message_dropped', { purpose, reason: 'user_unknown' });
  const to = addressFor(user, item.purpose, dependencies);
  if (to === undefined)
    return log.event('message_dropped', { purpose, userId: user.id, reason: 'not_needed' });
  if (!(await mayReceive(to, item, { log, dependencies }))) return;
  const secrets = await drawSecrets(user, item.purpose, dependencies);
  await channel({ purpose: item.purpose, to, userId: user.id, secrets, now });
  log.event('message_sent', { purpose, userId: user.id });
}

type RequestedMessage = Extract<StoredItem, { readonly purpose: ChallengePurpose }>;

/** The active user whom a message is for. */
async function findRecipient(
  item: RequestedMessage,
  { users, challenges }: DeliverDependencies,
): Promise<Account | undefined> {
  const user = await find();
  return user?.isActive ? user : undefined;

  async function find(): Promise<Account | undefined> {
    if (!('email' in item)) return users.findAccount(item.locator, item.userId);
    const owner = await users.findByEmail(item.email);
    if (owner || item.purpose !== 'activation') return owner;
    // An address that somebody claims and nobody has yet.
    const claim = await challenges.findChallenge(addressKey(item.email));
    const claimant = claim && (await users.findAccount(claim.locator, claim.userId));
    return claimant?.pendingEmail && canonicalEmail(claimant.pendingEmail) === item.email
      ? claimant
      : undefined;
  }
}

/** A message goes to a stored address only; `undefined` if there is nothing to confirm. */
function addressFor(
  user: Account,
  purpose: ChallengePurpose,
  { emailVerification }: DeliverDependencies,
): string | undefined {
  if (purpose !== 'activation') return user.email;
  if (emailVerification === 'off') return undefined;
  return user.pendingEmail ?? (isEmailVerified(user) ? undefined : user.email);
}

/**
 * Whether an address may have one more message. A request was counted where it was made, for the address that it named; what a signup or a
 * claim to an address causes is counted here, for the address that gets it. So no number of accounts writes to one address more often.
 */
const mayReceive = async (
  to: string,
  item: RequestedMessage,
  { log, dependencies }: { readonly log: RequestLog; readonly dependencies: DeliverDependencies },
): Promise<boolean> =>
  ('email' in item && canonicalEmail(to) === item.email) ||
  (await consumeMessage(canonicalEmail(to), { purpose: item.purpose, log, id: item.pk }, dependencies));

/** Makes a challenge and stores it. The secrets are nowhere else. */
async function drawSecrets(
  user: Account,
  purpose: ChallengePurpose,
  { clock, challenges, bcryptCost, lifetimeSeconds, links }: DeliverDependencies,
): Promise<Secrets> {
  const token = newChallengeToken();
  const id = newChallengeToken();
  const code = purpose === 'deletion' ? undefined : newChallengeCode();
  const codeHash = code && (await hashPassword(code, bcryptCost));
  const now = toSeconds(clock());
  const key = toChallengeKey(purpose, user);
  await retryOnConflict(async () => {
    const earlier = await challenges.findChallenge(key);
    if (earlier?.id === id) return true;
    const owner = toOwner(user);
    const challenge = renewChallenge(earlier, {
      id,
      purpose,
      owner,
      token,
      now,
      lifetimeSeconds,
      ...(codeHash && { codeHash }),
    });
    return (await challenges.replaceChallenge(key, { earlier, challenge })) || undefined;
  });
  const uid = toUid(user.locator);
  const link = links[purpose]?.replace('{uid}', uid).replace('{token}', token);
  return {
    uid,
    token,
    tokenExpiresAt: now + lifetimeSeconds,
    ...(code && { code, codeExpiresAt: codeEnd(now, lifetimeSeconds) }),
    ...(link && { link }),
  };
}
