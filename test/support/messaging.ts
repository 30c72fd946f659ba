/** A backend whose functions run in this process and send by a mailbox of the test's own, at a time that the test decides. */
import type { DynamoDBBatchResponse } from 'aws-lambda';
import { compare } from 'bcryptjs';
import { type Backend, type Reply, startBackend } from './backend';
import type { FaultName } from './faults';
import { handlerOf, variablesFor } from './functions';
import { type Mailbox, type ReceivedMail, startMailbox } from './mail';
import type { StoredItems } from './stored-items';
import { postponeTimeOuts } from './time-outs';

/** What a request reached. */
export interface Traced extends Reply {
  readonly calls: readonly string[];
  /** How many passwords or codes were compared. The suite has to mock `compare`. */
  readonly comparisons: number;
}

export interface Messaging {
  readonly stored: StoredItems;
  readonly mailbox: Mailbox;
  /** From a source IP of its own, unless it says which. */
  post(
    path: string,
    body: object,
    from?: { readonly sourceIp?: string; readonly token?: string },
  ): Promise<Reply>;
  /** The same for a request that nothing else runs beside. */
  trace(path: string, body: object, sourceIp?: string): Promise<Traced>;
  /** Runs `deliver` once for what waits in the outbox, in batches of ten. */
  deliver(options?: { readonly remainingMs?: number }): Promise<readonly DynamoDBBatchResponse[]>;
  waiting(): Promise<readonly Record<string, any>[]>;
  /** Signs up, and delivers what comes of it. */
  signup(overrides?: object): Promise<{ username: string; email: string; id: number; token: string }>;
  /** Asks for a message and delivers it; the mail, if one came. */
  mailFor(path: string, email: string): Promise<ReceivedMail | undefined>;
  advance(seconds: number): void;
  /** Decides what every call to the database meets from now on. */
  decide(rule: (operation: string) => FaultName): void;
  close(): Promise<void>;
}

const PASSWORD = 'password123';

export async function startMessaging(variables: Readonly<Record<string, string>> = {}): Promise<Messaging> {
  let nowMs = new Date('2027-01-15T12:00:00Z').getTime();
  const clock = jest.spyOn(Date, 'now').mockImplementation(() => nowMs);
  const restoreTimeOuts = postponeTimeOuts();
  const mailbox = await startMailbox();
  process.env['AWS_ENDPOINT_URL_SESV2'] = mailbox.endpoint;
  let rule: (operation: string) => FaultName = () => 'pass';
  const traces = new Map<string, string[]>();
  const { USERS_TABLE, TOKENS_TABLE, RATE_LIMITS_TABLE, OUTBOX_TABLE, ...settings } = variablesFor({
    ...{ users: '', tokens: '', rateLimits: '', outbox: '' },
  });
  const backend: Backend<string> = await startBackend<string>({
    assembly: process.env['TOKEN_AUTH_TEST_ASSEMBLY']!,
    variables: {
      ...settings,
      ...{ ADMITTED_ROLES: 'CLERK', NOTICES: 'on', EMAIL_VERIFICATION: 'optional' },
      ...{ MESSAGE_CHANNEL: 'ses', EMAIL_FROM: 'no-reply@example.com' },
      RESET_URL: 'https://app.example.com/reset?uid={uid}#{token}',
      ACTIVATION_URL: 'https://app.example.com/activate?uid={uid}#{token}',
      DELETION_URL: 'https://app.example.com/leave?uid={uid}#{token}',
      ...variables,
    },
    decide: ({ operation, payload }, origin) => {
      if (origin) traces.get(origin.lane)?.push(`${operation} ${tableIn(payload)}`);
      return rule(operation);
    },
  });
  const send = await backend.deploy(handlerOf);
  const deliverHandler = await handlerOf('deliver');
  let count = 0;
  const newSourceIp = () => {
    count += 1;
    return `10.${count >> 16}.${(count >> 8) & 255}.${count & 255}`;
  };
  const post: Messaging['post'] = (path, body, { sourceIp = newSourceIp(), token } = {}) =>
    send({ method: 'POST', path, body, token }, 'untraced', sourceIp);
  const waiting = async () =>
    (await backend.stored.all('outbox')).filter(({ pk }) => pk.startsWith('MESSAGE#'));
  const deliver: Messaging['deliver'] = async ({ remainingMs = 120_000 } = {}) => {
    const records = (await waiting()).map(({ pk }) => ({
      dynamodb: { Keys: { pk: { S: pk } }, SequenceNumber: `of-${pk}` },
    }));
    const batches = Array.from({ length: Math.ceil(records.length / 10) }, (_, at) =>
      records.slice(at * 10, at * 10 + 10),
    );
    const context = { awsRequestId: 'run-1', getRemainingTimeInMillis: () => remainingMs };
    const responses = [];
    for (const Records of batches) responses.push(await deliverHandler({ Records }, context));
    return responses;
  };
  return {
    stored: backend.stored,
    mailbox,
    post,
    waiting,
    deliver,
    trace: async (path, body, sourceIp = newSourceIp()) => {
      const [lane, calls] = [`traced-${count}`, [] as string[]];
      traces.set(lane, calls);
      const before = jest.mocked(compare).mock.calls.length;
      const reply = await send({ method: 'POST', path, body }, lane, sourceIp);
      traces.delete(lane);
      return { ...reply, calls, comparisons: jest.mocked(compare).mock.calls.length - before };
    },
    signup: async (overrides = {}) => {
      count += 1;
      const username = `user${count}`;
      const body = { username, email: `${username}@example.com`, password: PASSWORD, ...overrides };
      const reply = await post('/api/signup/', body);
      if (reply.status !== 201) throw new Error(`Signup failed: ${reply.status} ${reply.text}`);
      await deliver();
      return { ...reply.body.user, token: reply.body.token };
    },
    mailFor: async (path, email) => {
      mailbox.empty();
      // An address gets one message a minute.
      nowMs += 60_000;
      const reply = await post(path, { email });
      if (reply.status !== 204) throw new Error(`The request failed: ${reply.status} ${reply.text}`);
      await deliver();
      return mailbox.mails.findLast(({ token }) => token);
    },
    advance: (seconds) => {
      nowMs += seconds * 1000;
    },
    decide: (newRule) => {
      rule = newRule;
    },
    close: async () => {
      clock.mockRestore();
      restoreTimeOuts();
      await backend.close();
      await mailbox.close();
      delete process.env['AWS_ENDPOINT_URL_SESV2'];
    },
  };
}

/** Those of a transaction one after the other. */
function tableIn(payload: Readonly<Record<string, any>>): string {
  const items: Record<string, any>[] = payload['TransactItems'] ?? [{ all: payload }];
  return items
    .flatMap((item) => Object.values(item))
    .map(({ TableName }) => /Tables(\w+?)[0-9A-F]{8}/.exec(TableName)?.[1] ?? TableName)
    .join();
}
