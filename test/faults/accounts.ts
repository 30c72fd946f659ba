/** A user of each cell's own with two devices: what is in the database before a request, and what the request has left there. */
import { BatchWriteCommand, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { accountDigest, networkDigest } from '../../functions/shared/domain/attempts';
import { type ChallengePurpose, newChallengeToken, toUid } from '../../functions/shared/domain/challenge';
import { hashPassword } from '../../functions/shared/domain/password-hash';
import { createSession, type Session } from '../../functions/shared/domain/session';
import { deriveSuccessor, issueToken, newLocator, type Token } from '../../functions/shared/domain/token';
import {
  accountLimitKey,
  emailKey,
  idKey,
  laneLimitKey,
  networkAttribute,
  sessionKey,
  userKey,
  usernameKey,
} from '../../functions/shared/store/schema';
import { newChallenge, type Secrets } from '../support/challenges';
import type { StoredItems } from '../support/stored-items';

export const PASSWORD = 'correct horse 7';
const SALT = 'a'.repeat(32);

export interface Account {
  readonly username: string;
  readonly email: string;
  readonly userId: number;
  /** Where all of the user's requests come from. */
  readonly address: string;
  readonly locator: string;
  /** The first token of one device, the one that a refresh makes of it, and the token of another device. */
  readonly tokens: Readonly<Record<'original' | 'successor' | 'other', Token>>;
  /** Those of the message that the user has, if there is one. */
  readonly secrets: Secrets;
}

/** Where a user is not one who has just signed in on two devices. */
export interface Setting {
  readonly isSignedUp?: boolean;
  readonly sessionGeneration?: number;
  /** How many sessions there are that are older than the two. */
  readonly olderSessions?: number;
  /** How often a login has failed, the last time long enough ago. */
  readonly failedLogins?: number;
  /** How often a login has failed in the lane of the user's network, the last time long enough ago, while others keep the account waiting. */
  readonly failedInLane?: number;
  /** The session of the token `original`. */
  readonly session?: (account: Account, now: number) => Partial<Session>;
  /** The user has a message for it. */
  readonly challenge?: ChallengePurpose;
  readonly isUnverified?: boolean;
  /** An address that waits to be confirmed. */
  readonly pendingEmail?: (account: Account) => string;
}

let count = 0;

export function newAccount(): Account {
  count += 1;
  const username = `user${count}`;
  const locator = newLocator();
  const original = issueToken(locator, '0001');
  return {
    username,
    email: `${username}@example.com`,
    // Out of the way of the ids that signup gives.
    userId: 1_000_000 + count,
    address: `198.18.${count >> 8}.${count & 255}`,
    locator,
    tokens: { original, successor: deriveSuccessor(original, SALT), other: issueToken(locator, '0002') },
    secrets: { uid: toUid(locator), token: newChallengeToken(), code: '123456' },
  };
}

/** The public name of the session that has these digits in its tokens. */
export const sessionName = (digits: string): string => digits.padStart(16, '0');

export async function store(stored: StoredItems, account: Account, setting: Setting): Promise<void> {
  if (setting.isSignedUp === false) return;
  const put = (Item: object) => ({ PutRequest: { Item } });
  const counters = counterItems(account, setting);
  const RequestItems = {
    [stored.tableName('users')]: (await userItems(account, setting)).map(put),
    [stored.tableName('tokens')]: sessionItems(account, setting).map(put),
    ...(counters.length > 0 && { [stored.tableName('rateLimits')]: counters.map(put) }),
    ...(setting.challenge && {
      [stored.tableName('outbox')]: [put(await challengeItem(account, setting, setting.challenge))],
    }),
  };
  await stored.documents.send(new BatchWriteCommand({ RequestItems }));
}

/** Weaker than those that are made now. */
let passwordHash: Promise<string> | undefined;

async function userItems(account: Account, setting: Setting): Promise<object[]> {
  const { username, email, userId: id, locator } = account;
  const { sessionGeneration = 0, isUnverified, pendingEmail } = setting;
  passwordHash ??= hashPassword(PASSWORD, 4);
  const user = { id, username, email, role: 'CLERK', isActive: true, createdAt: 1, sessionGeneration };
  return [
    {
      ...userKey(locator),
      ...user,
      passwordHash: await passwordHash,
      ...(isUnverified && { emailVerified: false }),
      ...(pendingEmail && { pendingEmail: pendingEmail(account) }),
    },
    { ...usernameKey(username), locator },
    { ...emailKey(email), locator },
    { ...idKey(id), locator },
  ];
}

async function challengeItem(
  account: Account,
  { pendingEmail }: Setting,
  purpose: ChallengePurpose,
): Promise<object> {
  const { userId: id, email, locator, secrets } = account;
  const user = { id, email, locator, ...(pendingEmail && { pendingEmail: pendingEmail(account) }) };
  return (await newChallenge(purpose, user, secrets)).item;
}

function sessionItems(account: Account, setting: Setting): object[] {
  const { locator, tokens } = account;
  const nowMs = Date.now();
  const older = Array.from({ length: setting.olderSessions ?? 0 }, (_, at) =>
    issueToken(locator, `001${at}`),
  );
  return [...older, tokens.original, tokens.other].map((token, age) => ({
    ...sessionKey(token),
    ...createSession(token, {
      userId: account.userId,
      sessionGeneration: setting.sessionGeneration ?? 0,
      device: 'Phone/1.0',
      nowMs: nowMs - 60_000 + age,
      lifetimes: { tokenLifetimeSeconds: 1000, sessionLifetimeSeconds: 10_000 },
    }),
    id: sessionName(token.session),
    successorSalt: SALT,
    ...(token === tokens.original && setting.session?.(account, Math.floor(nowMs / 1000))),
  }));
}

function counterItems(
  { username, locator, address }: Account,
  { failedLogins, failedInLane }: Setting,
): Record<string, unknown>[] {
  const account = accountDigest(username);
  const network = networkDigest(account, locator, address);
  const expiresAt = Math.ceil(Date.now() / 1000) + 1000;
  const counter = (attempts: number, secondsAgo: number) => ({
    attempts,
    lastAttemptAtMs: Date.now() - secondsAgo * 1000,
    expiresAt,
  });
  if (failedInLane) {
    const known = { [networkAttribute(network)]: expiresAt };
    const ofAccount = { ...accountLimitKey(account), ...counter(50, 0), ...known };
    return [ofAccount, { ...laneLimitKey(account, network), ...counter(failedInLane, 60) }];
  }
  return failedLogins ? [{ ...accountLimitKey(account), ...counter(failedLogins, 60) }] : [];
}

type Table = Parameters<StoredItems['tableName']>[0];

async function read({ documents, tableName }: StoredItems, table: Table, key: Record<string, string>) {
  const command = new GetCommand({ TableName: tableName(table), Key: key, ConsistentRead: true });
  return (await documents.send(command)).Item;
}

/** A user is there with both names and a session, or nothing is. */
export async function expectNoHalfUser(stored: StoredItems, { username, email }: Account): Promise<void> {
  const byName = await read(stored, 'users', usernameKey(username));
  const byEmail = await read(stored, 'users', emailKey(email));
  expect(byEmail?.['locator']).toBe(byName?.['locator']);
  if (!byName) return;
  expect(await read(stored, 'users', userKey(byName['locator']))).toMatchObject({ username, email });
  const sessions = await stored.documents.send(
    new QueryCommand({
      TableName: stored.tableName('tokens'),
      KeyConditionExpression: '#user = :locator',
      ExpressionAttributeNames: { '#user': 'user' },
      ExpressionAttributeValues: { ':locator': byName['locator'] },
    }),
  );
  expect(sessions.Count).toBeGreaterThan(0);
}

/** How many attempts to sign in are counted. */
export async function attemptsOf(stored: StoredItems, { username }: Account): Promise<number> {
  const item = await read(stored, 'rateLimits', accountLimitKey(accountDigest(username)));
  return item?.['attempts'] ?? 0;
}
