/** Challenges and the outbox on a real engine: what is counted, used once, replaced, claimed and deleted, also by many at once. */
import {
  type Challenge,
  findCodeHash,
  renewChallenge,
  toOwner,
} from '../../functions/shared/domain/challenge';
import type { User } from '../../functions/shared/domain/user';
import { addressKey, listChallengeKeys, toChallengeKey } from '../../functions/shared/store/challenge-keys';
import type { FoundUser } from '../../functions/shared/store/users';
import { startDatabase, type TestDatabase } from '../support/database';
import { NOW } from '../support/sessions';
import { createUser, outboxStore, type UserStore, userStore } from '../support/stores';

let database: TestDatabase;
let users: UserStore;
let outbox: ReturnType<typeof outboxStore>;
beforeAll(async () => {
  // The store's patience with others must not run out on a busy machine.
  jest.spyOn(process.hrtime, 'bigint').mockReturnValue(0n);
  database = await startDatabase();
  users = userStore(database);
  outbox = outboxStore(database);
});
afterAll(() => database.close());

let count = 0;
function newUser(overrides: Partial<User> = {}): Promise<FoundUser> {
  count += 1;
  return createUser(users, { id: count, createdAt: NOW, ...overrides });
}

const challengeFor = (user: FoundUser, overrides: Partial<Parameters<typeof renewChallenge>[1]> = {}) =>
  renewChallenge(undefined, {
    ...{ id: 'message-1', purpose: 'reset_password', owner: toOwner(user), token: 'token' },
    ...{ codeHash: 'code-hash', now: NOW, lifetimeSeconds: 600 },
    ...overrides,
  });

/** A stored challenge, and what proves it. */
async function newProof(user: FoundUser, purpose: Challenge['purpose'] = 'reset_password') {
  const key = toChallengeKey(purpose, user);
  const earlier = await outbox.findChallenge(key);
  const challenge = challengeFor(user, { purpose });
  expect(await outbox.replaceChallenge(key, { earlier, challenge })).toBe(true);
  return { key, now: NOW };
}

const outgoing = { entries: [], now: NOW };
const reset = (user: FoundUser, proof: Awaited<ReturnType<typeof newProof>>, passwordHash = 'new-hash') =>
  users.resetPassword(user, { passwordHash, proof, outgoing });
const read = ({ locator, id }: FoundUser) => users.find(locator, id);
const fifty = <Outcome>(attempt: (at: number) => Promise<Outcome>) =>
  Promise.all(Array.from({ length: 50 }, (_, at) => attempt(at)));
const claimAddress = async (user: FoundUser, email: string) => {
  expect(await users.claimEmail(user, { to: email })).toBe('claimed');
  return (await read(user))!;
};

describe('a message in the outbox', () => {
  const enqueue = async () => {
    count += 1;
    await outbox.enqueue({ purpose: 'deletion', email: 'a@example.com' }, { now: NOW, id: `id${count}` });
    return `MESSAGE#id${count}`;
  };

  let runs = 0;
  const newRun = () => {
    runs += 1;
    return `run${runs}`;
  };
  const claim = (pk: string, now: number, run = newRun()) => outbox.claim(pk, { run, now });

  it('is claimed by one of fifty at once, and by another after a minute', async () => {
    const pk = await enqueue();
    const claims = await fifty(() => claim(pk, NOW));
    const taken = claims.filter((claim) => claim && 'item' in claim);
    expect(taken).toEqual([
      { item: expect.objectContaining({ purpose: 'deletion', email: 'a@example.com', createdAt: NOW }) },
    ]);
    expect(claims.filter((claim) => claim && 'claimedUntil' in claim)).toHaveLength(49);
    expect(await claim(pk, NOW + 59)).toEqual({ claimedUntil: NOW + 60 });
    expect(await claim(pk, NOW + 60)).toMatchObject({ item: { attempts: 2 } });
  });

  it("is the run's own again if the response to its claim was lost", async () => {
    const pk = await enqueue();
    await claim(pk, NOW, 'mine');
    expect(await claim(pk, NOW, 'mine')).toHaveProperty('item');
    expect(await claim(pk, NOW, 'other')).toHaveProperty('claimedUntil');
  });

  it('can be claimed at once when it was given back, and never when it is gone', async () => {
    const pk = await enqueue();
    await claim(pk, NOW);
    await outbox.release(pk);
    expect(await claim(pk, NOW)).toHaveProperty('item');
    await outbox.remove(pk);
    expect(await claim(pk, NOW)).toBeUndefined();
    await expect(outbox.release(pk)).rejects.toThrow();
    expect(await database.items('outbox')).not.toContainEqual(expect.objectContaining({ pk }));
  });

  it('that is put twice under one id is one', async () => {
    const pk = await enqueue();
    await outbox.enqueue({ purpose: 'deletion', email: 'a@example.com' }, { now: NOW, id: pk.slice(8) });
    expect((await database.items('outbox')).filter((item) => item['pk'] === pk)).toHaveLength(1);
  });
});

describe('guesses at a code', () => {
  it('count each of two hundred at once, and five of them may be compared', async () => {
    const user = await newUser();
    const { key } = await newProof(user);
    const guesses = await Promise.all(Array.from({ length: 200 }, () => outbox.countGuess(key)));
    expect(guesses.filter((challenge) => findCodeHash(challenge, NOW))).toHaveLength(5);
    expect(await outbox.findChallenge(key)).toMatchObject({ guesses: 200 });
  });

  it('at the code of nobody leave nothing behind', async () => {
    const before = await database.dump();
    expect(await outbox.countGuess(addressKey('nobody@example.com'))).toBeUndefined();
    expect(await database.dump()).toBe(before);
  });
});

describe('a challenge', () => {
  it('resets the password once, also when fifty try at once', async () => {
    const user = await newUser({ emailVerified: false });
    const proof = await newProof(user);
    const outcomes = await fifty((at) => reset(user, proof, `hash-${at}`));
    expect(outcomes.filter((outcome) => outcome === 'reset')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'overtaken')).toHaveLength(49);
    const { emailVerified, ...stored } = (await read(user))!;
    expect(emailVerified).toBeUndefined();
    const passwordHash = `hash-${outcomes.indexOf('reset')}`;
    expect(stored).toMatchObject({ passwordHash, passwordVersion: 1, sessionGeneration: 1 });
  });

  it.each([
    ['of a signup', undefined],
    ['that takes the place of another', 'new-address'],
  ])('confirms an address %s once, also when fifty try at once', async (_, local) => {
    let user = await newUser({ emailVerified: false });
    if (local) user = await claimAddress(user, `${local}@example.com`);
    const proof = await newProof(user, 'activation');
    const outcomes = await fifty(() => users.confirmEmail(user, { proof }));
    expect(outcomes.filter((outcome) => outcome === 'confirmed')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'overtaken')).toHaveLength(49);
    const stored = await read(user);
    expect(stored).toMatchObject({ email: local ? `${local}@example.com` : user.email });
    for (const name of ['emailVerified', 'pendingEmail']) expect(stored).not.toHaveProperty(name);
  });

  it('deletes the user once, also when fifty try at once', async () => {
    const user = await newUser();
    const { key: proof } = await newProof(user, 'deletion');
    const outcomes = await fifty(() => users.deleteUser(user, { listedUntil: NOW, proof }));
    expect(outcomes.filter((outcome) => outcome === 'deleted')).toHaveLength(1);
    for (const outcome of outcomes) expect(['deleted', 'overtaken', 'gone']).toContain(outcome);
    expect(await outbox.findChallenge(proof)).toBeUndefined();
  });

  const change: Record<string, (user: FoundUser) => Promise<unknown>> = {
    'the password': async (user) => reset(user, await newProof(user)),
    'the address': (user) => users.changeEmail(user, { to: `elsewhere${user.id}@example.com` }),
    'the user at that place': async ({ locator, ...user }) => {
      await users.deleteUser({ ...user, locator }, { listedUntil: NOW });
      const next = { ...user, id: user.id + 5000, username: `next${user.id}` };
      const key = { locator, session: 'cd22' };
      expect(await users.create({ user: next, key })).toBe('created');
    },
  };

  it.each(Object.entries(change))(
    'that was looked at before %s changed is good for nothing',
    async (_, make) => {
      const user = await newUser();
      await make(user);
      // At worst the item is there as it was.
      const [resetting, deleting] = [await newProof(user), await newProof(user, 'deletion')];
      const activating = await newProof(user, 'activation');
      const before = await database.dump();
      expect(await reset(user, resetting)).toBe('overtaken');
      expect(await users.confirmEmail(user, { proof: activating })).toMatch(/overtaken|gone/);
      expect(await users.deleteUser(user, { listedUntil: NOW, proof: deleting.key })).toMatch(
        /overtaken|gone/,
      );
      expect(await database.dump()).toBe(before);
    },
  );

  it('stands when the name or the hash of the same password is changed, and falls with the user’s access', async () => {
    const user = await newUser();
    await users.changeUsername(user, { to: `renamed${user.id}` });
    await users.replacePasswordHash(user.locator, { from: 'old-hash', to: 'hash-of-the-same' });
    const proof = await newProof(user);
    await users.deactivate(user, { entries: [], now: NOW });
    expect(await reset(user, proof)).toBe('overtaken');
    await database.put('users', { pk: `USER#${user.locator}`, ...(await read(user)), isActive: true });
    expect(await reset(user, proof)).toBe('reset');
  });

  it('confirms only the address that it was sent to', async () => {
    const user = await newUser({ emailVerified: false });
    const first = await claimAddress(user, 'first@example.com');
    const proof = await newProof(first, 'activation');
    const second = await claimAddress(first, 'second@example.com');
    expect(await users.confirmEmail(first, { proof })).toBe('overtaken');
    expect(await read(user)).toEqual(second);
    // Nor does what confirms the old address, if it was looked at before there was another.
    const own = await newProof(user, 'activation');
    expect(await users.confirmEmail(user, { proof: own })).toBe('overtaken');
    expect(await read(user)).toEqual(second);
  });

  it('that was used is not replaced as if it had not been, nor is that of another message', async () => {
    const user = await newUser();
    const { key, now } = await newProof(user);
    const earlier = await outbox.findChallenge(key);
    const messages = await fifty((at) =>
      outbox.replaceChallenge(key, { earlier, challenge: challengeFor(user, { id: `message-2-${at}` }) }),
    );
    expect(messages.filter(Boolean)).toHaveLength(1);
    const current = await outbox.findChallenge(key);
    const challenge = challengeFor(user, { id: 'message-3' });
    await reset(user, { key, now });
    expect(await outbox.replaceChallenge(key, { earlier: current, challenge })).toBe(false);
    const used = await outbox.findChallenge(key);
    expect(used).toMatchObject({ usedAt: NOW });
    expect(await outbox.replaceChallenge(key, { earlier: undefined, challenge })).toBe(false);
    expect(await outbox.replaceChallenge(key, { earlier: used, challenge })).toBe(true);
  });

  it('of an address that two claim confirms it for one of them', async () => {
    const address = 'wanted@example.com';
    const [one, other] = [
      await claimAddress(await newUser(), address),
      await claimAddress(await newUser(), address),
    ];
    await newProof(one, 'activation');
    const proof = await newProof(other, 'activation');
    expect(await users.confirmEmail(other, { proof })).toBe('confirmed');
    expect(await users.confirmEmail(one, { proof })).toBe('overtaken');
    const again = await newProof(one, 'activation');
    expect(await users.confirmEmail(one, { proof: again })).toBe('taken');
    expect(await outbox.findChallenge(again.key)).not.toHaveProperty('usedAt');
    expect(await users.findByEmail(address)).toMatchObject({ id: other.id });
  });
});

describe('the end of an account', () => {
  it('takes every challenge with it, also that of an address which is not confirmed yet', async () => {
    const user = await claimAddress(await newUser(), 'Not-Yet@Example.com');
    const { email, locator, id } = user;
    for (const purpose of ['reset_password', 'deletion', 'activation'] as const)
      await newProof(user, purpose);
    await newProof({ locator, id, email } as FoundUser, 'activation');
    const keys = listChallengeKeys(user);
    expect(await Promise.all(keys.map((key) => outbox.findChallenge(key)))).not.toContain(undefined);
    expect(keys).toHaveLength(4);
    expect(await users.deleteUser(user, { listedUntil: NOW, proof: keys[1]! })).toBe('deleted');
    const left = JSON.stringify(await database.items('outbox'));
    for (const text of [locator, ...keys.map(({ pk }) => pk)]) expect(left).not.toContain(text);
  });
});
