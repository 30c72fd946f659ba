/** What the function `deliver` needs besides its tables: the stream that invokes it, a queue for failures, and a channel to send by. */
import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { type IRole, PolicyStatement, type PolicyStatementProps } from 'aws-cdk-lib/aws-iam';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { messageKey } from '../functions/shared/store/schema';
import { acknowledge } from './acknowledge';
import type { AuthFunction } from './auth-function';
import { bareAddress, messageChannel, type Settings } from './settings';

/**
 * A bus of the backend's own, if the settings need one: any broad rule on the account's default bus would copy the secrets in messages.
 * @param name unique in account and region
 */
export const createEventBus = (scope: Construct, settings: Settings, name: string): EventBus | undefined =>
  settings.events || messageChannel(settings) === 'eventbridge'
    ? new EventBus(scope, 'EventBus', { eventBusName: name })
    : undefined;

export interface DeliveryProps {
  readonly deliver: AuthFunction;
  readonly outbox: Table;
  readonly settings: Settings;
  readonly eventBus: EventBus | undefined;
}

export class Delivery extends Construct {
  /** Holds a description of each batch that failed for good, without its content. Nothing reads it but an alarm. */
  readonly failureQueue: Queue;

  constructor(scope: Construct, id: string, { deliver, outbox, settings, eventBus }: DeliveryProps) {
    super(scope, id);
    this.failureQueue = new Queue(this, 'FailureQueue', {
      retentionPeriod: Duration.days(14),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
    });
    acknowledge(this.failureQueue, { SQS3: 'It is where failures end; nothing is received from it.' });
    this.invokeFromStream(deliver, outbox);
    if (settings.emailFrom !== undefined) allowEmail(deliver, bareAddress(settings.emailFrom));
    if (eventBus) allow(deliver, { actions: ['events:PutEvents'], resources: [eventBus.eventBusArn] });
  }

  /** The CDK's own event source grants `dynamodb:ListStreams` on every stream of the account. */
  private invokeFromStream(deliver: AuthFunction, outbox: Table): void {
    const stream = outbox.tableStreamArn as string;
    const reads = ['GetRecords', 'GetShardIterator', 'DescribeStream', 'ListStreams'];
    allow(deliver, { actions: reads.map((action) => `dynamodb:${action}`), resources: [stream] });
    allow(deliver, { actions: ['sqs:SendMessage'], resources: [this.failureQueue.queueArn] });
    new CfnEventSourceMapping(this, 'EventSource', {
      eventSourceArn: stream,
      functionName: deliver.functionName,
      startingPosition: 'TRIM_HORIZON',
      batchSize: 10,
      filterCriteria: { filters: [{ pattern: JSON.stringify(newMessages) }] },
      functionResponseTypes: ['ReportBatchItemFailures'],
      bisectBatchOnFunctionError: true,
      maximumRetryAttempts: 10,
      maximumRecordAgeInSeconds: Duration.hours(6).toSeconds(),
      destinationConfig: { onFailure: { destination: this.failureQueue.queueArn } },
    });
  }
}

/** Only these records invoke the function. */
const newMessages = {
  eventName: ['INSERT'],
  dynamodb: { Keys: { pk: { S: [{ prefix: messageKey('').pk }] } } },
};

const allow = (deliver: AuthFunction, statement: PolicyStatementProps): void =>
  deliver.addToRolePolicy(new PolicyStatement(statement));

/**
 * Which identity SES asks about depends on what is verified, the address or a domain above it, and in the sandbox on the recipient; a default
 * configuration set is asked about too. The condition limits all of them to one sender.
 */
function allowEmail(deliver: AuthFunction, from: string): void {
  const arnsOf = (resource: string): string =>
    Stack.of(deliver).formatArn({
      service: 'ses',
      resource,
      resourceName: '*',
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
  const resources = ['identity', 'configuration-set'].map(arnsOf);
  allow(deliver, {
    actions: ['ses:SendEmail'],
    resources,
    conditions: { StringEquals: { 'ses:FromAddress': from } },
  });
  for (const resource of resources)
    acknowledge(deliver.role as IRole, {
      [`IAM5[Resource::${textOf(Stack.of(deliver).resolve(resource))}]`]:
        'Whichever identity is verified, and in the sandbox also that of the recipient; the condition allows one sender.',
    });
}

/** An ARN as cdk-nag writes it: a reference in angle brackets. */
const textOf = (arn: ResolvedArn): string => {
  if (typeof arn === 'string') return arn;
  return 'Ref' in arn ? `<${arn.Ref}>` : arn['Fn::Join'][1].map(textOf).join(arn['Fn::Join'][0]);
};

type ResolvedArn = string | { readonly Ref: string } | { readonly 'Fn::Join': [string, ResolvedArn[]] };
