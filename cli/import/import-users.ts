/** The second pass over a file: stores each user, or only tells what it would do. It can be stopped at any moment and run again. */
import { setTimeout as pause } from 'node:timers/promises';
import { MAX_TRANSACTION_ITEMS } from '../../functions/shared/domain/limits';
import { isLiveFor } from '../../functions/shared/domain/session';
import { canonicalUsername } from '../../functions/shared/domain/text';
import { newLocator } from '../../functions/shared/domain/token';
import type { Account, WithImport } from '../../functions/shared/store/imports';
import type { Stores } from '../users/backend';
import {
  identityOf,
  MAX_SESSIONS_AT_ONCE,
  type Planned,
  type PlanRules,
  planExported,
  planPassword,
  planSession,
  planUser,
} from './plan';
import { type Entry, readEntries } from './source';
import { type Survey, toUsername } from './survey';

export interface ImportOptions extends PlanRules {
  readonly writes: boolean;
  /** Also changes who came before. */
  readonly updates: boolean;
  /** Items a second; absent: as fast as it goes. */
  readonly writesPerSecond?: number | undefined;
  readonly progress: (users: number) => void;
}

/** One user and why it was not taken over, or not fully. */
interface Remark {
  readonly username: string;
  readonly reason: string;
  /** Two users would be one: nothing is written unless the operator says so. */
  readonly isConflict?: true;
}

export interface Outcome {
  created: number;
  tokens: number;
  sessions: number;
  alreadyHere: number;
  passwordsUpdated: number;
  tokensAdded: number;
  skipped: number;
  readonly remarks: Remark[];
}

const USERS_AT_ONCE = 20;
const MAX_BATCH_BYTES = 2 * 1024 * 1024;
const PROGRESS_MS = 2000;
/** To store one user, with less of it each time. */
const MAX_ATTEMPTS = 10;

type UserEntry = Extract<Entry, { kind: 'user' }>;

interface Waiting extends Planned {
  readonly name: string;
}

interface Known {
  readonly index: number;
  readonly entry: UserEntry;
  readonly locator: string;
}

export async function importUsers(
  survey: Survey,
  stores: Pick<Stores, 'imports' | 'administration' | 'users' | 'sessions'>,
  options: ImportOptions,
): Promise<Outcome> {
  const run = new Import(survey, stores, options);
  await run.run();
  return run.outcome;
}

class Import {
  readonly outcome: Outcome = {
    ...{ created: 0, tokens: 0, sessions: 0, alreadyHere: 0, skipped: 0 },
    ...{ passwordsUpdated: 0, tokensAdded: 0, remarks: [] },
  };
  readonly #survey: Survey;
  readonly #stores: Pick<Stores, 'imports' | 'administration' | 'users' | 'sessions'>;
  readonly #options: ImportOptions;
  #batch: Waiting[] = [];
  #batchItems = 0;
  #batchBytes = 0;
  #known: Known[] = [];
  #highestId = 0;
  #written = 0;
  readonly #startedAt = performance.now();
  #toldAt = performance.now();

  constructor(
    survey: Survey,
    stores: Pick<Stores, 'imports' | 'administration' | 'users' | 'sessions'>,
    options: ImportOptions,
  ) {
    this.#survey = survey;
    this.#stores = stores;
    this.#options = options;
  }

  async run(): Promise<void> {
    const survey = this.#survey;
    const { administration } = this.#stores;
    const base = await administration.lastId();
    const deleted = new Set<number>();
    for await (const ids of administration.scanDeletedIds()) for (const id of ids) deleted.add(id);
    await this.#prepare();
    let index = 0;
    for await (const entry of readEntries(survey.source)) {
      if (entry.kind !== 'user') continue;
      const id = survey.givesIds ? base + index + 1 : Number(entry.pk);
      await this.#add({ index, id, entry }, deleted);
      index += 1;
      this.#tell(index);
    }
    await this.#store();
    await this.#updateKnown();
    if (this.#options.writes) await administration.raiseLastId(this.#highestId);
  }

  async #prepare(): Promise<void> {
    const { groups, givesIds, maxId } = this.#survey;
    if (!this.#options.writes) return;
    // First, so that whoever signs up meanwhile gets none of these ids.
    if (!givesIds) await this.#stores.administration.raiseLastId(maxId);
    for (const group of new Set(groups.values())) await this.#stores.imports.putGroup(group);
  }

  #tell(users: number): void {
    if (performance.now() - this.#toldAt < PROGRESS_MS) return;
    this.#toldAt = performance.now();
    this.#options.progress(users);
  }

  async #add(
    planned: { readonly index: number; readonly id: number; readonly entry: UserEntry },
    deleted: ReadonlySet<number>,
  ): Promise<void> {
    const { index, id, entry } = planned;
    const name = String(entry.fields['username']);
    if (toUsername(entry.fields['username']) === undefined)
      return this.#skip(name, 'skipped: the name has letters that no name here has, or is too long');
    if (this.#survey.isSkipped(index))
      return this.#skip(name, `skipped: the name is the same here as that of another user of the file`, true);
    const identity = this.#survey.givesIds ? identityOf(entry) : '';
    const here = this.#survey.here(index, { account: entry.account, identity });
    if (here === 'gone') return this.#skip(name, 'skipped: was taken over before, and deleted here since');
    if (here === 'name taken') return this.#skip(name, "skipped: the name is another user's here", true);
    if (here === 'id taken') return this.#skip(name, `skipped: the id ${id} is another user's here`, true);
    if (!here && !this.#survey.givesIds && deleted.has(id))
      return this.#skip(name, 'skipped: was deleted here');
    if (here) {
      this.outcome.alreadyHere += 1;
      if (!this.#survey.givesIds) this.#highestId = Math.max(this.#highestId, id);
      if (this.#options.updates && !entry.account)
        await this.#addKnown({ index, entry, locator: here.locator });
      return;
    }
    const account =
      planExported(this.#survey, planned, this.#options) ??
      (await planUser(this.#survey, planned, this.#options));
    await this.#enqueue({ ...account, name });
  }

  #skip(username: string, reason: string, isConflict = false): void {
    this.outcome.skipped += 1;
    this.outcome.remarks.push({ username, reason, ...(isConflict && { isConflict }) });
  }

  async #enqueue(waiting: Waiting): Promise<void> {
    const { account } = waiting;
    const items = 6 + Math.min(account.sessions.length, MAX_SESSIONS_AT_ONCE);
    const bytes = 2048 + (account.imported?.django.length ?? 0) * 2 + 1024 * account.sessions.length;
    const isFull =
      this.#batch.length === USERS_AT_ONCE ||
      this.#batchItems + items > MAX_TRANSACTION_ITEMS ||
      this.#batchBytes + bytes > MAX_BATCH_BYTES;
    if (isFull) await this.#store();
    this.#batch.push(waiting);
    this.#batchItems += items;
    this.#batchBytes += bytes;
  }

  /** All users of the batch in one transaction, or one by one if something of one of them is taken. */
  async #store(): Promise<void> {
    const batch = this.#batch;
    const items = this.#batchItems;
    this.#batch = [];
    this.#batchItems = 0;
    this.#batchBytes = 0;
    if (batch.length === 0) return;
    if (!this.#options.writes) {
      for (const waiting of batch) this.#note(waiting);
      return;
    }
    await this.#throttle(items);
    for (const { account } of batch)
      for (const session of account.sessions.slice(MAX_SESSIONS_AT_ONCE))
        await this.#stores.imports.putSession(session);
    const accounts = batch.map(({ account }) => firstPart(account));
    if (await this.#stores.imports.createAll(accounts)) {
      for (const waiting of batch) this.#note(waiting);
      return;
    }
    for (const waiting of batch) await this.#storeOne(waiting);
  }

  /** Somebody signed up meanwhile, or the locator is taken. */
  async #storeOne(waiting: Waiting): Promise<void> {
    let current = waiting;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const taken = await this.#stores.imports.createOne(firstPart(current.account));
      if (taken.length === 0) return this.#note(current);
      const next: Waiting | string = await this.#without(taken, current);
      if (typeof next === 'string') return this.#skip(waiting.name, next, true);
      current = next;
    }
    this.#skip(waiting.name, 'skipped: others kept taking what it needs. Run the import again');
  }

  /** The account without what is taken, or why it cannot be. */
  async #without(taken: readonly string[], waiting: Waiting): Promise<Waiting | string> {
    const { account, reasons } = waiting;
    if (taken.includes('username')) return "skipped: the name is another user's here";
    if (taken.includes('id')) {
      if (!this.#survey.givesIds) return `skipped: the id ${account.user.id} is another user's here`;
      return { ...waiting, account: withId(account, await this.#stores.users.nextId()) };
    }
    if (taken.includes('email')) {
      const reason = `has no reset: ${account.user.email} is another user's here`;
      const user = { ...account.user, ownsEmail: false };
      return { ...waiting, account: { ...account, user }, reasons: [...reasons, reason] };
    }
    const { importedDigest: _, ...imported } = account.imported ?? ({} as NonNullable<Account['imported']>);
    const moved = {
      ...account,
      locator: newLocator(),
      sessions: [],
      ...(account.imported && { imported }),
    };
    const reason = "signs in again: the first ten digits of the token are another user's here";
    return {
      ...waiting,
      account: moved,
      reasons: account.sessions.length > 0 ? [...reasons, reason] : reasons,
    };
  }

  #note({ account, reasons, name }: Waiting): void {
    this.outcome.created += 1;
    this.outcome.sessions += account.sessions.length;
    if (account.sessions.length > 0) this.outcome.tokens += 1;
    this.#highestId = Math.max(this.#highestId, account.user.id);
    for (const reason of reasons) this.outcome.remarks.push({ username: name, reason });
  }

  async #addKnown(known: Known): Promise<void> {
    this.#known.push(known);
    if (this.#known.length === USERS_AT_ONCE) await this.#updateKnown();
  }

  async #updateKnown(): Promise<void> {
    const known = this.#known;
    this.#known = [];
    if (known.length === 0) return;
    const found = await this.#stores.imports.findAll(known.map(({ locator }) => locator));
    for (const each of known) {
      const current = found.get(each.locator);
      if (current?.imported) await this.#update(each, { user: current.user, imported: current.imported });
    }
  }

  /** The cut-over's delta: what changed in Django since the user came, unless it was changed here. */
  async #update(
    { index, entry }: Known,
    { user, imported }: WithImport & { readonly imported: NonNullable<WithImport['imported']> },
  ): Promise<void> {
    const { imports } = this.#stores;
    const { fields } = entry;
    const remark = (reason: string) =>
      this.outcome.remarks.push({ username: String(fields['username']), reason });
    const name = toUsername(fields['username']) ?? '';
    if (canonicalUsername(name) !== canonicalUsername(user.username))
      remark(`is ${user.username} here: a name that changed there since is not taken over`);
    const isActive = fields['is_active'] !== false;
    if (isActive !== user.isActive)
      remark(
        `is ${isActive ? 'active' : 'locked out'} there and ${user.isActive ? 'active' : 'locked out'} here: npm run users -- ${user.isActive ? 'deactivate' : 'activate'}`,
      );
    let current = { user, imported };
    const password = await planPassword(fields['password']);
    if (password.isUsable && password.importedHash !== imported.importedHash && !user.passwordVersion) {
      const isDone = !this.#options.writes || (await imports.replaceImportedHash(current, password));
      if (isDone) {
        this.outcome.passwordsUpdated += 1;
        const { importedHash, passwordHash } = password;
        current = { user: { ...user, passwordHash }, imported: { ...imported, importedHash } };
      } else remark('the password was changed here meanwhile');
    }
    await this.#addToken(index, { current, isActive, remark });
  }

  /** A token that never came before, for a user who has no session here. */
  async #addToken(
    index: number,
    {
      current,
      isActive,
      remark,
    }: {
      readonly current: WithImport & { readonly imported: NonNullable<WithImport['imported']> };
      readonly isActive: boolean;
      readonly remark: (reason: string) => void;
    },
  ): Promise<void> {
    const { user, imported } = current;
    const found = planSession(this.#survey, index, { user, rules: this.#options });
    if (!found) return;
    const { tokenDigest } = found.session;
    const cameBefore = [imported.importedDigest, ...(imported.earlierDigests ?? [])].includes(tokenDigest);
    if (cameBefore) return;
    if (!isActive || !user.isActive) return void remark('the new token is not taken over: locked out');
    const { sessions } = await this.#stores.sessions.list(user.locator);
    const holder = { userId: user.id, sessionGeneration: user.sessionGeneration };
    if (sessions.some(({ session }) => isLiveFor(holder, session, this.#options.now)))
      return void remark('signs in again on the device with the new token: has a session here already');
    if (this.#options.writes) {
      await this.#throttle(8);
      if (!(await this.#stores.imports.moveTo(current, found)))
        return void remark('signs in again: the new token could not be taken over. Run the import again');
    }
    this.outcome.tokensAdded += 1;
  }

  /** Waits until so many items may be written. */
  async #throttle(items: number): Promise<void> {
    const { writesPerSecond } = this.#options;
    this.#written += items;
    if (!writesPerSecond) return;
    const wait = (this.#written / writesPerSecond) * 1000 - (performance.now() - this.#startedAt);
    if (wait > 0) await pause(wait);
  }
}

const firstPart = (account: Account): Account => ({
  ...account,
  sessions: account.sessions.slice(0, MAX_SESSIONS_AT_ONCE),
});

const withId = (account: Account, id: number): Account => ({
  ...account,
  user: { ...account.user, id },
  sessions: account.sessions.map(({ key, session }) => ({ key, session: { ...session, userId: id } })),
  ...(account.imported && { imported: { ...account.imported, userId: id } }),
});
