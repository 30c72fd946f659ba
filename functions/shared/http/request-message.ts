/**
 * Requests for a message to an e-mail address. Whether anybody has the address is found out by the function that sends: here every address
 * costs the same calls and gets the same answer (ASVS 5.0, 6.3.8).
 */
import { type Clock, systemClock } from '../clock';
import { addressDigest, type ChallengePurpose } from '../domain/challenge';
import { MESSAGE_RULES } from '../domain/limits';
import { toSeconds } from '../domain/session';
import { canonicalEmail } from '../domain/text';
import { parseFixedWindow } from '../environment';
import type { RequestLog } from '../log/request-log';
import { bind } from '../store/bind';
import type { Database } from '../store/database';
import { enqueue, type OutboxStore } from '../store/outbox';
import { consumeFixedWindow, consumeSpacedWindow, type RateLimitStore } from '../store/rate-limits';
import { messageLimitKey } from '../store/schema';
import type { PublicRequest } from './create-handler';
import { consumeSourceIp, type SourceIpLimit } from './rate-limits';
import type { HttpResponse } from './response';

export interface MessageRequestDependencies extends SourceIpLimit {
  readonly rateLimits: SourceIpLimit['rateLimits'] & MessageLimit['rateLimits'];
  readonly outbox: Pick<OutboxStore, 'enqueue'>;
}

export const bindMessageRequest = (
  database: Database<'rateLimits' | 'outbox'>,
  environment: { readonly LOGINS_PER_ADDRESS: string; readonly ADDRESS_WINDOW_SECONDS: string },
): MessageRequestDependencies => ({
  clock: systemClock,
  sourceIpRules: parseFixedWindow(environment.LOGINS_PER_ADDRESS, environment.ADDRESS_WINDOW_SECONDS),
  rateLimits: bind(database, { consumeFixedWindow, consumeSpacedWindow }),
  outbox: bind(database, { enqueue }),
});

/** @throws ThrottledError when the source IP asked too often. */
export async function requestMessage(
  purpose: ChallengePurpose,
  request: PublicRequest<{ readonly email: string }>,
  dependencies: MessageRequestDependencies,
): Promise<HttpResponse> {
  const { body, caller, log } = request;
  await consumeSourceIp('message', request, dependencies);
  const email = canonicalEmail(body.email);
  if (await consumeMessage(email, { purpose, log }, dependencies)) {
    await dependencies.outbox.enqueue({ purpose, email }, { now: toSeconds(dependencies.clock()) });
    log.event('message_requested', { purpose, address: caller.sourceIp });
  }
  return { status: 204 };
}

/** What {@link consumeMessage} needs. */
export interface MessageLimit {
  readonly clock: Clock;
  readonly rateLimits: Pick<RateLimitStore, 'consumeSpacedWindow'>;
}

/**
 * Counts a message to an address, in its canonical form. Whether it may be sent: not too many to one address, whoever asks for them. Under
 * the same id, a second attempt is not counted again.
 */
export async function consumeMessage(
  email: string,
  {
    purpose,
    log,
    id,
  }: { readonly purpose: ChallengePurpose; readonly log: RequestLog; readonly id?: string },
  { clock, rateLimits }: MessageLimit,
): Promise<boolean> {
  const key = messageLimitKey(addressDigest(email));
  const isAllowed = await rateLimits.consumeSpacedWindow(key, { nowMs: clock(), rules: MESSAGE_RULES, id });
  if (!isAllowed) log.event('message_refused', { purpose, reason: 'recipient_limit' });
  return isAllowed;
}
