/** What becomes of each user of a file: an account to store, or why there is none. */
import { createHash, randomBytes } from 'node:crypto';
import { isVerifiable } from '../../functions/shared/domain/password-hash';
import { isExpired, takeOverSession } from '../../functions/shared/domain/session';
import { canonicalUsername } from '../../functions/shared/domain/text';
import { digestToken, newLocator, parseUnverifiedToken } from '../../functions/shared/domain/token';
import type { User } from '../../functions/shared/domain/user';
import type { Account, Imported, SessionAt } from '../../functions/shared/store/imports';
import { toJson } from './read-file';
import type { RoleRules } from './roles';
import type { Entry } from './source';
import { type Survey, toEmail, toTime, toUsername } from './survey';

export interface PlanRules {
  readonly roles: readonly string[];
  readonly roleRules: RoleRules;
  readonly tokenLifetimeSeconds: number;
  /** Epoch seconds. */
  readonly now: number;
}

export interface Planned {
  readonly account: Account;
  /** In what way the user is not taken over fully. */
  readonly reasons: readonly string[];
}

type UserEntry = Extract<Entry, { kind: 'user' }>;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Django's form of a password that nothing matches. */
export const unusableHash = (): string =>
  `!${randomBytes(40)
    .toString('base64')
    .replace(/[^A-Za-z0-9]/g, 'x')
    .slice(0, 40)}`;

/** Under which a user without a number is found again. */
export const identityOf = ({ pk, fields, model }: UserEntry): string =>
  sha256(
    pk === undefined || pk === null
      ? `${model} name ${canonicalUsername(toUsername(fields['username']) ?? '')}`
      : `${model} pk ${String(pk)}`,
  );

/** How long it is known who came under which name: longer than a move takes. */
const IDENTITY_SECONDS = 90 * 86_400;

/** DynamoDB's limit for an item is 400 KB. */
const MAX_KEPT_BYTES = 300 * 1024;

const drawLocator = (survey: Survey): string => {
  for (;;) {
    const locator = newLocator();
    if (survey.isFree(locator)) return locator;
  }
};

export interface PasswordPlan {
  readonly passwordHash: string;
  readonly importedHash: string;
  readonly isUsable: boolean;
}

/** A hash that can be verified as it is, or one that nothing matches. */
export async function planPassword(password: unknown): Promise<PasswordPlan> {
  const hash = typeof password === 'string' ? password : '';
  const isUsable = await isVerifiable(hash);
  return { isUsable, importedHash: sha256(hash), passwordHash: isUsable ? hash : unusableHash() };
}

function whyUnusable(password: unknown): string {
  if (typeof password !== 'string' || password === '') return 'no password was set';
  if (password.startsWith('!')) return 'the password is unusable in Django';
  return 'the password hash has no known form, or is above the limits';
}

/** The session of a token, at the locator that the token names. Its end is spread over the last tenth of the lifetime. */
export function planSession(
  survey: Survey,
  index: number,
  {
    user,
    rules,
  }: { readonly user: Pick<User, 'id' | 'sessionGeneration' | 'isActive'>; readonly rules: PlanRules },
): SessionAt | undefined {
  const found = survey.tokenOf(index);
  const token = found && parseUnverifiedToken(found.text);
  if (!token || !survey.ownsLocator(index, token.locator)) return undefined;
  const { now, tokenLifetimeSeconds } = rules;
  const digest = digestToken(token);
  const share = Number.parseInt(digest.slice(0, 8), 16) / 2 ** 32;
  const session = takeOverSession(token, {
    userId: user.id,
    // Of somebody who is locked out: dead once the user is let in again.
    sessionGeneration: user.isActive ? user.sessionGeneration : user.sessionGeneration - 1,
    createdAtMs: found.createdAtMs ?? now * 1000,
    now,
    expiresAt: now + tokenLifetimeSeconds - Math.floor((share * tokenLifetimeSeconds) / 10),
  });
  return { key: { locator: token.locator, session: token.session }, session };
}

/** A user of Django. */
export async function planUser(
  survey: Survey,
  { index, id, entry }: { readonly index: number; readonly id: number; readonly entry: UserEntry },
  rules: PlanRules,
): Promise<Planned> {
  const { fields, model, pk } = entry;
  const reasons: string[] = [];
  const username = toUsername(fields['username']) ?? '';
  const { isUsable, passwordHash, importedHash } = await planPassword(fields['password']);
  if (!isUsable) reasons.push(`signs in by reset: ${whyUnusable(fields['password'])}`);
  const { role, unknown } = rules.roleRules.roleOf({ fields, groups: survey.groupNames(fields['groups']) });
  if (unknown !== undefined) reasons.push(`there is no role ${unknown} here: ${role}`);
  const isActive = fields['is_active'] !== false;
  const user = {
    ...{ id, username, ...planEmail(survey, { index, fields }, reasons) },
    ...{ role, passwordHash, isActive },
    createdAt: Math.floor((toTime(fields['date_joined']) ?? rules.now * 1000) / 1000),
    sessionGeneration: isActive ? 0 : 1,
  };
  const session = planSession(survey, index, { user, rules });
  if (survey.badTokens.has(index)) reasons.push('signs in again: the token is not 40 lower-case hex digits');
  else if (!session && survey.tokenOf(index))
    reasons.push("signs in again: the token begins with the same ten digits as another user's");
  const kept = keptMembers(fields, reasons);
  const imported: Imported = {
    ...{ userId: id, model, django: kept, importedHash, importedAt: rules.now },
    ...((typeof pk === 'number' || typeof pk === 'string') && { importedPk: pk }),
    ...(session && { importedDigest: session.session.tokenDigest }),
  };
  const account = {
    locator: session?.key.locator ?? drawLocator(survey),
    user,
    sessions: session ? [session] : [],
    imported,
    ...(survey.givesIds && {
      identity: { digest: identityOf(entry), expiresAt: rules.now + IDENTITY_SECONDS },
    }),
  };
  return { account, reasons };
}

function planEmail(
  survey: Survey,
  { index, fields }: { readonly index: number; readonly fields: UserEntry['fields'] },
  reasons: string[],
): Pick<User, 'email' | 'ownsEmail'> {
  const { email, canonical } = toEmail(fields['email']);
  if (email === '') {
    if (typeof fields['email'] === 'string' && fields['email'] !== '')
      reasons.push('the e-mail address is too long and is left out');
    return { email };
  }
  if (canonical === undefined) {
    reasons.push(`has no reset: ${email} is no address that a message can be sent to`);
    return { email, ownsEmail: false };
  }
  const owner = survey.emailOwner(index);
  if (owner === 'own') return { email };
  reasons.push(
    `has no reset: ${email} is ${owner === 'here' ? "another user's here" : "another user's too, who was there later"}`,
  );
  return { email, ownsEmail: false };
}

/** What the user's item has no place for. */
function keptMembers(
  { password: _, username: __, email: ___, is_active: ____, ...rest }: UserEntry['fields'],
  reasons: string[],
): string {
  const text = toJson(rest);
  if (Buffer.byteLength(text) <= MAX_KEPT_BYTES) return text;
  reasons.push('the other members are too large to keep, over 300 KB');
  return '{}';
}

/** How many sessions are in the transaction of a user. */
export const MAX_SESSIONS_AT_ONCE = 90;

/** A user of our own export: as it was, with the sessions that are still live. */
export function planExported(
  survey: Survey,
  { index, id, entry }: { readonly index: number; readonly id: number; readonly entry: UserEntry },
  rules: PlanRules,
): Planned | undefined {
  const { account } = entry;
  if (!account) return undefined;
  const reasons: string[] = [];
  const isOwn = survey.ownsLocator(index, account.locator);
  const locator = isOwn ? account.locator : drawLocator(survey);
  if (!isOwn) reasons.push("signs in again: the locator is another user's");
  const isRole = rules.roles.includes(account.user.role);
  const role = isRole ? account.user.role : rules.roleRules.roleOf({ fields: {}, groups: [] }).role;
  if (!isRole) reasons.push(`there is no role ${account.user.role} here: ${role}`);
  const { ownsEmail: owned, ...user } = account.user;
  const email =
    owned === false
      ? { email: user.email, ownsEmail: false }
      : planEmail(survey, { index, fields: entry.fields }, reasons);
  const sessions = (isOwn ? account.sessions : [])
    .filter((session) => session.userId === account.user.id && !isExpired(session, rules.now))
    .map(({ digits, ...session }) => ({
      key: { locator, session: digits },
      session: { ...session, userId: id },
    }));
  const imported = account.imported && { ...account.imported, userId: id };
  return {
    account: { locator, user: { ...user, ...email, id, role }, sessions, ...(imported && { imported }) },
    reasons,
  };
}
