/** What can become of a call to DynamoDB, as data; `faulty-database.ts` makes it happen. */
import { CALL_ATTEMPT_TIMEOUT_MS } from '../../functions/shared/domain/limits';

/** What a call asks for, or what is answered to it. */
export type Payload = Readonly<Record<string, any>>;

export interface Reply {
  readonly status: number;
  readonly body: Payload;
}

export interface Fault {
  /** Whether the database does what it was asked to. */
  readonly isApplied: boolean;
  /** How much of the database's answer arrives before the connection ends or falls silent; or another answer in its place. */
  readonly answer:
    | 'whole'
    | 'half-then-cut'
    | 'half-then-silence'
    | 'cut'
    | 'silence'
    | ((call: Payload) => Reply);
  readonly delayMs?: number;
  /** The operations that can meet it; absent: all. */
  readonly operations?: readonly string[];
}

const refusal =
  (status: number, type: string, details: object = {}) =>
  (): Reply => ({
    status,
    body: { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: 'no', ...details },
  });
const cancellation = { CancellationReasons: [{ Code: 'TransactionConflict' }, { Code: 'None' }] };

export const faults = {
  pass: { isApplied: true, answer: 'whole' },
  slow: { isApplied: true, answer: 'whole', delayMs: CALL_ATTEMPT_TIMEOUT_MS / 2 },
  late: { isApplied: true, answer: 'whole', delayMs: CALL_ATTEMPT_TIMEOUT_MS + 200 },
  error: { isApplied: false, answer: refusal(500, 'InternalServerError') },
  throttle: { isApplied: false, answer: refusal(400, 'ThrottlingException') },
  throughput: { isApplied: false, answer: refusal(400, 'ProvisionedThroughputExceededException') },
  unprocessed: {
    isApplied: false,
    answer: ({ RequestItems }) => ({ status: 200, body: { Responses: {}, UnprocessedKeys: RequestItems } }),
    operations: ['BatchGetItem'],
  },
  conflict: {
    isApplied: false,
    answer: refusal(400, 'TransactionCanceledException', cancellation),
    operations: ['TransactWriteItems'],
  },
  'in-progress': {
    isApplied: false,
    answer: refusal(400, 'TransactionInProgressException'),
    operations: ['TransactWriteItems'],
  },
  'item-conflict': {
    isApplied: false,
    answer: refusal(400, 'TransactionConflictException'),
    operations: ['PutItem', 'UpdateItem', 'DeleteItem'],
  },
  silence: { isApplied: false, answer: 'silence' },
  cut: { isApplied: false, answer: 'cut' },
  'lose-answer': { isApplied: true, answer: 'cut' },
  'cut-answer': { isApplied: true, answer: 'half-then-cut' },
  'stall-answer': { isApplied: true, answer: 'half-then-silence' },
} as const satisfies Record<string, Fault>;

export type FaultName = keyof typeof faults;
