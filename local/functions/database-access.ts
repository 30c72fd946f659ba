/**
 * Holds the functions to what their roles grant them, so that a grant that is missing in the template is missing on
 * this machine too. A function is known by its access key id, which is its logical id.
 */
import type { DynamoDbCall } from '../dynamodb/engine';
import { isAllowed } from '../iam/policy';
import { accountId, arnOf, partition } from '../template/arns';
import type { Deployment, FunctionDefinition, TableDefinition } from '../template/deployment';

/** The message with which a call is refused; undefined if it is allowed. `administrator` may do everything. */
export type DatabaseAccess = (call: DynamoDbCall) => string | undefined;

export function databaseAccessOf(
  { functions, tables }: Pick<Deployment, 'functions' | 'tables'>,
  administrator: string,
): DatabaseAccess {
  const partitionKeys = new Map(tables.map((table) => [table.logicalId, partitionKeyOf(table)]));
  const byId = new Map(functions.map((definition) => [definition.logicalId, definition]));
  return (call) => {
    if (call.accessKeyId === administrator) return undefined;
    const caller = byId.get(call.accessKeyId);
    if (caller === undefined) return 'The security token included in the request is invalid.';
    const request = {
      action: call.action,
      resource: resourceOf(call),
      context: contextOf(call, partitionKeys.get(call.table)),
    };
    return isAllowed(caller.role.statements, request) ? undefined : refusalOf(caller, request);
  };
}

const partitionKeyOf = ({ keySchema }: TableDefinition): string =>
  keySchema.find(({ KeyType }) => KeyType === 'HASH')?.AttributeName ?? '';

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html */
function resourceOf({ table, index }: DynamoDbCall): string {
  if (table === '*') return '*';
  return arnOf('dynamodb', index === undefined ? `table/${table}` : `table/${table}/index/${index}`);
}

function contextOf(
  { attributes, items, select, returnValues }: DynamoDbCall,
  partitionKey: string | undefined,
): Record<string, readonly string[]> {
  return {
    // A call whose keys are not known, such as a Query, gets none of the keys that a policy may list.
    'dynamodb:LeadingKeys': items?.map((item) => item[partitionKey ?? ''] ?? '') ?? [''],
    ...(attributes && { 'dynamodb:Attributes': attributes }),
    ...(select && { 'dynamodb:Select': [select] }),
    ...(returnValues && { 'dynamodb:ReturnValues': [returnValues] }),
  };
}

function refusalOf(
  { logicalId, role }: FunctionDefinition,
  { action, resource }: { readonly action: string; readonly resource: string },
): string {
  const user = `arn:${partition}:sts::${accountId}:assumed-role/${role.logicalId}/${logicalId}`;
  return (
    `User: ${user} is not authorized to perform: ${action} on resource: ${resource} ` +
    `because no identity-based policy allows the ${action} action`
  );
}
