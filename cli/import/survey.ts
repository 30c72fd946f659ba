/**
 * The first pass over a file: who is in it, who has whose name, which address and locator are whose. It keeps about 200 bytes of each user,
 * whatever the file holds of them, and then compares with what the backend has.
 */

import { MAX_EMAIL_CHARACTERS, MAX_USERNAME_CHARACTERS } from '../../functions/shared/domain/limits';
import {
  canonicalEmail,
  canonicalUsername,
  isEmail,
  isLongerThan,
  isUsername,
  toNfkc,
} from '../../functions/shared/domain/text';
import { parseUnverifiedToken } from '../../functions/shared/domain/token';
import { ANY_EMAIL, ANY_ID, ANY_IMPORT, ANY_USERNAME, keyPrefix } from '../../functions/shared/store/schema';
import { CliError } from '../program';
import type { Stores } from '../users/backend';
import { Bytes, KeyTable, Numbers } from './key-table';
import { type Entry, readEntries, type Source } from './source';

export interface SurveyOptions {
  /** Users get new ids. */
  readonly renumber: boolean;
}

const NONE = -1;
const TOKEN_BYTES = 20;

export interface Token {
  readonly text: string;
  /** Epoch milliseconds; absent: not said. */
  readonly createdAtMs: number | undefined;
}

/** A name as it would be stored; `undefined` for one that cannot be. */
export function toUsername(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined;
  const name = toNfkc(text, MAX_USERNAME_CHARACTERS);
  return isUsername(name) && !isLongerThan(name, MAX_USERNAME_CHARACTERS) ? name : undefined;
}

/** An address as it would be stored, and its canonical form if it can lead to somebody. */
export function toEmail(text: unknown): { readonly email: string; readonly canonical?: string } {
  if (typeof text !== 'string' || isLongerThan(text, MAX_EMAIL_CHARACTERS)) return { email: '' };
  const email = toNfkc(text.trim(), MAX_EMAIL_CHARACTERS);
  const isUsable = isEmail(email) && !isLongerThan(email, MAX_EMAIL_CHARACTERS);
  return { email, ...(isUsable && { canonical: canonicalEmail(email) }) };
}

/** Epoch milliseconds of a time of Django; `undefined` for none. */
export function toTime(text: unknown): number | undefined {
  const time = typeof text === 'string' ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

/** A key of a user in the file: a number or a UUID, or with natural keys the name. */
const keyOf = (reference: unknown): string =>
  Array.isArray(reference) ? `name ${reference[0]}` : `pk ${String(reference)}`;

/** Ids grow beyond the highest, so there must be room. */
const MAX_ID = Number.MAX_SAFE_INTEGER / 2;

const isId = (pk: unknown): pk is number =>
  typeof pk === 'number' && Number.isInteger(pk) && pk > 0 && pk < MAX_ID;

export class Survey {
  readonly source: Source;
  readonly models = new Map<string, number>();
  readonly groups = new Map<string, { readonly name: string; readonly django: string }>();
  users = 0;
  tokens = 0;
  tokensOfNobody = 0;
  maxId = 0;
  /** The dump names users by no number of ours, so ids are given. */
  givesIds = false;
  readonly #options: SurveyOptions;
  readonly #keys = new KeyTable();
  readonly #names = new KeyTable();
  readonly #emails = new KeyTable();
  readonly #locators = new KeyTable();
  readonly #imported = new KeyTable();
  readonly #digests = new KeyTable();
  readonly #lastSeen = new Numbers(0);
  readonly #tokenCreated = new Numbers(Number.NaN);
  readonly #token = new Bytes(TOKEN_BYTES);
  /** The first user with the same address, and of a first one the latest seen. */
  readonly #sharesEmail = new Numbers(NONE);
  readonly #ownsEmail = new Numbers(NONE);
  readonly #nameHolder = new Numbers(NONE);
  readonly #idHolder = new Numbers(NONE);
  readonly #emailHolder = new Numbers(NONE);
  readonly #isSkipped = new KeyTable();
  /** Whether one name is several users'. */
  #sharesName = false;
  #waiting: Extract<Entry, { kind: 'token' }>[] = [];

  constructor(source: Source, options: SurveyOptions) {
    this.source = source;
    this.#options = options;
  }

  /** @throws CliError for what no option makes possible. */
  async readFile(): Promise<void> {
    const userModels = new Set<string>();
    for await (const entry of readEntries(this.source)) {
      if (entry.kind === 'user') {
        userModels.add(entry.model);
        this.#addUser(entry);
      } else if (entry.kind === 'token') this.#addToken(entry);
      else if (entry.kind === 'group') this.#addGroup(entry);
      else this.models.set(entry.model, (this.models.get(entry.model) ?? 0) + 1);
    }
    if (this.users === 0)
      throw new CliError(`${this.source.file} has no users. --user-model names their model.`);
    if (userModels.size > 1)
      throw new CliError(
        `Several models have passwords: ${[...userModels].join(', ')}. --user-model names the one.`,
      );
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const token of waiting) this.#addToken(token, true);
    this.#decide();
  }

  #addUser({ pk, fields, account }: Extract<Entry, { kind: 'user' }>): void {
    const index = this.users;
    this.users += 1;
    this.#addNumber(index, { pk, fields });
    this.#keys.add(keyOf([fields['username']]), index);
    const name = toUsername(fields['username']);
    const first = name === undefined ? NONE : this.#names.add(canonicalUsername(name), index);
    if (first !== index) this.#isSkipped.add(String(index), index);
    if (first !== index && first !== NONE) this.#sharesName = true;
    const { canonical } = toEmail(fields['email']);
    if (canonical !== undefined) this.#sharesEmail.set(index, this.#emails.add(canonical, index));
    this.#lastSeen.set(
      index,
      Math.max(toTime(fields['last_login']) ?? 0, toTime(fields['date_joined']) ?? 0),
    );
    if (account) this.#locators.add(account.locator, index);
  }

  #addNumber(index: number, { pk, fields }: Pick<Extract<Entry, { kind: 'user' }>, 'pk' | 'fields'>): void {
    const isGiven = pk !== undefined && pk !== null;
    if (isGiven && this.#keys.add(keyOf(pk), index) !== index)
      throw new CliError(`The number ${String(pk)} is there twice.`);
    if (!isGiven || this.#options.renumber) {
      this.givesIds = true;
      return;
    }
    if (!isId(pk))
      throw new CliError(
        `The user ${String(fields['username'])} has the number ${String(pk)}, which is no positive whole number. --renumber gives new ones.`,
      );
    this.maxId = Math.max(this.maxId, pk);
  }

  #addToken(token: Extract<Entry, { kind: 'token' }>, isLast = false): void {
    if (!isLast) this.tokens += 1;
    const index = this.#keys.get(keyOf(token.user));
    if (index === undefined) {
      // The user may come later in the file.
      if (isLast) this.tokensOfNobody += 1;
      else this.#waiting.push(token);
      return;
    }
    const created = toTime(token.created);
    this.#lastSeen.set(index, Math.max(this.#lastSeen.get(index), created ?? 0));
    if (!parseUnverifiedToken(token.key)) {
      this.badTokens.add(index);
      return;
    }
    this.#token.set(index, token.key);
    if (created !== undefined) this.#tokenCreated.set(index, created);
  }

  /** Users whose token has another form. */
  readonly badTokens = new Set<number>();

  #addGroup({ pk, name, django }: Extract<Entry, { kind: 'group' }>): void {
    this.groups.set(keyOf(pk ?? [name]), { name, django });
    this.groups.set(keyOf([name]), { name, django });
  }

  /** Gives each locator to the first, and each address to the latest seen. */
  #decide(): void {
    for (let index = 0; index < this.users; index += 1) {
      if (this.isSkipped(index)) continue;
      const token = this.#token.get(index);
      if (token !== undefined) this.#locators.add(token.slice(0, 10), index);
      const group = this.#sharesEmail.get(index);
      if (group === NONE) continue;
      const owner = this.#ownsEmail.get(group);
      if (owner === NONE || this.#lastSeen.get(index) > this.#lastSeen.get(owner))
        this.#ownsEmail.set(group, index);
    }
  }

  /** Reads what the backend has of these names, numbers, addresses and locators. */
  async compare({ imports }: Pick<Stores, 'imports'>): Promise<void> {
    for await (const markers of imports.scanMarkers())
      for (const marker of markers) this.#compareMarker(marker);
    if (!this.givesIds) return;
    for await (const identities of imports.scanIdentities())
      for (const { digest } of identities) this.#digests.add(digest, 1);
  }

  #compareMarker({ pk, locator = '' }: { readonly pk: string; readonly locator?: string }): void {
    const rest = (kind: string) => pk.slice(kind.length - 1);
    const note = (holders: Numbers, index: number | undefined) => {
      if (index !== undefined) holders.set(index, Number.parseInt(locator, 16));
    };
    const is = (kind: string) => pk.startsWith(keyPrefix(kind));
    if (is(ANY_USERNAME)) note(this.#nameHolder, this.#names.get(rest(ANY_USERNAME)));
    else if (is(ANY_EMAIL)) note(this.#emailHolder, this.#emails.get(rest(ANY_EMAIL)));
    else if (is(ANY_ID)) note(this.#idHolder, this.#keys.get(keyOf(rest(ANY_ID))));
    else if (is(ANY_IMPORT)) this.#imported.add(rest(ANY_IMPORT), 1);
  }

  isSkipped(index: number): boolean {
    return this.#isSkipped.get(String(index)) !== undefined;
  }

  tokenOf(index: number): Token | undefined {
    const text = this.#token.get(index);
    const created = this.#tokenCreated.get(index);
    return text === undefined
      ? undefined
      : { text, createdAtMs: Number.isNaN(created) ? undefined : created };
  }

  /** Whether the locator of a user's token is not another's in the file. */
  ownsLocator(index: number, locator: string): boolean {
    return this.#locators.get(locator) === index;
  }

  /** Whether a locator is nobody's in the file. */
  isFree(locator: string): boolean {
    return this.#locators.get(locator) === undefined;
  }

  /** Whether an address leads to this user, and if not, whether somebody here has it. */
  emailOwner(index: number): 'own' | 'here' | 'in file' {
    const group = this.#sharesEmail.get(index);
    if (this.#emailHolder.get(group) !== NONE) return 'here';
    return this.#ownsEmail.get(group) === index ? 'own' : 'in file';
  }

  /**
   * Where a user is who came before; who is in the way; neither for a new one. `gone`: came before, under a name that nobody has any more.
   */
  here(
    index: number,
    {
      account,
      identity,
    }: { readonly account: { readonly locator: string } | undefined; readonly identity: string },
  ): { readonly locator: string } | 'name taken' | 'id taken' | 'gone' | undefined {
    const [byName, byId] = [this.#nameHolder.get(index), this.#idHolder.get(index)].map((holder) =>
      holder === NONE ? undefined : holder.toString(16).padStart(10, '0'),
    );
    if (account && (byId === account.locator || byName === account.locator))
      return { locator: account.locator };
    const isOurs = (locator: string) => !account && this.#imported.get(locator) !== undefined;
    if (this.givesIds) {
      if (byName === undefined) return this.#digests.get(identity) === undefined ? undefined : 'gone';
      return isOurs(byName) ? { locator: byName } : 'name taken';
    }
    if (byId !== undefined) return isOurs(byId) ? { locator: byId } : 'id taken';
    return byName === undefined ? undefined : 'name taken';
  }

  /** Whether one name is several users', or a name or an id somebody else's here: for whom, the second pass tells. */
  hasConflicts(): boolean {
    if (this.#sharesName || this.source.format === 'jsonl') return true;
    for (let index = 0; index < this.users; index += 1) {
      const here = this.isSkipped(index) ? undefined : this.here(index, { account: undefined, identity: '' });
      if (here === 'name taken' || here === 'id taken') return true;
    }
    return false;
  }

  groupNames(references: unknown): readonly string[] {
    if (!Array.isArray(references)) return [];
    return references.map((reference) => this.groups.get(keyOf(reference))?.name ?? '').filter(Boolean);
  }
}
