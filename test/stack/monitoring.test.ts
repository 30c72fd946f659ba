import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Template } from 'aws-cdk-lib/assertions';
import { templateWith } from '../support/assembly';

interface MetricReference {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

interface Widget {
  readonly type: string;
  readonly properties: any;
}

/** Every metric there is, by namespace and name, with the names of its dimensions. */
const METRICS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'AWS/ApiGateway': {
    Count: ['ApiName', 'Stage'],
    '4XXError': ['ApiName', 'Stage'],
    '5XXError': ['ApiName', 'Stage'],
    Latency: ['ApiName', 'Stage'],
  },
  'AWS/Lambda': {
    Invocations: ['FunctionName'],
    Errors: ['FunctionName'],
    Throttles: ['FunctionName'],
    Duration: ['FunctionName'],
    ConcurrentExecutions: [],
  },
  'AWS/DynamoDB': {
    ReadThrottleEvents: ['TableName'],
    WriteThrottleEvents: ['TableName'],
    ConsumedReadCapacityUnits: ['TableName'],
    ConsumedWriteCapacityUnits: ['TableName'],
    SystemErrors: ['TableName', 'Operation'],
  },
  'AWS/SQS': { ApproximateNumberOfMessagesVisible: ['QueueName'] },
  'TokenAuth/dev': {
    Logins: ['outcome'],
    Denials: ['reason'],
    TokensReused: [],
    AccountsLocked: [],
    MessagesUndeliverable: [],
    HashMilliseconds: [],
  },
};

const OUTCOMES = ['succeeded', 'failed', 'refused'];
const REASONS = [
  'session_unknown',
  'token_wrong',
  'token_expired',
  'token_superseded',
  'token_reused',
  'session_ended',
  'user_missing',
  'user_inactive',
  'credentials_missing',
  'token_malformed',
  'role_not_admitted',
];

const ALARMS = [
  'ServerErrors',
  'AuthorizerFailing',
  'FunctionsThrottled',
  'DatabaseThrottled',
  'PasswordGuessing',
  'TokensReused',
  'SlowHashes',
  'MessagesFailed',
  'MessagesUndeliverable',
];

const monitored = templateWith({ monitoring: 'on' });
const idsOf = (type: string): string[] => Object.keys(monitored.findResources(type));

/** What a dimension of ours may be. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  ApiName: ['TokenAuth'],
  Stage: idsOf('AWS::ApiGateway::Stage'),
  FunctionName: idsOf('AWS::Lambda::Function'),
  TableName: idsOf('AWS::DynamoDB::Table'),
  QueueName: idsOf('AWS::SQS::Queue').map((id) => `${id}.QueueName`),
  outcome: OUTCOMES,
  reason: REASONS,
};

/** Text in which a reference to a resource stands as its logical id. */
const textOf = (value: any): string =>
  typeof value === 'string'
    ? value
    : (value.Ref ?? value['Fn::GetAtt']?.join('.') ?? value['Fn::Join'][1].map(textOf).join(''));

function expectReal({ namespace, name, dimensions }: MetricReference): void {
  expect([namespace, name, Object.keys(dimensions).sort()]).toEqual([
    namespace,
    name,
    [...(METRICS[namespace]?.[name] ?? ['no such metric'])].sort(),
  ]);
  for (const [dimension, value] of Object.entries(dimensions)) expect(VALUES[dimension]).toContain(value);
}

const alarmsOf = (template: Template): [string, any][] =>
  Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => [
    Properties['AlarmName'].replace(' (TokenAuth)', ''),
    Properties,
  ]);

const metricOf = ({ Namespace, MetricName, Dimensions = [] }: any): MetricReference => ({
  namespace: Namespace,
  name: MetricName,
  dimensions: Object.fromEntries(Dimensions.map(({ Name, Value }: any) => [Name, textOf(Value)])),
});

const watchedBy = (alarm: any): MetricReference[] =>
  alarm.Metrics
    ? alarm.Metrics.flatMap(({ MetricStat }: any) => (MetricStat ? [metricOf(MetricStat.Metric)] : []))
    : [metricOf(alarm)];

describe('without monitoring', () => {
  it('nothing of CloudWatch or SNS is in the stack', () => {
    const types = Object.values(templateWith({}).toJSON()['Resources']).map(({ Type }: any) => Type);
    expect(types.filter((type) => /::(CloudWatch|SNS)::/.test(type))).toEqual([]);
  });
});

describe('the alarms', () => {
  const alarms = alarmsOf(monitored);

  it('are these', () => {
    expect(alarms.map(([name]) => name).sort()).toEqual([...ALARMS].sort());
  });

  describe.each(alarms)('%s', (name, alarm) => {
    it('says what users notice and what to look at', () => {
      expect(alarm.AlarmDescription).toMatch(/\busers?\b/i);
      expect(alarm.AlarmDescription).toMatch(/\bLook\b/);
      expect(alarm.AlarmDescription.length).toBeLessThanOrEqual(1024);
    });

    it('watches metrics that exist, and no more than CloudWatch allows', () => {
      const metrics = watchedBy(alarm);
      expect(metrics.length).toBeGreaterThan(0);
      expect(metrics.length).toBeLessThanOrEqual(10);
      for (const metric of metrics) expectReal(metric);
    });

    it('is silent while nothing is measured', () => {
      expect(alarm.TreatMissingData).toBe('notBreaching');
    });

    it('is explained in docs/monitoring.md', () => {
      const page = readFileSync(join(__dirname, '../../docs/monitoring.md'), 'utf8');
      expect(page).toContain(`### ${name}\n`);
    });
  });

  it('on failures need five in a period: one failure of two requests is no alarm', () => {
    for (const name of ['ServerErrors', 'AuthorizerFailing']) {
      const [{ Expression }] = Object.fromEntries(alarms)[name].Metrics;
      expect(Expression).toBe('IF(failures >= 5, 100 * failures / all, 0)');
    }
  });

  it('tell of the first message that fails, or has no channel', () => {
    for (const name of ['MessagesFailed', 'MessagesUndeliverable']) {
      const { Threshold, Period, EvaluationPeriods } = Object.fromEntries(alarms)[name];
      expect([Threshold, Period, EvaluationPeriods]).toEqual([1, 300, 1]);
    }
  });

  it('watch reads and writes of every table', () => {
    const watched = watchedBy(Object.fromEntries(alarms)['DatabaseThrottled']);
    expect(watched.map(({ name, dimensions }) => `${name} ${dimensions['TableName']}`).sort()).toEqual(
      VALUES['TableName']!.flatMap((id) => [`ReadThrottleEvents ${id}`, `WriteThrottleEvents ${id}`]).sort(),
    );
  });
});

describe('with an e-mail address', () => {
  const notified = templateWith({ monitoring: 'on', alarmEmail: 'ops@example.com' });
  const [topic] = Object.keys(notified.findResources('AWS::SNS::Topic'));

  it.each(alarmsOf(notified))('%s tells when it goes off and when it is over', (_, alarm) => {
    expect([alarm.AlarmActions, alarm.OKActions]).toEqual([[{ Ref: topic }], [{ Ref: topic }]]);
  });

  it('the topic sends e-mail to it and to nobody else', () => {
    notified.resourceCountIs('AWS::SNS::Subscription', 1);
    notified.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'ops@example.com',
      TopicArn: { Ref: topic },
    });
  });

  it('alarms of this account and region, and nobody else, may publish to the topic, over TLS', () => {
    const [policy] = Object.values(notified.findResources('AWS::SNS::TopicPolicy'));
    const statements = policy!['Properties'].PolicyDocument.Statement;
    expect(policy!['Properties'].Topics).toEqual([{ Ref: topic }]);
    expect(statements.map(({ Effect }: any) => Effect).sort()).toEqual(['Allow', 'Deny']);
    const [allow] = statements.filter(({ Effect }: any) => Effect === 'Allow');
    expect([allow.Principal, allow.Action]).toEqual([{ Service: 'cloudwatch.amazonaws.com' }, 'sns:Publish']);
    expect(textOf(allow.Condition.ArnLike['aws:SourceArn'])).toBe(
      'arn:AWS::Partition:cloudwatch:AWS::Region:AWS::AccountId:alarm:*',
    );
    const [deny] = statements.filter(({ Effect }: any) => Effect === 'Deny');
    expect([deny.Principal, deny.Condition]).toEqual(['*', { Bool: { 'aws:SecureTransport': 'false' } }]);
  });
});

describe('the dashboard', () => {
  const [dashboard] = Object.values(monitored.findResources('AWS::CloudWatch::Dashboard'));
  const widgets: Widget[] = JSON.parse(textOf(dashboard!['Properties'].DashboardBody)).widgets;
  const graphs = widgets.filter(({ type }) => type === 'metric');
  const lines = graphs.flatMap(({ properties }) => properties.metrics as any[][]);

  /** A line is `[namespace, name, dimension, value, …, options]`, or a search alone. */
  const optionsOf = (line: any[]) => line.at(-1);
  const searches = lines.flatMap((line) => optionsOf(line).expression ?? []);
  const plotted = lines
    .filter((line) => !optionsOf(line).expression)
    .map(([namespace, name, ...rest]) => {
      const pairs = Array.from({ length: (rest.length - 1) / 2 }, (_, i) => rest.slice(2 * i, 2 * i + 2));
      return { namespace, name, dimensions: Object.fromEntries(pairs), options: rest.at(-1) };
    });

  it('shows metrics that exist', () => {
    expect(plotted.length).toBeGreaterThan(0);
    for (const metric of plotted) expectReal(metric);
  });

  it('searches for metrics that exist', () => {
    expect(searches).toHaveLength(1);
    const [, namespace, dimensions, name] = /^SEARCH\('\{([\w/]+),([\w,]+)\} MetricName="(\w+)"/.exec(
      searches[0],
    )!;
    expect(METRICS[namespace!]![name!]).toEqual(dimensions!.split(','));
    const tables = [...searches[0].matchAll(/TableName="(\w+)"/g)].map(([, id]) => id);
    expect(tables.sort()).toEqual([...VALUES['TableName']!].sort());
  });

  it('shows every metric of our own', () => {
    const own = plotted.filter(({ namespace }) => namespace === 'TokenAuth/dev');
    const valuesOf = (name: string) =>
      own.filter((metric) => metric.name === name).flatMap(({ dimensions }) => Object.values(dimensions));
    expect([...new Set(own.map(({ name }) => name))].sort()).toEqual(
      Object.keys(METRICS['TokenAuth/dev']!).sort(),
    );
    expect(valuesOf('Logins')).toEqual(OUTCOMES);
    expect(valuesOf('Denials').sort()).toEqual([...REASONS].sort());
  });

  it('shows how long each function takes', () => {
    const durations = plotted.filter(({ name }) => name === 'Duration');
    expect(durations.map(({ options }) => options.label).sort()).toEqual([
      'authorizer',
      'login',
      'refresh',
      'signup',
    ]);
  });

  it('shows the state of every alarm', () => {
    const [states] = widgets.filter(({ type }) => type === 'alarm');
    const alarms = idsOf('AWS::CloudWatch::Alarm').map((id) => `${id}.Arn`);
    expect([...states!.properties.alarms].sort()).toEqual(alarms.sort());
  });

  it('has at most 50 metrics, up to which the first three dashboards of an account are free', () => {
    const metrics = plotted.map(({ options: _, ...metric }) => JSON.stringify(metric));
    expect(new Set(metrics).size).toBeLessThanOrEqual(50);
  });

  it('is where the stack says', () => {
    const { Value } = monitored.findOutputs('DashboardUrl')['DashboardUrl']!;
    expect(textOf(Value)).toMatch(/#dashboards\/dashboard\/MonitoringDashboard\w+$/);
  });
});
