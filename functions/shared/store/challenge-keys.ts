/** Where challenges are in the table Outbox. */
import { addressDigest, type ChallengePurpose } from '../domain/challenge';
import { canonicalEmail } from '../domain/text';
import type { User } from '../domain/user';
import { addressChallengeKey, challengeKey } from './schema';

export interface ChallengeKey {
  readonly pk: string;
}

/** Where the challenge for an address is, whoever wants to have it. A later claim to the address replaces an earlier one. */
export const addressKey = (email: string): ChallengeKey =>
  addressChallengeKey(addressDigest(canonicalEmail(email)));

/** Where a user's challenge is. */
export const toChallengeKey = (
  purpose: ChallengePurpose,
  user: Pick<User, 'email' | 'pendingEmail'> & { readonly locator: string },
): ChallengeKey =>
  purpose === 'activation'
    ? addressKey(user.pendingEmail ?? user.email)
    : challengeKey(user.locator, purpose);

/** Where every challenge of a user may be. */
export const listChallengeKeys = (
  user: Pick<User, 'email' | 'pendingEmail'> & { readonly locator: string },
): readonly ChallengeKey[] => [
  challengeKey(user.locator, 'reset_password'),
  challengeKey(user.locator, 'deletion'),
  ...[...new Set([user.email, user.pendingEmail ?? ''].filter(Boolean).map(canonicalEmail))].map(addressKey),
];
