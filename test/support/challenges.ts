/** A message's challenge as `deliver` would store it, for suites that read no messages. */
import {
  type ChallengePurpose,
  newChallengeCode,
  newChallengeToken,
  renewChallenge,
  toOwner,
  toUid,
} from '../../functions/shared/domain/challenge';
import { hashPassword } from '../../functions/shared/domain/password-hash';
import type { User } from '../../functions/shared/domain/user';
import { toChallengeKey } from '../../functions/shared/store/challenge-keys';

export type ChallengedUser = Pick<User, 'id' | 'email' | 'pendingEmail' | 'passwordVersion'> & {
  readonly locator: string;
};

export interface Secrets {
  readonly uid: string;
  readonly token: string;
  readonly code: string;
}

/** The item of the outbox, and what the message would have said. */
export async function newChallenge(
  purpose: ChallengePurpose,
  user: ChallengedUser,
  { token = newChallengeToken(), code = newChallengeCode() }: Partial<Omit<Secrets, 'uid'>> = {},
): Promise<{ readonly item: { readonly pk: string }; readonly secrets: Secrets }> {
  const challenge = renewChallenge(undefined, {
    id: newChallengeToken(),
    purpose,
    owner: toOwner(user),
    token,
    codeHash: await hashPassword(code, 4),
    now: Math.floor(Date.now() / 1000),
    lifetimeSeconds: 600,
  });
  const secrets = { uid: toUid(user.locator), token, code };
  return { item: { ...toChallengeKey(purpose, user), ...challenge }, secrets };
}
