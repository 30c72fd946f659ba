/** Alarms, dashboards and those who are told: nothing is measured on one machine, so nothing of it has a meaning here. */
import * as v from 'valibot';
import type { ResourceType } from './resource-type';

const nothing = v.strictObject({});

const alarmType = {
  type: 'AWS::CloudWatch::Alarm',
  used: nothing,
  withoutMeaning: [
    'ActionConfiguration',
    'ActionsEnabled',
    'AlarmActions',
    'AlarmDescription',
    'AlarmName',
    'ComparisonOperator',
    'DatapointsToAlarm',
    'Dimensions',
    'EvaluateLowSampleCountPercentile',
    'EvaluationCriteria',
    'EvaluationInterval',
    'EvaluationPeriods',
    'EvaluationWindow',
    'ExtendedStatistic',
    'InsufficientDataActions',
    'MetricName',
    'Metrics',
    'Namespace',
    'OKActions',
    'Period',
    'Statistic',
    'Tags',
    'Threshold',
    'ThresholdMetricId',
    'TreatMissingData',
    'Unit',
    'WarmUpConfiguration',
  ],
} as const satisfies ResourceType;

const dashboardType = {
  type: 'AWS::CloudWatch::Dashboard',
  used: nothing,
  withoutMeaning: ['DashboardBody', 'DashboardName', 'Tags'],
} as const satisfies ResourceType;

const topicType = {
  type: 'AWS::SNS::Topic',
  used: nothing,
  withoutMeaning: [
    'ArchivePolicy',
    'ContentBasedDeduplication',
    'DataProtectionPolicy',
    'DeliveryStatusLogging',
    'DisplayName',
    'FifoThroughputScope',
    'FifoTopic',
    'KmsMasterKeyId',
    'MaximumMessageSize',
    'SignatureVersion',
    'Subscription',
    'Tags',
    'TopicName',
    'TracingConfig',
  ],
} as const satisfies ResourceType;

const subscriptionType = {
  type: 'AWS::SNS::Subscription',
  used: nothing,
  withoutMeaning: [
    'DeliveryPolicy',
    'Endpoint',
    'FilterPolicy',
    'FilterPolicyScope',
    'Protocol',
    'RawMessageDelivery',
    'RedrivePolicy',
    'Region',
    'ReplayPolicy',
    'SubscriptionRoleArn',
    'TopicArn',
  ],
} as const satisfies ResourceType;

const topicPolicyType = {
  type: 'AWS::SNS::TopicPolicy',
  used: nothing,
  withoutMeaning: ['PolicyDocument', 'Topics'],
} as const satisfies ResourceType;

export const monitoringTypes = [alarmType, dashboardType, topicType, subscriptionType, topicPolicyType];
