/**
 * The form of a TransactWriteItems request: 1 to 100 entries, each of exactly one known action. Everything here
 * is decided before a table is looked at, and refused for the request as a whole.
 */
import { type DynamoDbError, refusal } from './errors';
import { membersOf, type Payload } from './payload';
import type { PreparedCall, Store } from './store';

/** What each action is as a call of its own. A ConditionCheck is an update that updates nothing. */
const actions = {
  Put: { operation: 'PutItem', required: [] },
  Update: { operation: 'UpdateItem', required: ['UpdateExpression'] },
  Delete: { operation: 'DeleteItem', required: [] },
  ConditionCheck: { operation: 'UpdateItem', required: ['ConditionExpression'] },
} as const;

/** Others, such as ReturnValues, are no part of a transaction. */
const members = [
  'TableName',
  'Key',
  'Item',
  'UpdateExpression',
  'ConditionExpression',
  'ExpressionAttributeNames',
  'ExpressionAttributeValues',
] as const;

export interface TransactionEntry {
  readonly call: PreparedCall;
  /** False for a ConditionCheck. */
  readonly isWrite: boolean;
  readonly onFailure: unknown;
}

/** Throws DynamoDbError. */
export function readEntries(store: Store, items: unknown): readonly TransactionEntry[] {
  if (!Array.isArray(items)) throw constraint('transactItems', 'Member must not be null');
  if (items.length < 1) {
    throw constraint('transactItems', 'Member must have length greater than or equal to 1');
  }
  if (items.length > 100) {
    throw constraint('transactItems', 'Member must have length less than or equal to 100');
  }
  return items.map((item, index) => readEntry(store, item, `transactItems.${index + 1}.member`));
}

/** Throws DynamoDbError unless it is absent or a text of 1 to 36 characters. */
export function readRequestToken(token: unknown): string | undefined {
  if (token === undefined || token === null) return undefined;
  if (typeof token !== 'string' || token.length < 1 || token.length > 36) {
    throw constraint('clientRequestToken', 'Member must have length between 1 and 36');
  }
  return token;
}

function readEntry(store: Store, item: unknown, place: string): TransactionEntry {
  const [[kind, value] = [], ...others] = Object.entries(membersOf(item)).filter(
    ([, action]) => action !== null,
  );
  if (others.length > 0 || !isKind(kind)) {
    throw refusal(
      'ValidationException',
      'TransactItems can only contain one of Check, Put, Update or Delete',
    );
  }
  const action = membersOf(value);
  const { operation, required } = actions[kind];
  for (const name of required) {
    if (typeof action[name] !== 'string')
      throw constraint(`${place}.${kind}.${name}`, 'Member must not be null');
  }
  return {
    call: store.prepare(operation, pick(action, kind)),
    isWrite: kind !== 'ConditionCheck',
    onFailure: action['ReturnValuesOnConditionCheckFailure'],
  };
}

function isKind(kind: string | undefined): kind is keyof typeof actions {
  return kind !== undefined && Object.hasOwn(actions, kind);
}

function pick(action: Payload, kind: keyof typeof actions): Payload {
  const allowed = members.filter((name) => name !== 'UpdateExpression' || kind === 'Update');
  return Object.fromEntries(allowed.map((name) => [name, action[name]]));
}

function constraint(place: string, rule: string): DynamoDbError {
  return refusal(
    'ValidationException',
    `1 validation error detected: Value at '${place}' failed to satisfy constraint: ${rule}`,
  );
}
