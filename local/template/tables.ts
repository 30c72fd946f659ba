/**
 * Tables: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html
 */
import * as v from 'valibot';
import type { TableDefinition } from './deployment';
import type { Resolve } from './intrinsics';
import { attribute } from './references';
import { type ResourceType, readProperties } from './resource-type';
import { type RawResource, resourcesOfType, type Template } from './template';
import { refused } from './template-error';

const keyElement = v.strictObject({ AttributeName: v.string(), KeyType: v.picklist(['HASH', 'RANGE']) });

const attributeDefinition = v.strictObject({
  AttributeName: v.string(),
  AttributeType: v.picklist(['S', 'N', 'B']),
});

export const tableType = {
  type: 'AWS::DynamoDB::Table',
  used: v.strictObject({
    AttributeDefinitions: v.array(attributeDefinition),
    BillingMode: v.optional(v.picklist(['PAY_PER_REQUEST', 'PROVISIONED']), 'PROVISIONED'),
    KeySchema: v.array(keyElement),
    ProvisionedThroughput: v.exactOptional(
      v.strictObject({ ReadCapacityUnits: v.number(), WriteCapacityUnits: v.number() }),
    ),
    TimeToLiveSpecification: v.exactOptional(
      v.strictObject({ AttributeName: v.exactOptional(v.string()), Enabled: v.boolean() }),
    ),
  }),
  withoutMeaning: [
    'ContributorInsightsSpecification',
    'DeletionProtectionEnabled',
    'OnDemandThroughput',
    'PointInTimeRecoverySpecification',
    'SSESpecification',
    'TableClass',
    'Tags',
    'WarmThroughput',
  ],
} as const satisfies ResourceType;

/** The tables to create, by logical id. Secondary indexes, streams and names of one's own are refused. */
export function readTables(template: Template, resolve: Resolve): TableDefinition[] {
  return resourcesOfType(template, tableType.type).map((resource) => {
    const properties = readProperties(resource, tableType, resolve);
    const timeToLive = properties.TimeToLiveSpecification;
    return {
      logicalId: resource.logicalId,
      arn: attribute(resource.logicalId, 'Arn', { template, resource }),
      keySchema: properties.KeySchema,
      attributeDefinitions: properties.AttributeDefinitions,
      billing: billingOf(resource, properties),
      ...(timeToLive?.Enabled && timeToLive.AttributeName !== undefined
        ? { timeToLiveAttribute: timeToLive.AttributeName }
        : {}),
    };
  });
}

function billingOf(
  resource: RawResource,
  properties: v.InferOutput<typeof tableType.used>,
): TableDefinition['billing'] {
  if (properties.BillingMode === 'PAY_PER_REQUEST') return { mode: 'PAY_PER_REQUEST' };
  const throughput = properties.ProvisionedThroughput;
  if (throughput === undefined) throw refused(resource, 'provisioned billing needs a ProvisionedThroughput');
  return { mode: 'PROVISIONED', ...throughput };
}
