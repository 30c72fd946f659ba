/** What the roles of a template may do with its tables. */
import type { Template } from 'aws-cdk-lib/assertions';

export interface Grant {
  /** The logical id of the role. */
  readonly role: string;
  readonly actions: readonly string[];
  /** The logical id of the table, or whatever else the grant is for. */
  readonly table: string;
  /** Absent: of any. */
  readonly attributes: readonly string[] | undefined;
  readonly partitionKeys: readonly string[] | undefined;
  readonly returnValues: readonly string[] | undefined;
  readonly select: string | undefined;
}

const asArray = <Value>(value: Value | Value[]): Value[] => (Array.isArray(value) ? value : [value]);
const isOfDatabase = ({ Action }: any) =>
  asArray<string>(Action).some((action) => /^(dynamodb:|\*)/i.test(action));
/** Of a stream, actions read keys alone; of a table, they read and write items. */
const isOfTables = (statement: any) =>
  isOfDatabase(statement) && statement.Resource['Fn::GetAtt']?.[1] !== 'StreamArn';

export function grantsIn(template: Template): Grant[] {
  return Object.values(template.findResources('AWS::IAM::Policy')).flatMap(({ Properties }) =>
    Properties['PolicyDocument'].Statement.filter(isOfTables).flatMap((statement: any) =>
      asArray<any>(statement.Resource).map((resource) => ({
        role: Properties['Roles'][0].Ref,
        actions: asArray<string>(statement.Action).map((action) => action.replace('dynamodb:', '')),
        table: resource['Fn::GetAtt']?.[0] ?? JSON.stringify(resource),
        ...limitsIn(statement.Condition),
      })),
    ),
  );
}

const limitsIn = (condition: any = {}) => ({
  attributes:
    condition['ForAllValues:StringEquals']?.['dynamodb:Attributes'] ??
    condition['ForAllValues:StringLike']?.['dynamodb:Attributes'],
  partitionKeys: condition['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'],
  returnValues: condition.StringEqualsIfExists?.['dynamodb:ReturnValues'],
  select: condition.StringEqualsIfExists?.['dynamodb:Select'],
});

const READS: readonly string[] = ['GetItem', 'BatchGetItem', 'Query'];
const WRITES: readonly string[] = ['PutItem', 'UpdateItem', 'DeleteItem'];

/** The grants by which more could be written, or seen of it, than the calls of a function need. */
export const looseGrantsIn = (template: Template): Grant[] =>
  grantsIn(template).filter(({ actions, table, attributes, partitionKeys, returnValues }) => {
    // A counter of attempts has an attribute for each known network, and nothing to hide.
    const isCounter = /RateLimits/.test(table);
    // Who claims a message, or counts a guess at a code, is to see it.
    const isMessage = /Outbox/.test(table) && /^(MESSAGE|CHALLENGE)#\*$/.test(partitionKeys?.join() ?? '');
    if (actions.every((action) => READS.includes(action))) return false;
    return !(
      actions.every((action) => WRITES.includes(action)) &&
      attributes?.every((name) => /^\w+$/.test(name) || (isCounter && name === 'network#*')) &&
      returnValues?.every(
        (value) =>
          ['NONE', 'UPDATED_OLD', 'UPDATED_NEW'].includes(value) ||
          ((isCounter || isMessage) && /^ALL_(NEW|OLD)$/.test(value)),
      )
    );
  });

/** The roles that may read or write password hashes. A read that need not name its attributes is given them all. */
export const rolesNearPasswordsIn = (template: Template): string[] =>
  grantsIn(template)
    .filter(({ table }) => /Users/.test(table))
    .filter(({ actions, attributes, select }) => {
      const isWholeItem =
        READS.some((action) => actions.includes(action)) && select !== 'SPECIFIC_ATTRIBUTES';
      return isWholeItem || (attributes?.includes('passwordHash') ?? true);
    })
    .map(({ role }) => role);
