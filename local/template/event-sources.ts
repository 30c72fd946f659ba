/**
 * Event source mappings, which invoke a function with the records of a table's stream. Only inserted items are
 * understood, so a mapping must ask for them alone.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventsourcemapping.html
 */
import * as v from 'valibot';
import { isAllowed } from '../iam/policy';
import { isRecord, words } from '../json';
import type { EventSourceDefinition, FunctionDefinition, TableDefinition } from './deployment';
import {
  type RawResource,
  type Resolve,
  type ResourceType,
  readProperties,
  refused,
  resourcesOfType,
  type Template,
} from './template';

/** Members of an event, each with what it may be: a text, or `{"prefix": …}`. */
export interface EventPattern {
  readonly [member: string]: EventPattern | readonly (string | { readonly prefix: string })[];
}

const choice = v.union([v.string(), v.strictObject({ prefix: v.string() })]);
const patternSchema: v.GenericSchema<EventPattern> = v.record(
  v.string(),
  v.union([v.pipe(v.array(choice), v.minLength(1)), v.lazy(() => patternSchema)]),
);
const onlyInserts = v.looseObject({ eventName: v.strictTuple([v.literal('INSERT')]) });

const filter = v.strictObject({
  Pattern: v.pipe(
    v.string(),
    v.parseJson(),
    patternSchema,
    v.check((pattern) => v.is(onlyInserts, pattern), 'Expected "eventName":["INSERT"] in it'),
  ),
});

/** -1 is no limit. */
const limit = v.pipe(
  v.optional(v.number(), -1),
  v.transform((number) => (number === -1 ? Number.POSITIVE_INFINITY : number)),
);

export const eventSourceType = {
  type: 'AWS::Lambda::EventSourceMapping',
  used: v.strictObject({
    BatchSize: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 100),
    BisectBatchOnFunctionError: v.optional(v.boolean(), false),
    DestinationConfig: v.optional(v.strictObject({ OnFailure: v.strictObject({ Destination: v.string() }) })),
    EventSourceArn: v.string(),
    FilterCriteria: v.strictObject({ Filters: v.pipe(v.array(filter), v.minLength(1)) }),
    FunctionName: v.string(),
    FunctionResponseTypes: v.optional(v.array(v.literal('ReportBatchItemFailures')), []),
    MaximumRecordAgeInSeconds: limit,
    MaximumRetryAttempts: limit,
    // At start, everything that is in the table is delivered.
    StartingPosition: v.literal('TRIM_HORIZON'),
  }),
  ignored: ['Tags'],
} as const satisfies ResourceType;

interface Known {
  readonly functions: readonly FunctionDefinition[];
  readonly tables: readonly TableDefinition[];
}

export function readEventSources(
  template: Template,
  resolve: Resolve,
  { functions, tables }: Known,
): EventSourceDefinition[] {
  return resourcesOfType(template, eventSourceType.type).map((resource) => {
    const properties = readProperties(resource, eventSourceType, resolve);
    const { EventSourceArn, FunctionName, DestinationConfig } = properties;
    const table = tables.find(({ stream }) => stream?.arn === EventSourceArn);
    if (table?.stream === undefined) {
      throw refused(resource, `${EventSourceArn} is no stream of a table in the template`);
    }
    const target = functions.find(({ logicalId, arn }) => [logicalId, arn].includes(FunctionName));
    if (target === undefined) throw refused(resource, `the function ${FunctionName} is not in the template`);
    checkGrants(resource, target, { EventSourceArn, destination: DestinationConfig?.OnFailure.Destination });
    return {
      functionId: target.logicalId,
      table,
      stream: table.stream,
      batchSize: properties.BatchSize,
      bisects: properties.BisectBatchOnFunctionError,
      reportsItemFailures: properties.FunctionResponseTypes.length > 0,
      maxRetries: properties.MaximumRetryAttempts,
      maxAgeSeconds: properties.MaximumRecordAgeInSeconds,
      patterns: properties.FilterCriteria.Filters.map(({ Pattern }) => Pattern),
    };
  });
}

const streamActions = words('DescribeStream GetRecords GetShardIterator ListStreams');

/** Lambda reads the stream and reports failures as the function's role. On AWS a missing grant shows at deployment. */
function checkGrants(
  resource: RawResource,
  { logicalId, role }: FunctionDefinition,
  {
    EventSourceArn,
    destination,
  }: { readonly EventSourceArn: string; readonly destination?: string | undefined },
): void {
  const needed = streamActions.map((name) => ({ action: `dynamodb:${name}`, resource: EventSourceArn }));
  if (destination !== undefined) needed.push({ action: 'sqs:SendMessage', resource: destination });
  for (const request of needed) {
    if (isAllowed(role.statements, { ...request, context: {} })) continue;
    throw refused(resource, `the role of ${logicalId} may not ${request.action} on ${request.resource}`);
  }
}

/** True if every member that the pattern names has one of its values. */
export function matchesPattern(pattern: EventPattern, event: unknown): boolean {
  return Object.entries(pattern).every(([member, wanted]) => {
    const value = isRecord(event) && Object.hasOwn(event, member) ? event[member] : undefined;
    if (!isChoices(wanted)) return matchesPattern(wanted, value);
    return wanted.some((text) =>
      typeof text === 'string' ? text === value : typeof value === 'string' && value.startsWith(text.prefix),
    );
  });
}

const isChoices = (
  wanted: EventPattern[string],
): wanted is readonly (string | { readonly prefix: string })[] => Array.isArray(wanted);
