/** Reads what is stored of a run's users into the terms of the model, and checks what must hold of every item at any time. */
import { createHash } from 'node:crypto';
import type { Item } from './engine';
import type { Account, ModelSession, State } from './model';
import type { Run } from './run';
import { searchForSecrets } from './secrets';
import { usernameOf } from './sending';

/** How many names there are in a run. */
export const NAMES = 2;

export interface Seen extends State {
  readonly digests: ReadonlyMap<string, string>;
}

export async function observe(run: Run, nowMs: number): Promise<Seen> {
  const accounts: Account[] = [];
  const items: Item[] = [];
  for (let name = 0; name < NAMES; name += 1) {
    const marker = await run.system.engine.user(`USERNAME#${usernameOf(run, name)}`);
    if (!marker) continue;
    const user = await run.system.engine.user(`USER#${marker['locator']}`);
    if (!user) throw new Error(`The name ${name} belongs to nobody.`);
    items.push(user);
    accounts.push(accountOf(name, user));
  }
  for (const { locator } of accounts) run.seenLocators.add(locator);
  const stored: Item[] = [];
  for (const locator of run.seenLocators) stored.push(...(await run.system.engine.sessions(locator)));
  searchForSecrets(run, [...items, ...stored]);
  const digests = new Map(stored.map(({ id, tokenDigest }) => [String(id), String(tokenDigest)]));
  return { nowMs, accounts, sessions: stored.map(sessionOf), digests };
}

const accountOf = (name: number, user: Item): Account => ({
  name,
  userId: Number(user['id']),
  locator: String(user['pk']).slice('USER#'.length),
  isActive: user['isActive'] === true,
  generation: Number(user['sessionGeneration']),
});

const sessionOf = (item: Item): ModelSession => ({
  id: String(item['id']),
  userId: Number(item['userId']),
  locator: String(item['user']),
  generation: Number(item['sessionGeneration']),
  createdAtMs: Number(item['createdAtMs']),
  refreshCount: Number(item['refreshCount']),
  refreshedAt: Number(item['refreshedAt']),
  expiresAt: Number(item['expiresAt']),
  sessionExpiresAt: Number(item['sessionExpiresAt']),
  ...(item['successorUsedAt'] === undefined ? {} : { usedAt: Number(item['successorUsedAt']) }),
});

export const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');
