/**
 * Reads tables from a template, and creates them in a DynamoDB on this machine.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html
 */
import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  DynamoDBServiceException,
  ResourceNotFoundException,
  type TableDescription,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import * as v from 'valibot';
import { words } from '../json';
import { region, type TableDefinition } from './deployment';
import { attribute, physicalName } from './intrinsics';
import { type Resolve, type ResourceType, readProperties, resourcesOfType, type Template } from './template';

const keyElement = v.strictObject({ AttributeName: v.string(), KeyType: v.picklist(['HASH', 'RANGE']) });

const attributeDefinition = v.strictObject({
  AttributeName: v.string(),
  AttributeType: v.picklist(['S', 'N', 'B']),
});

export const tableType = {
  type: 'AWS::DynamoDB::Table',
  used: v.strictObject({
    AttributeDefinitions: v.array(attributeDefinition),
    KeySchema: v.array(keyElement),
    StreamSpecification: v.optional(
      v.strictObject({
        StreamViewType: v.picklist(['KEYS_ONLY', 'NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES']),
      }),
    ),
    TimeToLiveSpecification: v.optional(
      v.strictObject({ AttributeName: v.optional(v.string()), Enabled: v.boolean() }),
    ),
  }),
  ignored: words(`
    BillingMode ContributorInsightsSpecification DeletionProtectionEnabled OnDemandThroughput
    PointInTimeRecoverySpecification ProvisionedThroughput SSESpecification TableClass Tags WarmThroughput
  `),
} as const satisfies ResourceType;

/** The tables to create. Secondary indexes and explicit names are refused. */
export function readTables(template: Template, resolve: Resolve): TableDefinition[] {
  return resourcesOfType(template, tableType.type).map((resource) => {
    const { KeySchema, AttributeDefinitions, StreamSpecification, TimeToLiveSpecification } = readProperties(
      resource,
      tableType,
      resolve,
    );
    const timeToLive = TimeToLiveSpecification?.Enabled ? TimeToLiveSpecification.AttributeName : undefined;
    const readAttribute = (name: string) => attribute(resource.logicalId, name, { template, resource });
    return {
      logicalId: resource.logicalId,
      name: physicalName(resource, template),
      arn: readAttribute('Arn'),
      keySchema: KeySchema,
      attributeDefinitions: AttributeDefinitions,
      ...(timeToLive !== undefined && { timeToLive }),
      ...(StreamSpecification && {
        stream: { arn: readAttribute('StreamArn'), viewType: StreamSpecification.StreamViewType },
      }),
    };
  });
}

/** The access key that may do everything in the embedded DynamoDB: the developer's own. */
export const administratorKey = 'local';

export function connectAsAdministrator(endpoint: string): DynamoDBClient {
  const credentials = { accessKeyId: administratorKey, secretAccessKey: administratorKey };
  return new DynamoDBClient({ endpoint, region, credentials });
}

const maxWaitSeconds = 30;

/** Keeps tables that exist, with their items. Rejects if the database cannot be reached, or has a table of the same name with another key. */
export async function createTables(endpoint: string, tables: readonly TableDefinition[]): Promise<void> {
  const client = connectAsAdministrator(endpoint);
  try {
    await Promise.all(tables.map((table) => createTable(client, table)));
  } catch (error) {
    if (!isUnreachable(error)) throw error;
    throw new Error(`The database at ${endpoint} cannot be reached: ${error.message}`, { cause: error });
  } finally {
    client.destroy();
  }
}

async function createTable(client: DynamoDBClient, table: TableDefinition): Promise<void> {
  const existing = await describe(client, table.name);
  if (existing !== undefined) {
    refuseOtherKey(existing, table);
    return;
  }
  await client.send(
    new CreateTableCommand({
      TableName: table.name,
      KeySchema: [...table.keySchema],
      AttributeDefinitions: [...table.attributeDefinitions],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  const wait = { client, maxWaitTime: maxWaitSeconds, minDelay: 1 };
  await waitUntilTableExists(wait, { TableName: table.name });
}

async function describe(client: DynamoDBClient, name: string): Promise<TableDescription | undefined> {
  try {
    return (await client.send(new DescribeTableCommand({ TableName: name }))).Table;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

function refuseOtherKey(existing: TableDescription, { name, ...wanted }: TableDefinition): void {
  const there = describeKey(existing.KeySchema ?? [], existing.AttributeDefinitions ?? []);
  const due = describeKey(wanted.keySchema, wanted.attributeDefinitions);
  if (there === due) return;
  throw new Error(`The table ${name} exists with another key: ${there} instead of ${due}. Delete it first.`);
}

interface Named {
  readonly AttributeName?: string | undefined;
}

/** `pk S HASH, sk N RANGE` */
function describeKey(
  keySchema: readonly (Named & { readonly KeyType?: string | undefined })[],
  attributes: readonly (Named & { readonly AttributeType?: string | undefined })[],
): string {
  const parts = keySchema.map(({ AttributeName, KeyType }) => {
    const type = attributes.find((attribute) => attribute.AttributeName === AttributeName)?.AttributeType;
    return `${AttributeName} ${type} ${KeyType}`;
  });
  return parts
    .sort((left, right) => Number(left.endsWith('RANGE')) - Number(right.endsWith('RANGE')))
    .join(', ');
}

/** An error that the SDK gave up on and that did not come from the service came from the network. */
function isUnreachable(error: unknown): error is Error {
  return error instanceof Error && '$metadata' in error && !(error instanceof DynamoDBServiceException);
}
