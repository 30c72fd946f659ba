/** The function that sends, with a channel of the test's own, on a real engine. Time stands still unless a test moves it. */
import type { Message, PublishedEvent } from '../../functions/deliver/channel';
import { type DeliverDependencies, deliver } from '../../functions/deliver/deliver';
import { hasToken } from '../../functions/shared/domain/challenge';
import type { OutboxEntry } from '../../functions/shared/domain/message';
import { matchesPassword } from '../../functions/shared/domain/password-hash';
import type { User } from '../../functions/shared/domain/user';
import { addressKey, toChallengeKey } from '../../functions/shared/store/challenge-keys';
import type { FoundUser } from '../../functions/shared/store/users';
import { startDatabase, type TestDatabase } from '../support/database';
import { recordingLog } from '../support/log';
import { NOW } from '../support/sessions';
import { createUser, outboxStore, rateLimitStore, type UserStore, userStore } from '../support/stores';

let database: TestDatabase;
let users: UserStore;
let outbox: ReturnType<typeof outboxStore>;
beforeAll(async () => {
  database = await startDatabase();
  users = userStore(database);
  outbox = outboxStore(database);
});
afterAll(() => database.close());

let nowMs = NOW * 1000;
let sent: Message[] = [];
let published: PublishedEvent[] = [];
beforeEach(() => {
  // A new day, in which no address had a message.
  nowMs += 86_400_000;
  sent = [];
  published = [];
});
const now = () => nowMs / 1000;
const minutes = (count: number) => {
  nowMs += count * 60_000;
};

const dependencies = (overrides: Partial<DeliverDependencies> = {}): DeliverDependencies => ({
  clock: () => nowMs,
  pause: async (milliseconds) => {
    nowMs += milliseconds;
  },
  outbox,
  users,
  challenges: outbox,
  rateLimits: rateLimitStore(database),
  channel: async (message) => void sent.push(message),
  publish: async (event) => void published.push(event),
  emailVerification: 'optional',
  bcryptCost: 4,
  lifetimeSeconds: 3600,
  needsLink: true,
  links: {
    reset_password: 'https://a.example/r?u={uid}#{token}',
    deletion: 'https://a.example/d?u={uid}#{token}',
  },
  ...overrides,
});

let count = 0;
function newUser(overrides: Partial<User> = {}): Promise<FoundUser> {
  count += 1;
  return createUser(users, { id: count, createdAt: NOW, ...overrides });
}

async function enqueue(entry: OutboxEntry): Promise<string> {
  count += 1;
  await outbox.enqueue(entry, { now: now(), id: `id${count}` });
  return `MESSAGE#id${count}`;
}

/** What the log says came of it. */
async function run(pk: string, overrides: Partial<DeliverDependencies> = {}): Promise<unknown> {
  const log = recordingLog();
  await deliver(pk, { log }, dependencies(overrides));
  expect(log.failures).toEqual([]);
  const [event, ...others] = log.events;
  expect(others).toEqual([]);
  return event && [event.event, event.reason].filter(Boolean).join(' ');
}
const send = async (entry: OutboxEntry, overrides?: Partial<DeliverDependencies>) =>
  run(await enqueue(entry), overrides);

const waiting = async () => (await database.items('outbox')).filter(({ pk }) => pk.startsWith('MESSAGE#'));
const challenges = async () =>
  (await database.items('outbox')).filter(({ pk }) => pk.startsWith('CHALLENGE#'));
const resetOf = ({ email }: FoundUser) => ({ purpose: 'reset_password', email }) as const;
const activationOf = ({ locator, id: userId }: FoundUser) =>
  ({ purpose: 'activation', locator, userId }) as const;
const fail = async () => {
  throw new Error('The channel is closed.');
};

describe('a message', () => {
  it('is sent once, with secrets of which only digests are stored, and is then gone', async () => {
    const user = await newUser();
    const pk = await enqueue(resetOf(user));
    expect(await run(pk)).toBe('message_sent');
    expect(await run(pk)).toBeUndefined();
    expect(await waiting()).toEqual([]);
    const [message] = sent;
    const { secrets } = message!;
    expect(sent).toEqual([
      { purpose: 'reset_password', to: user.email, userId: user.id, now: now(), secrets },
    ]);
    expect(secrets).toMatchObject({ tokenExpiresAt: now() + 3600, codeExpiresAt: now() + 600 });
    expect(secrets?.link).toBe(`https://a.example/r?u=${secrets?.uid}#${secrets?.token}`);
    const challenge = (await outbox.findChallenge(toChallengeKey('reset_password', user)))!;
    expect(hasToken(challenge, secrets!.token, now())).toBe(true);
    expect(await matchesPassword(secrets!.code!, challenge.codeHash, 4)).toBe(true);
    expect(challenge.codeHash).toMatch(/\$2b\$04\$/);
    const stored = await database.dump();
    for (const secret of [secrets!.token, secrets!.code!]) expect(stored).not.toContain(`"${secret}"`);
  });

  it('goes to the address as stored, whoever wrote it how', async () => {
    await newUser({ email: 'Some.Body@Bücher.Example' });
    await send({ purpose: 'reset_password', email: 'some.body@xn--bcher-kva.example' });
    expect(sent.map(({ to }) => to)).toEqual(['Some.Body@Bücher.Example']);
  });

  it('that fails stays, and the next run sends it with other secrets', async () => {
    const user = await newUser();
    const pk = await enqueue(resetOf(user));
    const tried: Message[] = [];
    const channel = async (message: Message) => {
      tried.push(message);
      return fail();
    };
    await expect(run(pk, { channel })).rejects.toThrow('The channel is closed.');
    expect(await waiting()).toEqual([expect.objectContaining({ pk, attempts: 1 })]);
    // At once: the claim was given back.
    const failedAt = nowMs;
    expect([await run(pk), nowMs]).toEqual(['message_sent', failedAt]);
    expect(sent).toHaveLength(1);
    const challenge = (await outbox.findChallenge(toChallengeKey('reset_password', user)))!;
    // It may have left all the same, so its link is good; there is one code.
    for (const { secrets } of [...tried, ...sent])
      expect(hasToken(challenge, secrets!.token, now())).toBe(true);
    expect(await matchesPassword(tried[0]!.secrets!.code!, challenge.codeHash, 4)).toBe(false);
  });

  it('of a run that was killed is sent again when that run’s claim ends, and not before', async () => {
    const pk = await enqueue(resetOf(await newUser()));
    const killed = { ...outbox, remove: fail };
    await expect(run(pk, { outbox: killed })).rejects.toThrow();
    expect(sent).toHaveLength(1);
    const killedAt = nowMs;
    expect(await run(pk)).toBe('message_sent');
    expect([sent.length, nowMs - killedAt]).toEqual([2, 60_000]);
    expect(await waiting()).toEqual([]);
  });

  it('is sent once by two runs at once', async () => {
    const pk = await enqueue(resetOf(await newUser()));
    let second: Promise<unknown> = Promise.resolve();
    // It begins while the first is sending, and waits for it.
    const first: Promise<unknown> = run(pk, {
      channel: async (message) => {
        second = run(pk, { pause: async () => void (await first) });
        sent.push(message);
      },
    });
    expect([await first, await second]).toEqual(['message_sent', undefined]);
    expect(sent).toHaveLength(1);
    expect(await waiting()).toEqual([]);
  });

  it('that another run keeps for longer than there is time for is left for later', async () => {
    const pk = await enqueue(resetOf(await newUser()));
    await outbox.claim(pk, { run: 'another', now: now() });
    const pause = fail;
    await expect(run(pk, { pause })).rejects.toThrow();
    expect(await waiting()).toHaveLength(1);
    await outbox.remove(pk);
  });

  it.each<[string, (user: FoundUser) => Promise<unknown>, string]>([
    ['is gone', (user) => users.deleteUser(user, { listedUntil: NOW }), 'user_unknown'],
    ['was locked out', (user) => users.deactivate(user, { entries: [], now: NOW }), 'user_unknown'],
    ['has given the address up', (user) => users.changeEmail(user, { to: 'x@example.com' }), 'user_unknown'],
  ])('for a user who %s is for nobody', async (_, change, reason) => {
    const user = await newUser();
    const pk = await enqueue(resetOf(user));
    await change(user);
    expect(await run(pk)).toBe(`message_dropped ${reason}`);
    expect([sent, await waiting()]).toEqual([[], []]);
    expect(JSON.stringify(await challenges())).not.toContain(user.email);
  });

  it('for the next user at the same place is not that of the one before', async () => {
    const user = await newUser();
    const entry = activationOf({ ...user, id: user.id + 5000 });
    expect(await send(entry)).toBe('message_dropped user_unknown');
  });

  it('for josé does not go to jose, nor the other way round', async () => {
    await newUser({ email: 'josé@example.com' });
    expect(await send({ purpose: 'reset_password', email: 'jose@example.com' })).toMatch('user_unknown');
    await newUser({ email: 'jose@example.com' });
    for (const email of ['josé@example.com', 'jose@example.com'])
      await send({ purpose: 'reset_password', email });
    expect(sent.map(({ to }) => to)).toEqual(['josé@example.com', 'jose@example.com']);
  });

  it('that has no way to leave costs no secret, and is counted', async () => {
    const user = await newUser();
    const before = await challenges();
    const none = { channel: undefined, publish: undefined };
    for (const entry of [
      resetOf(user),
      { purpose: 'password_changed', to: user.email, userId: user.id } as const,
    ])
      expect(await send(entry, none)).toBe('message_undeliverable no_channel');
    const event = { purpose: 'event', event: 'user.created', userId: user.id } as const;
    expect(await send(event, none)).toBe('message_undeliverable no_bus');
    const deletion = { purpose: 'deletion', email: user.email } as const;
    expect(await send(deletion, { links: {} })).toBe('message_undeliverable no_link');
    expect([sent, await waiting(), await challenges()]).toEqual([[], [], before]);
  });

  it('to delete the account has a link and no code', async () => {
    const user = await newUser();
    await send({ purpose: 'deletion', email: user.email });
    expect(sent[0]!.secrets).toEqual({
      uid: expect.any(String),
      token: expect.any(String),
      tokenExpiresAt: now() + 3600,
      link: expect.stringMatching(/^https:\/\/a\.example\/d\?u=[\w-]{7}#[0-9a-f]{32}$/),
    });
    expect(await outbox.findChallenge(toChallengeKey('deletion', user))).not.toHaveProperty('codeHash');
  });
});

describe('a notice', () => {
  it('goes to the address that the user had, also when the user is gone, and has no secret', async () => {
    const notice = { purpose: 'account_deleted', to: 'Gone@example.com', userId: 9 } as const;
    expect(await send(notice)).toBe('message_sent');
    expect(sent).toEqual([{ ...notice, now: now() }]);
  });
});

describe('an event', () => {
  it('has ids, and the time at which it came about', async () => {
    const createdAt = now();
    const event = { purpose: 'event', event: 'session.reused', userId: 7, sessionId: 's' } as const;
    const pk = await enqueue(event);
    minutes(5);
    expect(await run(pk, { channel: undefined })).toBe('message_sent');
    expect(published).toEqual([{ event: 'session.reused', userId: 7, sessionId: 's', at: createdAt }]);
    const failing = await enqueue(event);
    await expect(run(failing, { publish: fail })).rejects.toThrow();
    expect(await run(failing)).toBe('message_sent');
    expect([published.length, await waiting()]).toEqual([2, []]);
  });
});

describe('a message to confirm an address', () => {
  const claimed = async (email: string) => {
    const user = await newUser({ emailVerified: false });
    expect(await users.claimEmail(user, { to: email })).toBe('claimed');
    return { ...user, pendingEmail: email };
  };

  it('goes to the one that is claimed, whichever of the two is asked for', async () => {
    const user = await claimed('New@Example.com');
    await send(activationOf(user));
    minutes(1);
    await send({ purpose: 'activation', email: 'new@example.com' });
    minutes(1);
    await send({ purpose: 'activation', email: user.email });
    expect(sent.map(({ to }) => to)).toEqual(Array(3).fill('New@Example.com'));
  });

  it.each([
    ['is confirmed', {}, 'optional'],
    ['is not confirmed where addresses are not verified', { emailVerified: false }, 'off'],
  ] as const)('is not sent if the address %s', async (_, attributes, emailVerification) => {
    const user = await newUser(attributes);
    expect(await send(activationOf(user), { emailVerification })).toBe('message_dropped not_needed');
  });

  it('to one that two claim is good for the later one', async () => {
    const [one, other] = [await claimed('both@example.com'), await claimed('both@example.com')];
    await send(activationOf(one));
    minutes(1);
    await send(activationOf(other));
    minutes(1);
    await send({ purpose: 'activation', email: 'both@example.com' });
    expect(sent.map(({ userId }) => userId)).toEqual([one.id, other.id, other.id]);
    const challenge = (await outbox.findChallenge(addressKey('both@example.com')))!;
    const open = sent.map(({ secrets }) => hasToken(challenge, secrets!.token, now()));
    expect([challenge.userId, ...open]).toEqual([other.id, false, true, true]);
  });

  it('is limited for the address that gets it, not only for the one that was asked for', async () => {
    const address = 'victim@example.com';
    const outcomes = [];
    for (let number = 0; number < 8; number += 1) {
      const { email } = await claimed(address);
      outcomes.push(await send({ purpose: 'activation', email }));
      if (number > 1) minutes(1);
    }
    expect(outcomes.map((outcome) => outcome === 'message_sent')).toEqual([
      true,
      false,
      false,
      true,
      true,
      true,
      true,
      false,
    ]);
    expect(sent).toHaveLength(5);
    expect(outcomes[1]).toBe('message_refused recipient_limit');
    expect(await waiting()).toEqual([]);
  });

  it('that failed is not refused by the limit that it was counted in', async () => {
    const { email } = await claimed('slow@example.com');
    const pk = await enqueue({ purpose: 'activation', email });
    await expect(run(pk, { channel: fail })).rejects.toThrow();
    expect(await run(pk)).toBe('message_sent');
  });
});

describe('a full outbox', () => {
  it('is worked off by runs at once, although every third attempt fails: each message leaves once', async () => {
    const people = await Promise.all(Array.from({ length: 10 }, () => newUser()));
    const keys = await Promise.all(
      Array.from({ length: 240 }, (_, at) => {
        const { email: to, id: userId } = people[at % 10]!;
        return enqueue(
          at % 40 < 10 ? resetOf(people[at % 10]!) : { purpose: 'password_changed', to, userId },
        );
      }),
    );
    let attempts = 0;
    const channel = async (message: Message) => {
      attempts += 1;
      if (attempts % 3 === 0) return fail();
      sent.push(message);
    };
    for (let left = keys; left.length > 0; left = (await waiting()).map(({ pk }) => pk))
      await Promise.allSettled(left.map((pk) => run(pk, { channel })));
    // Of those with a secret, an address gets one a minute.
    expect(sent).toHaveLength(190);
    expect(sent.filter(({ secrets }) => secrets)).toHaveLength(10);
    for (const { id, ...user } of people) {
      const challenge = (await outbox.findChallenge(toChallengeKey('reset_password', user)))!;
      const own = sent.filter(({ userId, secrets }) => userId === id && secrets);
      expect(own).toHaveLength(1);
      expect(hasToken(challenge, own[0]!.secrets!.token, now())).toBe(true);
    }
  });
});
