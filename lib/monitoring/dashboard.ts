/** The dashboard: what users notice at the top, causes below. */
import { Duration } from 'aws-cdk-lib';
import {
  type Alarm,
  AlarmStatusWidget,
  Color,
  Dashboard,
  GraphWidget,
  type GraphWidgetProps,
  type IMetric,
  type IWidget,
  Stats,
  type YAxisProps,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { alarmFigures } from './alarm-figures';
import type { Metrics } from './metrics';

/** CloudWatch has 24 columns. */
const QUARTER = 6;
const THIRD = 8;
const THREE_EIGHTHS = 9;
const HALF = 12;
const HEIGHT = 6;

export const addDashboard = (scope: Construct, metrics: Metrics, alarms: readonly Alarm[]): Dashboard =>
  new Dashboard(scope, 'Dashboard', {
    defaultInterval: Duration.days(1),
    widgets: [
      [alarmStates(alarms), ...trafficGraphs(metrics)],
      loginGraphs(metrics),
      [reuseGraph(metrics), messageGraph(metrics), latencyGraph(metrics), hashGraph(metrics)],
      functionGraphs(metrics),
      databaseGraphs(metrics),
    ],
  });

interface Graph {
  readonly title: string;
  readonly width: number;
  /** Of the left axis. */
  readonly unit: string;
  readonly left: IMetric[];
}

const graph = ({ title, width, unit, left }: Graph, more: Partial<GraphWidgetProps> = {}): GraphWidget =>
  new GraphWidget({ title, width, height: HEIGHT, left, leftYAxis: axis(unit), ...more });

const axis = (label: string): YAxisProps => ({ label, min: 0, showUnits: false });

const alarmStates = (alarms: readonly Alarm[]): IWidget =>
  new AlarmStatusWidget({ title: 'Alarms', width: QUARTER, height: HEIGHT, alarms: [...alarms] });

const trafficGraphs = ({ requests, clientErrors, serverErrors, authorizerErrors }: Metrics): IWidget[] => [
  graph({
    title: 'Requests',
    width: THREE_EIGHTHS,
    unit: 'requests',
    left: [
      requests.with({ label: 'all', color: Color.BLUE }),
      clientErrors.with({ label: 'answered 4xx: wrong input, no valid token', color: Color.ORANGE }),
    ],
  }),
  graph({
    title: 'Failures of ours',
    width: THREE_EIGHTHS,
    unit: 'failures',
    left: [
      serverErrors.with({ label: 'answered 5xx', color: Color.RED }),
      authorizerErrors.with({ label: 'authorizer failed', color: Color.PURPLE }),
    ],
  }),
];

const loginGraphs = ({ logins, denials }: Metrics): IWidget[] => [
  graph(
    {
      title: 'Logins',
      width: HALF,
      unit: 'logins',
      left: [
        logins('succeeded').with({ label: 'succeeded', color: Color.GREEN }),
        logins('failed').with({ label: 'failed: wrong name or password', color: Color.ORANGE }),
        logins('refused').with({ label: 'refused: too many attempts', color: Color.RED }),
      ],
    },
    { stacked: true },
  ),
  graph(
    { title: 'Requests denied, by reason', width: HALF, unit: 'requests', left: denials },
    { stacked: true },
  ),
];

const reuseGraph = ({ tokensReused, accountsLocked }: Metrics): IWidget =>
  graph({
    title: 'Tokens reused, accounts made to wait',
    width: QUARTER,
    unit: 'tokens, accounts',
    left: [
      tokensReused.with({ label: 'tokens reused (session ended)', color: Color.RED }),
      accountsLocked.with({ label: 'accounts made to wait', color: Color.ORANGE }),
    ],
  });

const messageGraph = ({ failedBatches, messagesUndeliverable }: Metrics): IWidget =>
  graph({
    title: 'Messages not delivered',
    width: QUARTER,
    unit: 'batches, messages',
    left: [
      failedBatches.with({ label: 'batches in the failure queue', color: Color.RED }),
      messagesUndeliverable.with({ label: 'messages dropped: no channel', color: Color.ORANGE }),
    ],
  });

const latencyGraph = ({ latency }: Metrics): IWidget =>
  graph({
    title: 'Time to answer a request',
    width: QUARTER,
    unit: 'milliseconds',
    left: [
      latency(Stats.p(50)).with({ label: 'half within', color: Color.GREEN }),
      latency(Stats.p(95)).with({ label: '95 of 100 within', color: Color.ORANGE }),
      latency(Stats.p(99)).with({ label: '99 of 100 within', color: Color.RED }),
    ],
  });

const hashGraph = ({ hashTime }: Metrics): IWidget =>
  graph(
    {
      title: 'Time to hash a password',
      width: QUARTER,
      unit: 'milliseconds',
      left: [
        hashTime(Stats.p(50)).with({ label: 'half within', color: Color.GREEN }),
        hashTime(Stats.p(95)).with({ label: '95 of 100 within', color: Color.ORANGE }),
      ],
    },
    { leftAnnotations: [{ value: alarmFigures.slowHashes.threshold, label: 'alarm', color: Color.RED }] },
  );

const functionGraphs = ({ durations, throttles, concurrency }: Metrics): IWidget[] => [
  graph({
    title: 'Functions: time within which 95 of 100 end',
    width: HALF,
    unit: 'milliseconds',
    left: durations,
  }),
  graph(
    {
      title: 'Functions: turned away, and running at once',
      width: HALF,
      unit: 'calls turned away',
      left: throttles,
    },
    {
      right: [concurrency.with({ label: 'running at once in the whole account', color: Color.GREY })],
      rightYAxis: axis('running at once'),
    },
  ),
];

const databaseGraphs = ({ tableThrottles, tableErrors, tableCapacity }: Metrics): IWidget[] => [
  graph({ title: 'Database: turned away', width: THIRD, unit: 'reads and writes', left: tableThrottles }),
  graph({ title: 'Database: failures of DynamoDB', width: THIRD, unit: 'failed calls', left: [tableErrors] }),
  graph({ title: 'Database: capacity used', width: THIRD, unit: 'capacity units', left: tableCapacity }),
];
