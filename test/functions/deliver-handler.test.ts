/** The function that sends, as deployed: batches, SES, and what it writes down. */
import { captureLines, type LoggedLines } from '../support/log';
import { type Messaging, startMessaging } from '../support/messaging';

let messaging: Messaging;
let lines: LoggedLines;
beforeAll(async () => {
  lines = captureLines();
  messaging = await startMessaging();
});
beforeEach(() => {
  lines.release();
  lines = captureLines();
  messaging.mailbox.empty();
});
afterEach(() => {
  messaging.mailbox.refuse(() => undefined);
  messaging.decide(() => 'pass');
});
afterAll(async () => {
  await messaging.close();
  lines.release();
});

const RESET = '/api/auth/users/reset_password/';
/** So many users, each of whom asked for a message. */
async function asked(count: number) {
  const users = [];
  for (let number = 0; number < count; number += 1) users.push(await messaging.signup());
  messaging.mailbox.empty();
  messaging.advance(60);
  for (const { email } of users) await messaging.post(RESET, { email });
  return users;
}

describe('a batch', () => {
  it('is worked on to its end, and names the first that failed', async () => {
    const users = await asked(10);
    const order = (await messaging.waiting()).map(({ pk, email }) => ({ pk, email }));
    const failing = [order[3]!, order[7]!];
    messaging.mailbox.refuse(({ to }) =>
      failing.some(({ email }) => email === to) ? 'MessageRejected' : undefined,
    );
    const [response] = await messaging.deliver();
    expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: `of-${failing[0]!.pk}` }] });
    expect(messaging.mailbox.mails).toHaveLength(8);
    messaging.mailbox.refuse(() => undefined);
    expect(await messaging.deliver()).toEqual([{ batchItemFailures: [] }]);
    expect(messaging.mailbox.mails.map(({ to }) => to).sort()).toEqual(
      users.map(({ email }) => email).sort(),
    );
    expect(await messaging.waiting()).toEqual([]);
  });

  it('begins nothing for which no time is left, and takes nothing from the next run', async () => {
    await asked(2);
    const [first] = await messaging.waiting();
    const [response] = await messaging.deliver({ remainingMs: 30_000 });
    expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: `of-${first!['pk']}` }] });
    for (const item of await messaging.waiting()) expect(item).not.toHaveProperty('attempts');
    expect(messaging.mailbox.mails).toEqual([]);
    await messaging.deliver();
    expect(messaging.mailbox.mails).toHaveLength(2);
  });

  it('does not wait for another run longer than there is time', async () => {
    await asked(1);
    const [item] = await messaging.waiting();
    const claimedUntil = Date.now() / 1000 + 60;
    await messaging.stored.put('outbox', { ...item, claimedUntil });
    const [response] = await messaging.deliver({ remainingMs: 100_000 });
    expect(response?.batchItemFailures).toHaveLength(1);
    expect(await messaging.waiting()).toEqual([{ ...item, claimedUntil }]);
    messaging.advance(60);
    await messaging.deliver();
    expect(messaging.mailbox.mails).toHaveLength(1);
  });

  it('is not lost while the database fails', async () => {
    await asked(1);
    for (const failing of ['UpdateItem', 'GetItem', 'PutItem']) {
      messaging.decide((operation) => (operation === failing ? 'error' : 'pass'));
      expect((await messaging.deliver())[0]?.batchItemFailures).toHaveLength(1);
    }
    messaging.decide(() => 'pass');
    await messaging.deliver();
    expect(messaging.mailbox.mails).toHaveLength(1);
  });
});

describe('what is written down', () => {
  it('of a mail that SES throttles is the name of the error, and no word of it', async () => {
    const [user] = await asked(1);
    messaging.mailbox.refuse(() => 'TooManyRequestsException');
    await messaging.deliver();
    const failures = lines.all().filter(({ kind }) => kind === 'failure');
    expect(failures).toEqual([
      {
        ...{ time: expect.any(String), level: 'ERROR', kind: 'failure', function: 'deliver' },
        ...{ requestId: 'run-1', error: 'TooManyRequestsException', stack: expect.any(Array) },
      },
    ]);
    expect(lines.text()).not.toContain(user!.email);
    messaging.mailbox.refuse(() => undefined);
    await messaging.deliver();
    expect(messaging.mailbox.mails).toHaveLength(1);
  });

  it('of an event for which there is no bus is that it went nowhere', async () => {
    const event = { purpose: 'event', event: 'user.created', userId: 7, createdAt: 1, expiresAt: 9e9 };
    await messaging.stored.put('outbox', { pk: 'MESSAGE#event', ...event });
    expect(await messaging.deliver()).toEqual([{ batchItemFailures: [] }]);
    expect(lines.all()).toEqual([
      expect.objectContaining({ event: 'message_undeliverable', reason: 'no_bus', userId: 7 }),
    ]);
    expect(await messaging.waiting()).toEqual([]);
  });
});
