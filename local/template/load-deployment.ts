/** Reads a folder that `cdk synth` wrote, and refuses by logical id whatever it does not understand. */
import * as v from 'valibot';
import { words } from '../json';
import { deploymentType, readApis, resourceType, restApiType, stageType } from './api';
import { readAssembly } from './assembly';
import type { Deployment } from './deployment';
import { eventSourceType, readEventSources } from './event-sources';
import { functionType, policyType, readFunctions, roleType } from './functions';
import { gatewayResponseType } from './gateway-responses';
import { createResolver } from './intrinsics';
import { authorizerType, methodType } from './methods';
import { checkPermissions, permissionType } from './permissions';
import { readTables, tableType } from './tables';
import { type Resolve, type ResourceType, refuseUnknown, type Template, TemplateError } from './template';

/** A type without meaning on one machine, where nothing is measured and output goes to the terminal. */
const ignoredType = (type: string, properties: string): ResourceType => ({
  type,
  used: v.strictObject({}),
  ignored: words(properties),
});

const ignoredTypes = [
  ignoredType(
    'AWS::CloudWatch::Alarm',
    `ActionConfiguration ActionsEnabled AlarmActions AlarmDescription AlarmName ComparisonOperator DatapointsToAlarm
    Dimensions EvaluateLowSampleCountPercentile EvaluationCriteria EvaluationInterval EvaluationPeriods EvaluationWindow
    ExtendedStatistic InsufficientDataActions MetricName Metrics Namespace OKActions Period Statistic Tags Threshold
    ThresholdMetricId TreatMissingData Unit WarmUpConfiguration`,
  ),
  ignoredType('AWS::CloudWatch::Dashboard', 'DashboardBody DashboardName Tags'),
  ignoredType(
    'AWS::Events::EventBus',
    'DeadLetterConfig Description EventSourceName KmsKeyIdentifier LogConfig Name Policy Tags',
  ),
  ignoredType('AWS::Logs::LogGroup', 'LogGroupName RetentionInDays Tags'),
  ignoredType(
    'AWS::SNS::Topic',
    `ArchivePolicy ContentBasedDeduplication DataProtectionPolicy DeliveryStatusLogging DisplayName FifoThroughputScope
    FifoTopic KmsMasterKeyId MaximumMessageSize SignatureVersion Subscription Tags TopicName TracingConfig`,
  ),
  ignoredType(
    'AWS::SNS::Subscription',
    `DeliveryPolicy Endpoint FilterPolicy FilterPolicyScope Protocol RawMessageDelivery RedrivePolicy Region
    ReplayPolicy SubscriptionRoleArn TopicArn`,
  ),
  ignoredType('AWS::SNS::TopicPolicy', 'PolicyDocument Topics'),
  ignoredType(
    'AWS::SQS::Queue',
    `ContentBasedDeduplication DeduplicationScope DelaySeconds FifoQueue FifoThroughputLimit
    KmsDataKeyReusePeriodSeconds KmsMasterKeyId MaximumMessageSize MessageRetentionPeriod QueueName
    ReceiveMessageWaitTimeSeconds RedriveAllowPolicy RedrivePolicy SqsManagedSseEnabled Tags VisibilityTimeout`,
  ),
  ignoredType('AWS::SQS::QueuePolicy', 'PolicyDocument Queues'),
];

const understoodTypes = [
  authorizerType,
  deploymentType,
  eventSourceType,
  functionType,
  gatewayResponseType,
  ...ignoredTypes,
  methodType,
  permissionType,
  policyType,
  resourceType,
  restApiType,
  roleType,
  stageType,
  tableType,
];

/** Reads the one stack of an assembly. Throws TemplateError, whose message is for the developer. */
export function loadDeployment(assemblyFolder: string, tablePrefix = ''): Deployment {
  const { template, codeFolders } = readAssembly(assemblyFolder, tablePrefix);
  refuseUnknown(template, understoodTypes);
  const resolve = createResolver(template);
  const functions = readFunctions(template, resolve, codeFolders);
  const apis = readApis(template, resolve, functions);
  for (const api of apis) checkPermissions(template, resolve, { api, functions });
  const tables = readTables(template, resolve);
  const eventSources = readEventSources(template, resolve, { functions, tables });
  const outputs = readOutputs(template, resolve);
  return { stackName: template.stackName, tables, functions, eventSources, apis, outputs };
}

/** Outputs are for people and programs outside, so one that is not understood is left out. */
function readOutputs(template: Template, resolve: Resolve): Record<string, string> {
  const outputs: Record<string, string> = {};
  for (const [name, value] of template.rawOutputs) {
    try {
      outputs[name] = String(resolve(value, { logicalId: name, type: 'Output', rawProperties: {} }));
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
    }
  }
  return outputs;
}
