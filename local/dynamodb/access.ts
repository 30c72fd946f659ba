/**
 * IAM for the embedded DynamoDB. A request is read as calls: one for each action and table, with the condition keys
 * that policies may test. The caller's role must allow each. The access key id of a function is its logical id.
 * A malformed request is read as far as possible; the store refuses it later.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
 */
import { createRoleAccess } from '../iam/role-access';
import { type JsonObject, readElements, readMembers, readText, words } from '../json';
import { buildArn, type Deployment } from '../template/deployment';

export interface DynamoDbCall {
  readonly accessKeyId: string;
  readonly action: `dynamodb:${string}`;
  /** `*` where a request names no table, as in ListTables. */
  readonly table: string;
  readonly index?: string;
  /** dynamodb:Attributes. On calls for items: the table's key, and every attribute that the request names. */
  readonly attributes?: readonly string[];
  /** The text attributes, including the partition key, of the items that a call names by `Key` or puts. */
  readonly items?: readonly Readonly<Record<string, string>>[];
  /** dynamodb:Select. On calls that read. */
  readonly select?: string;
  /** dynamodb:ReturnValues. On single writes that ask for any. */
  readonly returnValues?: string;
}

export type RequestedCall = Omit<DynamoDbCall, 'accessKeyId'>;

/** Returns the message with which a call is refused, or undefined. `administrator` may do everything. */
export function createDatabaseAccess(
  { functions, tables }: Pick<Deployment, 'functions' | 'tables'>,
  administrator: string,
): (call: DynamoDbCall) => string | undefined {
  const partitionKeys = new Map(
    tables.map(({ name, keySchema }) => [
      name,
      keySchema.find(({ KeyType }) => KeyType === 'HASH')?.AttributeName ?? '',
    ]),
  );
  const refuse = createRoleAccess(functions, administrator);
  return (call) =>
    refuse(call.accessKeyId, {
      action: call.action,
      resource: buildResource(call),
      context: buildContext(call, partitionKeys.get(call.table)),
    });
}

function buildResource({ table, index }: DynamoDbCall): string {
  if (table === '*') return '*';
  return buildArn('dynamodb', index === undefined ? `table/${table}` : `table/${table}/index/${index}`);
}

function buildContext(
  { attributes, items, select, returnValues }: DynamoDbCall,
  partitionKey: string | undefined,
): Record<string, readonly string[]> {
  return {
    // A call whose keys are unknown, such as a Query, matches no key that a policy may list.
    'dynamodb:LeadingKeys': items?.map((item) => item[partitionKey ?? ''] ?? '') ?? [''],
    ...(attributes && { 'dynamodb:Attributes': attributes }),
    ...(select && { 'dynamodb:Select': [select] }),
    ...(returnValues && { 'dynamodb:ReturnValues': [returnValues] }),
  };
}

// Reading calls

const reads: readonly string[] = ['GetItem', 'BatchGetItem', 'Query', 'Scan'];
const writes: readonly string[] = ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'];
const transactionActions: Readonly<Record<string, string>> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
};
const expressions = words(`
  ProjectionExpression KeyConditionExpression FilterExpression ConditionExpression
`);
/** The keys, the item, and older forms of the expressions: maps by attribute name. */
const attributeMaps = words('Key Item Expected AttributeUpdates KeyConditions QueryFilter ScanFilter');

export function readCalls(operation: string, payload: JsonObject): RequestedCall[] {
  if (operation === 'TransactWriteItems') {
    return mergeByTable(readElements(payload['TransactItems']).flatMap(readTransactionCalls));
  }
  if (operation === 'BatchGetItem' || operation === 'BatchWriteItem') {
    return Object.entries(readMembers(payload['RequestItems'])).map(([table, request]) =>
      readCall(operation, { ...readMembers(request), TableName: table }, splitBatch(request)),
    );
  }
  return [readCall(operation, payload)];
}

/** `parts` name the attributes and items. */
function readCall(
  operation: string,
  request: JsonObject,
  parts: readonly JsonObject[] = [request],
): RequestedCall {
  const action = `dynamodb:${operation}` as const;
  const index = readText(request['IndexName']);
  const items = parts.flatMap(readItems);
  const call = {
    action,
    table: readText(request['TableName']) ?? '*',
    ...(index ? { index } : {}),
    ...(items.length > 0 ? { items } : {}),
  };
  const attributes = distinct(parts.flatMap(readAttributes));
  if (reads.includes(operation)) return { ...call, attributes, select: readSelect(operation, request) };
  if (!writes.includes(operation)) return call;
  const returnValues = readText(request['ReturnValues']);
  return { ...call, attributes, ...(returnValues ? { returnValues } : {}) };
}

function readTransactionCalls(item: unknown): RequestedCall[] {
  return Object.entries(readMembers(item)).map(([kind, value]) => {
    const request = readMembers(value);
    const attributes = distinct(readAttributes(request));
    return { ...readCall(transactionActions[kind] ?? kind, request), attributes };
  });
}

/** A batch's parts for one table, each as a request of its own. */
function splitBatch(request: unknown): JsonObject[] {
  const deletesAndPuts = readElements(request).flatMap((write) => Object.values(readMembers(write)));
  const keys = readElements(readMembers(request)['Keys']).map((key) => ({ Key: key }));
  return [readMembers(request), ...keys, ...deletesAndPuts.map(readMembers)];
}

function readItems(request: JsonObject): Record<string, string>[] {
  return [request['Key'], request['Item']].map(readMembers).flatMap((item) => {
    const texts = Object.entries(item).flatMap(([name, value]) => {
      const text = readText(readMembers(value)['S']);
      return text === undefined ? [] : [[name, text] as const];
    });
    return texts.length > 0 ? [Object.fromEntries(texts)] : [];
  });
}

function readAttributes(request: JsonObject): string[] {
  const names = readMembers(request['ExpressionAttributeNames']);
  return [
    ...attributeMaps.flatMap((name) => Object.keys(readMembers(request[name]))),
    ...readElements(request['AttributesToGet']).map(String),
    ...expressions.flatMap((name) => topLevelAttributes(readText(request[name]) ?? '', names, false)),
    ...topLevelAttributes(readText(request['UpdateExpression']) ?? '', names, true),
  ];
}

/** SPECIFIC_ATTRIBUTES counts only if the request names the attributes. */
function readSelect(operation: string, request: JsonObject): string {
  if (request['ProjectionExpression'] ?? request['AttributesToGet']) return 'SPECIFIC_ATTRIBUTES';
  const asked = operation === 'Query' || operation === 'Scan' ? readText(request['Select']) : undefined;
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

/** Reserved by DynamoDB: an attribute of such a name needs a `#` placeholder. */
const keywords = new Set(['SET', 'ADD', 'DELETE', 'AND', 'OR', 'NOT', 'BETWEEN', 'IN']);

/** A `.` before a name makes it nested; a `(` after it, a function or a keyword. */
const token = /(?<nested>\.\s*)?(?<name>[:#]?\w+)(?<called>\s*\()?/g;

/** The top-level attributes that an expression names. REMOVE is a keyword in an update only. */
function topLevelAttributes(expression: string, names: JsonObject, isUpdate: boolean): string[] {
  return [...expression.matchAll(token)].flatMap(({ groups = {} }) => {
    const name = groups['name'] ?? '';
    const word = name.toUpperCase();
    const isKeyword = keywords.has(word) || (isUpdate && word === 'REMOVE');
    if (isKeyword || groups['nested'] || groups['called'] || !/^[#A-Za-z_]/.test(name)) return [];
    return [name.startsWith('#') ? String(names[name]) : name];
  });
}
