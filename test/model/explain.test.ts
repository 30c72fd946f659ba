/** The search for an order, where it went wrong once. */
import { isExplained, type SeenAttempt } from './explain';
import type { ModelSession, State } from './model';

const NOW = 1_800_000_000;
const sessionOf = (id: string, userId: number): ModelSession => ({
  id,
  userId,
  locator: `locator${userId}`,
  generation: 0,
  createdAtMs: NOW * 1000,
  refreshCount: 0,
  refreshedAt: NOW,
  expiresAt: NOW + 600,
  sessionExpiresAt: NOW + 1000,
});
const stateWith = (userId: number, ...sessions: ModelSession[]): State => ({
  nowMs: NOW * 1000,
  accounts: [{ name: 0, userId, locator: `locator${userId}`, isActive: true, generation: 0 }],
  sessions,
});
const attempt = (parts: Pick<SeenAttempt, 'request' | 'answer'> & Partial<SeenAttempt>): SeenAttempt => ({
  isFaulty: false,
  newSessionId: 'new',
  deleted: new Set(),
  newUser: { userId: 0, locator: '' },
  ...parts,
});

const login = attempt({
  request: { action: 'login', name: 0, isPasswordRight: true },
  newSessionId: 'b',
  answer: '200 600',
});
const signup = attempt({
  request: { action: 'signup', name: 0 },
  newSessionId: 'a',
  newUser: { userId: 2, locator: 'locator2' },
  answer: '201 600',
});
const deletion = attempt({ request: { action: 'delete', name: 0, userId: 1 }, answer: 'done' });

it('tells a login of the user who was deleted from one of the user who then took the name, in whatever order it looks', () => {
  const before = stateWith(1);
  const after = stateWith(2, sessionOf('a', 2), sessionOf('b', 2));
  expect(isExplained(before, [deletion, signup, login], after)).toBe(true);
  expect(isExplained(before, [login, signup, deletion], after)).toBe(true);
});

it('finds no order where there is none', () => {
  expect(isExplained(stateWith(1), [login, deletion], stateWith(2, sessionOf('b', 2)))).toBe(false);
  expect(isExplained(stateWith(1), [login], stateWith(1))).toBe(false);
});
