/**
 * Proof that a caller reads a user's messages: `uid` and `token` of a link, or an e-mail address and the code that was sent to it. A guess
 * at a code is counted before it is compared, and an address that nobody has costs the same calls and the same hash.
 */
import { systemClock } from '../clock';
import {
  type Challenge,
  type ChallengePurpose,
  findCodeHash,
  hasToken,
  isChallengeOf,
  parseUid,
} from '../domain/challenge';
import { matchesPassword } from '../domain/password-hash';
import { toSeconds } from '../domain/session';
import { canonicalEmail } from '../domain/text';
import { parseFixedWindow, parseWholeNumber, type Setting } from '../environment';
import { bind } from '../store/bind';
import { addressKey, type ChallengeKey, toChallengeKey } from '../store/challenge-keys';
import { type ChallengeStore, countGuess, findChallenge } from '../store/challenges';
import type { Database } from '../store/database';
import { consumeFixedWindow } from '../store/rate-limits';
import { challengeKey, NOBODY } from '../store/schema';
import { type Account, findAccountAt, findEmailLocator, type UserStore } from '../store/users';
import { type BodyEvent, readFields } from './body';
import type { PublicRequest } from './create-handler';
import { ApiError, InvalidFieldsError, messages } from './errors';
import {
  bodySchema,
  checkFields,
  code,
  email,
  type FieldKinds,
  type FieldsOf,
  linkToken,
  uid,
} from './fields';
import type { SourceIpLimit } from './rate-limits';

const linkFields = { uid, token: linkToken };
const codeFields = { email, code };

export type LinkProof = FieldsOf<typeof linkFields>;
export type CodeProof = FieldsOf<typeof codeFields>;

export interface LinkDependencies extends SourceIpLimit {
  readonly users: Pick<UserStore, 'findAccountAt'>;
  readonly challenges: Pick<ChallengeStore, 'findChallenge'>;
}

export interface ProofDependencies extends LinkDependencies {
  readonly bcryptCost: number;
  readonly users: Pick<UserStore, 'findAccountAt' | 'findEmailLocator'>;
  readonly challenges: Pick<ChallengeStore, 'findChallenge' | 'countGuess'>;
}

interface SourceIpEnvironment {
  readonly LOGINS_PER_ADDRESS: string;
  readonly ADDRESS_WINDOW_SECONDS: string;
}

type ProofDatabase = Database<'users' | 'rateLimits' | 'outbox'>;

export const bindLinkProof = (database: ProofDatabase, environment: SourceIpEnvironment) => ({
  clock: systemClock,
  sourceIpRules: parseFixedWindow(environment.LOGINS_PER_ADDRESS, environment.ADDRESS_WINDOW_SECONDS),
  rateLimits: bind(database, { consumeFixedWindow }),
  users: bind(database, { findAccountAt }),
  challenges: bind(database, { findChallenge }),
});

export const bindProof = (
  database: ProofDatabase,
  environment: SourceIpEnvironment & { readonly BCRYPT_COST: string },
) => ({
  ...bindLinkProof(database, environment),
  bcryptCost: parseWholeNumber(environment.BCRYPT_COST),
  users: bind(database, { findAccountAt, findEmailLocator }),
  challenges: bind(database, { findChallenge, countGuess }),
});

/** Reads a body with a proof. By code, if it has something of that form and nothing of the other. */
export function createProofReader<const ByLink extends FieldKinds, const ByCode extends FieldKinds>(
  { body, codeBody }: { readonly body: ByLink; readonly codeBody: ByCode },
  environment: Readonly<Partial<Record<Setting, string>>>,
): (event: BodyEvent) => Promise<FieldsOf<ByLink> | FieldsOf<ByCode>> {
  const byLink = bodySchema(body, environment);
  const byCode = bodySchema(codeBody, environment);
  return async (event) => {
    const fields = await readFields(event);
    const isLink = Object.keys(linkFields).some((name) => fields.has(name));
    const isCode = !isLink && Object.keys(codeFields).some((name) => fields.has(name));
    return checkFields(isCode ? byCode : byLink, fields) as FieldsOf<ByLink> | FieldsOf<ByCode>;
  };
}

export interface Proven {
  readonly user: Account;
  /** Of the challenge, which is still to be used. */
  readonly key: ChallengeKey;
}

/**
 * The user whom a proof is about, as read; what it allows has to be conditional on that.
 * @throws InvalidFieldsError `uid`, `token` or `code`; ApiError `permission_denied` for an activation that was made.
 */
export const prove = (
  purpose: ChallengePurpose,
  request: PublicRequest<LinkProof | CodeProof>,
  dependencies: ProofDependencies,
): Promise<Proven> =>
  'code' in request.body
    ? proveByCode(purpose, { ...request, body: request.body }, dependencies)
    : proveByLink(purpose, { ...request, body: request.body as LinkProof }, dependencies);

/** The same for a link alone. */
export async function proveByLink(
  purpose: ChallengePurpose,
  request: PublicRequest<LinkProof>,
  { clock, users, challenges }: LinkDependencies,
): Promise<Proven> {
  const { body } = request;
  const locator = parseUid(body.uid);
  if (locator === undefined) throw new InvalidFieldsError({ uid: [messages.uidInvalid] });
  const user = await users.findAccountAt(locator);
  const key = user ? toChallengeKey(purpose, user) : challengeKey(NOBODY, 'reset_password');
  const challenge = await challenges.findChallenge(key);
  const isLink = user && challenge && hasToken(challenge, body.token, toSeconds(clock()));
  if (!isLink || !user.isActive) throw wrongProof(request);
  if (isStale(challenge, purpose, user)) throw new ApiError('permission_denied', messages.linkStale);
  if (challenge.usedAt !== undefined || !isChallengeOf(challenge, user)) throw wrongProof(request);
  return { user, key };
}

/** An activation that was made already: the user's address may have changed by it, so the challenge is not looked at any further. */
const isStale = ({ usedAt, userId, locator }: Challenge, purpose: ChallengePurpose, user: Account): boolean =>
  purpose === 'activation' && usedAt !== undefined && userId === user.id && locator === user.locator;

async function proveByCode(
  purpose: ChallengePurpose,
  request: PublicRequest<CodeProof>,
  { clock, bcryptCost, users, challenges }: ProofDependencies,
): Promise<Proven> {
  const { body } = request;
  const canonical = canonicalEmail(body.email);
  // An address that is to be confirmed need not be anybody's yet.
  const locator = purpose === 'activation' ? undefined : await users.findEmailLocator(canonical);
  const key =
    purpose === 'activation' ? addressKey(canonical) : challengeKey(locator ?? NOBODY, 'reset_password');
  const challenge = await challenges.countGuess(key);
  const user = await users.findAccountAt(locator ?? challenge?.locator ?? NOBODY);
  const codeHash = findCodeHash(challenge, toSeconds(clock()));
  const isMatch = await matchesPassword(body.code ?? '', codeHash, bcryptCost);
  const isOwn =
    user?.isActive &&
    challenge &&
    isChallengeOf(challenge, user) &&
    toChallengeKey(purpose, user).pk === key.pk;
  if (!isMatch || !isOwn) throw wrongProof(request);
  return { user, key };
}

/** Also for a proof that was right when it was checked, and was used before it could be made use of. */
export function wrongProof({ body, caller, log }: PublicRequest<LinkProof | CodeProof>): InvalidFieldsError {
  const isCode = 'code' in body;
  log.event('confirmation_failed', {
    reason: isCode ? 'code_wrong' : 'link_wrong',
    address: caller.sourceIp,
  });
  return new InvalidFieldsError(
    isCode ? { code: [messages.codeInvalid] } : { token: [messages.linkInvalid] },
  );
}
