/** All metrics: AWS's own, and those that our functions write. The period is five minutes, unless an alarm sets another. */
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Metric, SearchExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { DenialReason } from '../../functions/shared/domain/session';
import type { CredentialsProblem } from '../../functions/shared/http/authorization-header';
import type { AuthFunctions } from '../auth-functions';

export interface Measured {
  readonly restApi: RestApi;
  readonly functions: AuthFunctions;
  readonly tables: readonly Table[];
  readonly failureQueue: Queue;
  readonly metricsNamespace: string;
}

export type Metrics = ReturnType<typeof toMetrics>;

/** A label for every value of the dimension `reason`. */
const denialReasons: Readonly<Record<DenialReason | CredentialsProblem | 'role_not_admitted', string>> = {
  credentials_missing: 'no token sent',
  token_malformed: 'not the form of a token',
  session_unknown: 'session unknown or signed out',
  session_ended: 'signed out everywhere',
  token_wrong: 'not the current token',
  token_expired: 'token expired',
  token_superseded: 'older token just after a refresh',
  token_reused: 'token reused',
  user_missing: 'user deleted',
  user_inactive: 'user deactivated',
  role_not_admitted: 'role not admitted (403)',
};

/** All metrics by name. Functions take the statistic, such as a percentile. */
export function toMetrics(measured: Measured) {
  return {
    ...apiMetrics(measured),
    ...ownMetrics(measured.metricsNamespace),
    ...functionMetrics(measured.functions),
    ...tableMetrics(measured.tables),
    ...queueMetrics(measured.failureQueue),
  };
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html */
function apiMetrics({ restApi: { deploymentStage } }: Measured) {
  return {
    requests: deploymentStage.metricCount(),
    clientErrors: deploymentStage.metricClientError(),
    serverErrors: deploymentStage.metricServerError(),
    latency: (statistic: string) => deploymentStage.metricLatency({ statistic }),
  };
}

function ownMetrics(namespace: string) {
  const own = (metricName: string, dimensionsMap: Record<string, string> = {}) =>
    new Metric({ namespace, metricName, dimensionsMap, statistic: Stats.SUM });
  return {
    logins: (outcome: 'succeeded' | 'failed' | 'refused') => own('Logins', { outcome }),
    denials: Object.entries(denialReasons).map(([reason, label]) =>
      own('Denials', { reason }).with({ label }),
    ),
    tokensReused: own('TokensReused'),
    accountsLocked: own('AccountsLocked'),
    messagesUndeliverable: own('MessagesUndeliverable'),
    hashTime: (statistic: string) => own('HashMilliseconds').with({ statistic }),
  };
}

/** Nearly every request passes one of these. Concurrency is shared, so their throttles show those of all functions. */
const entrances = ['authorizer', 'login', 'signup'] as const;

/** https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
function functionMetrics(functions: AuthFunctions) {
  return {
    authorizerCalls: functions.authorizer.metricInvocations(),
    authorizerErrors: functions.authorizer.metricErrors(),
    throttles: entrances.map((name) => functions[name].metricThrottles({ label: name })),
    concurrency: LambdaFunction.metricAllConcurrentExecutions({ statistic: Stats.MAXIMUM }),
    durations: [...entrances, 'refresh' as const].map((name) =>
      functions[name].metricDuration({ label: name, statistic: Stats.p(95) }),
    ),
  };
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html */
function tableMetrics(tables: readonly Table[]) {
  const capacitySums = (reads: string, writes: string) =>
    tables.flatMap((table) =>
      Object.entries({ [reads]: 'reads', [writes]: 'writes' }).map(([metricName, words]) =>
        table.metric(metricName, { statistic: Stats.SUM, label: `${table.node.id}: ${words}` }),
      ),
    );
  return {
    tableThrottles: capacitySums('ReadThrottleEvents', 'WriteThrottleEvents'),
    tableCapacity: capacitySums('ConsumedReadCapacityUnits', 'ConsumedWriteCapacityUnits'),
    tableErrors: tableErrors(tables),
  };
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html */
const queueMetrics = (failureQueue: Queue) => ({
  failedBatches: failureQueue.metricApproximateNumberOfMessagesVisible({ statistic: Stats.MAXIMUM }),
});

/** SystemErrors has the dimensions table and operation and exists only after an error, so it needs a search. */
function tableErrors(tables: readonly Table[]): SearchExpression {
  const names = tables.map(({ tableName }) => `TableName="${tableName}"`).join(' OR ');
  return new SearchExpression({
    expression: `SEARCH('{AWS/DynamoDB,TableName,Operation} MetricName="SystemErrors" (${names})', 'Sum', 300)`,
    label: `${dimension('TableName')}: ${dimension('Operation')}`,
  });
}

/** In a label: the value of a dimension of each metric that a search finds. */
const dimension = (name: string): string => `\${PROP('Dim.${name}')}`;
