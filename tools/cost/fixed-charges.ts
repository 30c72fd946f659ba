/** What a stack costs by merely being there: each of its resources is known to cost nothing then, or is charged, or is an error. */
import type { RawResource, Template } from '../../local/template/template';
import { CostError } from './cost-error';
import { type CostLine, costOf, prices } from './prices';

const METHODS = 'part of the API, which is paid for by the request';

/** Why a resource of the type costs nothing while nobody calls. */
const freeTypes: Readonly<Record<string, string>> = {
  'AWS::DynamoDB::Table': 'on demand: paid for by the request and by the GB stored',
  'AWS::Logs::LogGroup': 'paid for by the GB written and kept',
  'AWS::IAM::Role': 'IAM has no charge',
  'AWS::IAM::Policy': 'IAM has no charge',
  'AWS::Lambda::Function': 'paid for by the run; code is kept free of charge up to 75 GB a region',
  'AWS::Lambda::Permission': 'part of the function',
  'AWS::ApiGateway::RestApi': 'paid for by the request',
  'AWS::ApiGateway::Deployment': METHODS,
  'AWS::ApiGateway::Stage': `${METHODS}; it has no cache`,
  'AWS::ApiGateway::Resource': METHODS,
  'AWS::ApiGateway::Method': METHODS,
  'AWS::ApiGateway::GatewayResponse': METHODS,
  'AWS::ApiGateway::Authorizer': METHODS,
  'AWS::SNS::Topic': 'paid for by the message: 0.00002 for an e-mail',
  'AWS::SNS::TopicPolicy': 'part of the topic',
  'AWS::SNS::Subscription': 'part of the topic',
};

/** All that these types may be given: others of their properties are charged for, or change what a request costs. */
const knownProperties: Readonly<Record<string, readonly string[]>> = {
  'AWS::DynamoDB::Table': [
    'AttributeDefinitions',
    'BillingMode',
    'DeletionProtectionEnabled',
    'KeySchema',
    'PointInTimeRecoverySpecification',
    'Tags',
    'TimeToLiveSpecification',
  ],
  'AWS::Lambda::Function': [
    'Architectures',
    'Code',
    'Environment',
    'Handler',
    'LoggingConfig',
    'MemorySize',
    'Role',
    'Runtime',
    'Tags',
    'Timeout',
  ],
  'AWS::ApiGateway::Stage': ['DeploymentId', 'MethodSettings', 'RestApiId', 'StageName', 'Tags'],
};

export interface FixedCharges {
  readonly free: readonly { readonly type: string; readonly count: number; readonly reason: string }[];
  /** A month, whether anybody calls or not. */
  readonly charged: readonly CostLine[];
  /** The most that a month costs more once somebody calls, whatever the number of requests. */
  readonly whileUsed: readonly CostLine[];
}

/** @throws CostError naming every resource whose charge is not known. */
export function fixedCharges({ resources }: Template): FixedCharges {
  const all = [...resources.values()];
  const problems = all.flatMap(problemsWith);
  if (problems.length > 0) throw new CostError(problems.join('\n'));
  const dashboards = ofType(all, 'AWS::CloudWatch::Dashboard');
  const alarms = ofType(all, 'AWS::CloudWatch::Alarm');
  return {
    free: Object.entries(freeTypes).flatMap(([type, reason]) => {
      const count = ofType(all, type).length;
      return count === 0 ? [] : [{ type, count, reason }];
    }),
    charged: [
      charge(
        'metrics in alarms',
        alarms.reduce((sum, alarm) => sum + metricsIn(alarm), 0),
        'alarmMetric',
      ),
      charge('dashboard', dashboards.length, 'dashboard'),
    ].filter(({ usd }) => usd > 0),
    whileUsed: [
      charge('our own metrics', new Set(dashboards.flatMap(ownMetricsOn)).size, 'ownMetric'),
    ].filter(({ usd }) => usd > 0),
  };
}

const ofType = (resources: readonly RawResource[], wanted: string): readonly RawResource[] =>
  resources.filter(({ type }) => type === wanted);

const chargedTypes = ['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::Dashboard'];

function problemsWith({ logicalId, type, rawProperties }: RawResource): string[] {
  if (!(type in freeTypes) && !chargedTypes.includes(type))
    return [`What ${logicalId} (${type}) costs is not known here. Add it to tools/cost/fixed-charges.ts.`];
  const unknown = Object.keys(rawProperties).filter(
    (name) => !(knownProperties[type] ?? [name]).includes(name),
  );
  const isProvisioned = type === 'AWS::DynamoDB::Table' && rawProperties['BillingMode'] !== 'PAY_PER_REQUEST';
  return [
    ...unknown.map((name) => `What ${name} of ${logicalId} (${type}) costs is not known here.`),
    ...(isProvisioned ? [`${logicalId} has provisioned throughput, whose charge is not known here.`] : []),
  ];
}

function charge(what: string, count: number, name: keyof typeof prices): CostLine {
  const price = prices[name];
  return { what, arithmetic: `${count} × ${price.usd.toFixed(2)}`, usd: costOf(count, price) };
}

/** An alarm is paid for by the metrics it looks at; a sum of others is none. */
function metricsIn({ rawProperties }: RawResource): number {
  const metrics = rawProperties['Metrics'];
  return Array.isArray(metrics) ? metrics.filter((metric) => 'MetricStat' in metric).length : 1;
}

/** The dashboard shows every metric of our own; those of AWS, which are free, are in namespaces that begin with AWS/. */
function ownMetricsOn({ rawProperties }: RawResource): string[] {
  const body = JSON.stringify(rawProperties['DashboardBody']).replaceAll('\\', '');
  const shown = body.matchAll(/\["(?!AWS\/)([\w/]+)","(\w+)"(?:,"(\w+)","(\w+)")?,\{/g);
  return [...shown].map((metric) => metric.slice(1).join(' '));
}
