/**
 * What a request asks leave for, in the terms of DynamoDB's IAM actions and condition keys: one entry per
 * action and table. Reads the request as it came; a request that is malformed is refused later, by the store.
 */
import { topLevelAttributes } from './expression-attributes';
import { elementsOf, membersOf, type Payload, textOf } from './payload';

export interface DynamoDbCall {
  readonly accessKeyId: string;
  readonly action: `dynamodb:${string}`;
  /** `*` where a request names no table, as in ListTables. */
  readonly table: string;
  readonly index?: string;
  /** dynamodb:Attributes. On calls for items: the table's key, and every attribute that the request names. */
  readonly attributes?: readonly string[];
  /** The items that a call names by `Key` or puts: their attributes that are text, among them the partition key. */
  readonly items?: readonly Readonly<Record<string, string>>[];
  /** dynamodb:Select. On calls that read. */
  readonly select?: string;
  /** dynamodb:ReturnValues. On single writes that ask for any. */
  readonly returnValues?: string;
}

export type RequestedCall = Omit<DynamoDbCall, 'accessKeyId'>;

const reads: readonly string[] = ['GetItem', 'BatchGetItem', 'Query', 'Scan'];
const writes: readonly string[] = ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'];
const transactionActions: Readonly<Record<string, string>> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
};
const expressions = [
  'ProjectionExpression',
  'KeyConditionExpression',
  'FilterExpression',
  'ConditionExpression',
];
/** Older forms of the expressions: maps by attribute name. */
const attributeMaps = [
  'Key',
  'Item',
  'Expected',
  'AttributeUpdates',
  'KeyConditions',
  'QueryFilter',
  'ScanFilter',
];

export function requestedCalls(operation: string, payload: Payload): RequestedCall[] {
  if (operation === 'TransactWriteItems') {
    return mergeByTable(elementsOf(payload['TransactItems']).flatMap(transactionCalls));
  }
  if (operation === 'BatchGetItem' || operation === 'BatchWriteItem') {
    return Object.entries(membersOf(payload['RequestItems'])).map(([table, request]) => ({
      ...callFor(operation, { ...membersOf(request), TableName: table }),
      attributes: distinct(batched(request).flatMap(attributesOf)),
      items: batched(request).flatMap(itemsOf),
    }));
  }
  return [callFor(operation, payload)];
}

function callFor(operation: string, request: Payload): RequestedCall {
  const action = `dynamodb:${operation}` as const;
  const index = textOf(request['IndexName']);
  const items = itemsOf(request);
  const call = {
    action,
    table: textOf(request['TableName']) ?? '*',
    ...(index ? { index } : {}),
    ...(items.length > 0 ? { items } : {}),
  };
  const attributes = distinct(attributesOf(request));
  if (reads.includes(operation)) return { ...call, attributes, select: selectOf(operation, request) };
  if (!writes.includes(operation)) return call;
  const returnValues = textOf(request['ReturnValues']);
  return { ...call, attributes, ...(returnValues ? { returnValues } : {}) };
}

function transactionCalls(item: unknown): RequestedCall[] {
  return Object.entries(membersOf(item)).map(([kind, value]) => {
    const request = membersOf(value);
    const attributes = distinct(attributesOf(request));
    return { ...callFor(transactionActions[kind] ?? kind, request), attributes };
  });
}

/** A batch's parts for one table, each as if it were a request of its own. */
function batched(request: unknown): Payload[] {
  const deletesAndPuts = elementsOf(request).flatMap((write) => Object.values(membersOf(write)));
  const keys = elementsOf(membersOf(request)['Keys']).map((key) => ({ Key: key }));
  return [membersOf(request), ...keys, ...deletesAndPuts.map(membersOf)];
}

function itemsOf(request: Payload): Record<string, string>[] {
  return [request['Key'], request['Item']].map(membersOf).flatMap((item) => {
    const texts = Object.entries(item).map(([name, value]) => [name, textOf(membersOf(value)['S'])] as const);
    const present = texts.filter((entry): entry is readonly [string, string] => entry[1] !== undefined);
    return present.length > 0 ? [Object.fromEntries(present)] : [];
  });
}

function attributesOf(request: Payload): string[] {
  const names = membersOf(request['ExpressionAttributeNames']);
  return [
    ...attributeMaps.flatMap((name) => Object.keys(membersOf(request[name]))),
    ...elementsOf(request['AttributesToGet']).map(String),
    ...expressions.flatMap((name) => topLevelAttributes(textOf(request[name]) ?? '', names, false)),
    ...topLevelAttributes(textOf(request['UpdateExpression']) ?? '', names, true),
  ];
}

/** What will be returned. A claim to want SPECIFIC_ATTRIBUTES counts for nothing unless they are named. */
function selectOf(operation: string, request: Payload): string {
  if (request['ProjectionExpression'] ?? request['AttributesToGet']) return 'SPECIFIC_ATTRIBUTES';
  const asked = operation === 'Query' || operation === 'Scan' ? textOf(request['Select']) : undefined;
  return asked === undefined || asked === 'SPECIFIC_ATTRIBUTES' ? 'ALL_ATTRIBUTES' : asked;
}

function mergeByTable(calls: readonly RequestedCall[]): RequestedCall[] {
  const merged = new Map<string, RequestedCall>();
  for (const call of calls) {
    const place = `${call.action} ${call.table}`;
    const before = merged.get(place);
    const attributes = [...(before?.attributes ?? []), ...(call.attributes ?? [])];
    const items = [...(before?.items ?? []), ...(call.items ?? [])];
    merged.set(place, { ...call, attributes: distinct(attributes), items });
  }
  return [...merged.values()];
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)];
}
