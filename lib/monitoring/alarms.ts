/** The alarms. Each is about something that users notice and names the first thing to do; `docs/monitoring.md` has the rest. */
import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  MathExpression,
  type Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { type AlarmFigures, alarmFigures, LEAST_FAILURES } from './alarm-figures';
import type { Metrics } from './metrics';

interface AlarmDefinition {
  readonly id: string;
  readonly metric: Metric | MathExpression;
  readonly figures: AlarmFigures;
  /** What users notice, and what to do first. */
  readonly description: string;
}

/** Creates every alarm. Missing data raises none, as nothing is measured when idle. */
export function addAlarms(scope: Construct, metrics: Metrics, backend: string): readonly Alarm[] {
  const definitions = [
    ...failureAlarms(metrics),
    ...throttleAlarms(metrics),
    ...loginAlarms(metrics),
    ...messageAlarms(metrics),
  ];
  return definitions.map(
    ({ id, metric, figures, description }) =>
      new Alarm(scope, id, {
        // E-mail subjects and the dashboard show only the name, so it is not a generated one.
        alarmName: `${id} (${backend})`,
        alarmDescription: description,
        metric: metric.with({ period: Duration.minutes(figures.periodMinutes) }),
        threshold: figures.threshold,
        datapointsToAlarm: figures.periods,
        evaluationPeriods: figures.ofPeriods,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      }),
  );
}

const failureAlarms = (metrics: Metrics): readonly AlarmDefinition[] => [
  {
    id: 'ServerErrors',
    metric: percentage(metrics.serverErrors, metrics.requests),
    figures: alarmFigures.serverErrors,
    description:
      'Some requests are answered 5xx: users see errors, nobody is logged out by it. ' +
      'Look in the logs for lines of the kind "failure": they name the function and the cause.',
  },
  {
    id: 'AuthorizerFailing',
    metric: percentage(metrics.authorizerErrors, metrics.authorizerCalls),
    figures: alarmFigures.authorizerFailing,
    description:
      'Requests with a token are answered 503: signed-in users cannot do anything; nobody is logged out, and nobody is let in without a token. ' +
      "Look in the authorizer's log: either the database does not answer, or the last deployment broke something; then deploy the one before.",
  },
];

const throttleAlarms = (metrics: Metrics): readonly AlarmDefinition[] => [
  {
    id: 'FunctionsThrottled',
    metric: addUp(metrics.throttles),
    figures: alarmFigures.functionsThrottled,
    description:
      'Users are turned away with 503 because the AWS account runs as many functions at once as it may: 10 in a new account, for everything in it. ' +
      'Look on the dashboard at how many run at once, and ask for more under Service Quotas, AWS Lambda, Concurrent executions.',
  },
  {
    id: 'DatabaseThrottled',
    metric: addUp(metrics.tableThrottles),
    figures: alarmFigures.databaseThrottled,
    description:
      'The database turns reads or writes away: users wait longer, and some are answered 503. ' +
      'Look on the dashboard which table it is. After a sudden rise of traffic DynamoDB makes room within half an hour; if it goes on, look in the logs for one user or address behind most requests.',
  },
];

const loginAlarms = (metrics: Metrics): readonly AlarmDefinition[] => [
  {
    id: 'PasswordGuessing',
    metric: addUp([metrics.logins('failed'), metrics.logins('refused')]),
    figures: alarmFigures.passwordGuessing,
    description:
      'Far more logins fail than people mistype: somebody is guessing passwords, and the users whose accounts are tried must wait before they can log in. ' +
      "Look in the login function's log which addresses it comes from. A few: lower loginsPerAddress, or block them. Your own app: it repeats a login that cannot succeed.",
  },
  {
    id: 'TokensReused',
    metric: metrics.tokensReused,
    figures: alarmFigures.tokensReused,
    description:
      'A token is in two hands: after it had been traded for its successor it was used again. The session was ended and its user has to log in. ' +
      'Look in the logs for the event token_reused. One user: ask about a lost or copied phone. Many at once: an app that keeps old tokens.',
  },
  {
    id: 'SlowHashes',
    metric: metrics.hashTime(Stats.p(95)),
    figures: alarmFigures.slowHashes,
    description:
      'Hashing a password takes a second or more: users wait at login and signup. ' +
      'Look on the dashboard since when. If bcryptCost was raised, lower it, or give the functions that hash more memory (in their endpoint.ts).',
  },
];

const messageAlarms = (metrics: Metrics): readonly AlarmDefinition[] => [
  {
    id: 'MessagesFailed',
    metric: metrics.failedBatches,
    figures: alarmFigures.messagesFailed,
    description:
      'Messages or events could not be delivered, however often it was tried: users wait for a link or a code that does not come. ' +
      "Look in the deliver function's log for the cause: SES or EventBridge refuses them, or does not answer. The items stay in the table Outbox for 7 days and can be written again.",
  },
  {
    id: 'MessagesUndeliverable',
    metric: metrics.messagesUndeliverable,
    figures: alarmFigures.messagesUndeliverable,
    description:
      'A message was dropped, because the stack has no channel to send by: a user asked for a link or a code and receives none. ' +
      'Look at the settings of the last deployment, and set emailFrom or messages=eventbridge.',
  },
];

/** Failures in percent of all, or 0 below LEAST_FAILURES. */
const percentage = (failures: Metric, all: Metric): MathExpression =>
  new MathExpression({
    expression: `IF(failures >= ${LEAST_FAILURES}, 100 * failures / all, 0)`,
    usingMetrics: { failures, all },
  });

/** In a sum, CloudWatch counts a missing metric as 0. An alarm may watch ten metrics at most. */
const addUp = (metrics: readonly Metric[]): MathExpression => {
  const usingMetrics = Object.fromEntries(metrics.map((metric, index) => [`m${index}`, metric]));
  return new MathExpression({ expression: Object.keys(usingMetrics).join(' + '), usingMetrics });
};
