/**
 * Requests for a message to an e-mail address. Whether anybody has the address, and whether it may have one more message, is found out by
 * the function that sends: here every address costs the same calls and gets the same answer (ASVS 5.0, 6.3.8).
 */
import { systemClock } from '../clock';
import type { ChallengePurpose } from '../domain/challenge';
import { toSeconds } from '../domain/session';
import { canonicalEmail } from '../domain/text';
import { parseFixedWindow } from '../environment';
import { bind } from '../store/bind';
import type { Database } from '../store/database';
import { enqueue, type OutboxStore } from '../store/outbox';
import { consumeFixedWindow } from '../store/rate-limits';
import type { PublicRequest } from './create-handler';
import { consumeSourceIp, type SourceIpLimit } from './rate-limits';
import type { HttpResponse } from './response';

export interface MessageRequestDependencies extends SourceIpLimit {
  readonly outbox: Pick<OutboxStore, 'enqueue'>;
}

export const bindMessageRequest = (
  database: Database<'rateLimits' | 'outbox'>,
  environment: { readonly LOGINS_PER_ADDRESS: string; readonly ADDRESS_WINDOW_SECONDS: string },
): MessageRequestDependencies => ({
  clock: systemClock,
  sourceIpRules: parseFixedWindow(environment.LOGINS_PER_ADDRESS, environment.ADDRESS_WINDOW_SECONDS),
  rateLimits: bind(database, { consumeFixedWindow }),
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
  await dependencies.outbox.enqueue({ purpose, email }, { now: toSeconds(dependencies.clock()) });
  log.event('message_requested', { purpose, address: caller.sourceIp });
  return { status: 204 };
}
