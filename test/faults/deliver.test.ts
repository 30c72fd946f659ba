/** `deliver` while the database goes away at any of its calls: no message is lost, and the latest code and link are good. */
import { backendFunctions } from '../../functions/functions';
import { type Messaging, startMessaging } from '../support/messaging';

jest.setTimeout(120_000);

/** Too little to wait for the claim of a run that failed. */
const REMAINING_MS = 60_000;
const RESET = '/api/auth/users/reset_password/';
const CONFIRM = '/api/auth/users/reset_password_confirm/';

let backend: Messaging;
beforeAll(async () => {
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  backend = await startMessaging();
});
afterEach(() => backend.decide(() => 'pass'));
afterAll(async () => {
  await backend.close();
  jest.restoreAllMocks();
});

const calls = backendFunctions.deliver.steps.flat().map((call, at) => [at + 1, call] as const);

describe.each([
  ['says no', 'error'],
  ['does what it is asked and loses the answer', 'lose-answer'],
] as const)('if the database %s', (_, fault) => {
  it.each(calls)('from call %i on (%s), another run sends the message', async (first) => {
    const { email } = await backend.signup();
    backend.advance(60);
    backend.mailbox.empty();
    await backend.post(RESET, { email });
    const waiting = await backend.waiting();
    expect(waiting).toHaveLength(1);
    let seen = 0;
    backend.decide((operation) => {
      // The look into the outbox is the test's own.
      if (operation === 'Scan') return 'pass';
      seen += 1;
      return seen < first ? 'pass' : fault;
    });
    const [response] = await backend.deliver({ remainingMs: REMAINING_MS });
    expect(seen).toBeGreaterThanOrEqual(first);
    const [{ pk } = { pk: '' }] = waiting;
    expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: `of-${pk}` }] });
    backend.decide(() => 'pass');
    // By then the claim has ended.
    backend.advance(61);
    await backend.deliver();
    expect(await backend.waiting()).toEqual([]);
    const mails = backend.mailbox.mails.filter(({ code }) => code);
    // Once more if it was sent and could not be deleted.
    expect(mails).toHaveLength(fault === 'error' && first === calls.length ? 2 : 1);
    const { code } = mails.at(-1)!;
    const body = { email, code, new_password: 'another-word-1' };
    expect((await backend.post(CONFIRM, body)).status).toBe(204);
  });
});
