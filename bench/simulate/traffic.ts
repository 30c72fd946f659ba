/** Which items each kind of request reads and writes, in request units, under the keys that the store makes. */
import { accountKeyOf, type FixedWindowRules, windowEnd } from '../../functions/shared/domain/attempts';
import { addressGroup } from '../../functions/shared/domain/source-address';
import { canonical } from '../../functions/shared/domain/text';
import {
  accountLimitKey,
  emailKey,
  type LimitedAction,
  sourceIpLimitKey,
  userCounterKey,
  userKey,
  usernameKey,
  windowLimitKey,
} from '../../functions/shared/store/schema';
import type { aUsersMonth } from '../../tools/cost/examples';

export type Table = 'Users' | 'Tokens' | 'RateLimits';

export interface Access {
  readonly table: Table;
  /** Of the partition. */
  readonly key: string;
  readonly reads: number;
  readonly writes: number;
}

export interface Person {
  readonly locator: string;
  readonly username: string;
  readonly email: string;
  /** As API Gateway reports it. */
  readonly address: string;
}

/** In which window of time addresses are counted. */
export interface Moment {
  /** Epoch seconds. */
  readonly now: number;
  readonly rules: FixedWindowRules;
}

export type UsualKind = keyof typeof aUsersMonth;

const read = (table: Table, key: string): Access => ({ table, key, reads: 1, writes: 0 });
const write = (table: Table, key: string, writes = 1): Access => ({ table, key, reads: 0, writes });

/** A put in a transaction. */
const TRANSACTED = 2;

/** What `docs/storage.md` lists under access patterns; a test compares the sums with those that the cost is worked out from. */
export function accessesOf(kind: UsualKind, person: Person, moment: Moment): readonly Access[] {
  const { locator } = person;
  const user = userKey(locator).pk;
  const judged = [read('Users', user), read('Tokens', locator)];
  switch (kind) {
    case 'dashboard':
      return judged;
    case 'refresh':
      return [...judged, read('Tokens', locator), write('Tokens', locator), write('Tokens', locator)];
    case 'logout':
      return [...judged, write('Tokens', locator)];
    case 'login':
      return loginAccesses(person, moment);
    case 'signup':
      return signupAccesses(person, moment);
  }
}

function loginAccesses(person: Person, moment: Moment): readonly Access[] {
  const { locator, username } = person;
  const account = accountLimitKey(accountKeyOf(username)).limitKey;
  return [
    write('RateLimits', addressKey('login', person, moment)),
    write('RateLimits', account),
    read('Users', usernameKey(canonical(username)).pk),
    read('Users', userKey(locator).pk),
    write('Tokens', locator),
    write('RateLimits', account),
    read('Tokens', locator),
  ];
}

function signupAccesses(person: Person, moment: Moment): readonly Access[] {
  const { locator, username, email } = person;
  return [
    write('RateLimits', addressKey('signup', person, moment)),
    write('Users', userCounterKey.pk),
    write('Users', usernameKey(canonical(username)).pk, TRANSACTED),
    write('Users', emailKey(canonical(email)).pk, TRANSACTED),
    write('Users', userKey(locator).pk, TRANSACTED),
    write('Tokens', locator, TRANSACTED),
  ];
}

const addressKey = (action: LimitedAction, { address }: Person, { now, rules }: Moment): string =>
  windowLimitKey(sourceIpLimitKey(action, addressGroup(address)), windowEnd(now, rules)).limitKey;
