/** The comparison of a password with its hash, as login makes it, and nothing else. */
import { matchesPassword } from '../../../functions/shared/domain/password-hash';

export interface Comparison {
  readonly password: string;
  readonly hash: string;
  readonly cost: number;
}

export async function handler({ password, hash, cost }: Comparison) {
  return { statusCode: (await matchesPassword(password, hash, cost)) ? 200 : 400 };
}
