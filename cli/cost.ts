/** Computes a stack's costs from its template: when idle, and for a million requests of each kind. */
import { backendFunctions, type FunctionName } from '../functions/functions';
import type { Call } from '../functions/shared/definition';
import { assumptions, dollars, FULL_CORE_MB, prices } from './prices';
import { CliError } from './program';
import { countUnits, preflight, type RequestKind, requestKinds } from './request-kinds';
import type { Resource, SynthesisedStack, Template } from './synthesised-stack';
import { table } from './table';

/**
 * Types that cost nothing when idle. For types with a list, only the listed properties are known not to change that.
 * Any other type except alarms and dashboards has no price and stops the program.
 */
const freeWhileIdle: Readonly<Record<string, readonly string[] | undefined>> = {
  'AWS::ApiGateway::Authorizer': undefined,
  'AWS::ApiGateway::Deployment': undefined,
  'AWS::ApiGateway::GatewayResponse': undefined,
  'AWS::ApiGateway::Method': undefined,
  'AWS::ApiGateway::Resource': undefined,
  'AWS::ApiGateway::RestApi': undefined,
  'AWS::ApiGateway::Stage': ['DeploymentId', 'MethodSettings', 'RestApiId', 'StageName', 'Tags'],
  'AWS::CDK::Metadata': undefined,
  'AWS::DynamoDB::Table': [
    ...['AttributeDefinitions', 'BillingMode', 'DeletionProtectionEnabled', 'KeySchema'],
    // Lambda's reads of a stream are free.
    ...['PointInTimeRecoverySpecification', 'StreamSpecification', 'Tags', 'TimeToLiveSpecification'],
  ],
  'AWS::Events::EventBus': ['Name', 'Tags'],
  'AWS::IAM::Policy': undefined,
  'AWS::IAM::Role': undefined,
  'AWS::Lambda::EventSourceMapping': [
    ...['BatchSize', 'BisectBatchOnFunctionError', 'DestinationConfig', 'EventSourceArn', 'FilterCriteria'],
    ...['FunctionName', 'FunctionResponseTypes', 'MaximumRecordAgeInSeconds', 'MaximumRetryAttempts'],
    ...['StartingPosition', 'Tags'],
  ],
  'AWS::Lambda::Function': [
    ...['Architectures', 'Code', 'Environment', 'Handler', 'LoggingConfig'],
    ...['MemorySize', 'Role', 'Runtime', 'Tags', 'Timeout'],
  ],
  'AWS::Lambda::Permission': undefined,
  'AWS::Logs::LogGroup': undefined,
  'AWS::SNS::Subscription': undefined,
  'AWS::SNS::Topic': undefined,
  'AWS::SNS::TopicPolicy': undefined,
  'AWS::SQS::Queue': ['MessageRetentionPeriod', 'SqsManagedSseEnabled', 'Tags'],
  'AWS::SQS::QueuePolicy': undefined,
};

const ALARM = 'AWS::CloudWatch::Alarm';
const DASHBOARD = 'AWS::CloudWatch::Dashboard';

interface Charge {
  readonly what: string;
  readonly usd: number;
}

/**
 * US dollars a month.
 * @returns `idle`, and `inUse`: the most that is added at any number of requests
 * @throws CliError naming every resource without a price
 */
export function monthlyCharges(template: Template): { idle: readonly Charge[]; inUse: readonly Charge[] } {
  const problems = Object.entries(template.Resources).flatMap(withoutPrice);
  if (problems.length > 0) throw new CliError(problems.join('\n'));
  const charge = (what: string, count: number, { usd }: { usd: number }): readonly Charge[] =>
    count === 0 ? [] : [{ what: `${count} ${what} × ${usd.toFixed(2)}`, usd: count * usd }];
  const dashboards = findResources(template, DASHBOARD);
  const alarmMetrics = findResources(template, ALARM).reduce((sum, alarm) => sum + metricsIn(alarm), 0);
  const customMetrics = new Set(dashboards.flatMap(customMetricsOn)).size;
  return {
    idle: [
      ...charge('metrics in alarms', alarmMetrics, prices.alarmMetricMonth),
      ...charge('dashboard', dashboards.length, prices.dashboardMonth),
    ],
    inUse: charge('custom metrics', customMetrics, prices.customMetricMonth),
  };
}

const findResources = ({ Resources }: Template, type: string): readonly Resource[] =>
  Object.values(Resources).filter(({ Type }) => Type === type);

function withoutPrice([id, { Type, Properties = {} }]: [string, Resource]): readonly string[] {
  if (Type === ALARM || Type === DASHBOARD) return [];
  if (!(Type in freeWhileIdle)) return [`There is no price for ${id} (${Type}). Add it to cli/cost.ts.`];
  const known = freeWhileIdle[Type] ?? Object.keys(Properties);
  const unknown = Object.keys(Properties).filter((name) => !known.includes(name));
  const isProvisioned = Type === 'AWS::DynamoDB::Table' && Properties['BillingMode'] !== 'PAY_PER_REQUEST';
  return [...unknown, ...(isProvisioned ? ['provisioned throughput'] : [])].map(
    (name) => `There is no price for ${name} of ${id} (${Type}).`,
  );
}

/** An alarm is charged for the metrics it reads; expressions over them are free. */
function metricsIn({ Properties }: Resource): number {
  const metrics = Properties?.['Metrics'];
  return Array.isArray(metrics) ? metrics.filter((metric) => 'MetricStat' in metric).length : 1;
}

/** The dashboard shows every custom metric. Namespaces of AWS, whose metrics are free, begin with AWS/. */
function customMetricsOn({ Properties }: Resource): readonly string[] {
  const body = JSON.stringify(Properties?.['DashboardBody']).replaceAll('\\', '');
  const shown = body.matchAll(/\["(?!AWS\/)([\w/]+)","(\w+)"(?:,"(\w+)","(\w+)")?,\{/g);
  return [...shown].map((metric) => metric.slice(1).join(' '));
}

/** US dollars for a million requests of a kind, by column of the report. */
export function millionRequests(kind: RequestKind, template: Template) {
  const runs: readonly Run[] = [
    ...(kind.authorizer
      ? [
          {
            name: 'authorizer',
            calls: [...kind.authorizer.flat(), ...(kind.later ?? [])],
            hashes: 0,
          } as const,
        ]
      : []),
    ...(kind.function ? [{ name: kind.function, calls: kind.steps.flat(), hashes: kind.hashes }] : []),
  ];
  const units = runs.flatMap(({ calls }) => calls.map(countUnits));
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
  // A million requests of a kilobyte are a gigabyte.
  const logKb =
    (kind.logLines * assumptions.logLineBytes + runs.length * assumptions.platformLogBytes) / 1000;
  // API Gateway does not charge for requests that the authorizer refuses.
  const isRefused = kind.authorizer !== undefined && kind.function === undefined;
  const columns = {
    'API Gateway': isRefused ? 0 : prices.millionRestRequests.usd,
    Lambda: sum(
      runs.map((run) => prices.millionRuns.usd + gbSeconds(run, template) * prices.millionGbSeconds.usd),
    ),
    DynamoDB:
      sum(units.map(({ reads }) => reads)) * prices.millionReadUnits.usd +
      sum(units.map(({ writes }) => writes)) * prices.millionWriteUnits.usd,
    Logs: logKb * prices.gbLogged.usd,
    'Data out': (assumptions.responseBytes / 1000) * prices.gbOut.usd,
  };
  return { ...columns, total: sum(Object.values(columns)) };
}

interface Run {
  readonly name: FunctionName;
  readonly calls: readonly Call[];
  readonly hashes: number;
}

/** Of CPU work at the function's share of a core, waiting, and cold starts. */
function gbSeconds({ name, calls, hashes }: Run, template: Template): number {
  const { memoryMb, bcryptCost } = functionIn(template, name);
  const hashMs = hashes * assumptions.hashMs * 2 ** (bcryptCost - 10);
  const workMs = assumptions.runMs + calls.length * assumptions.callMs + hashMs;
  const waitMs = calls.length * assumptions.callWaitMs + assumptions.coldShare * assumptions.coldStartMs;
  const billedMs = Math.ceil(workMs * Math.max(1, FULL_CORE_MB / memoryMb) + waitMs);
  return (memoryMb / 1024) * (billedMs / 1000);
}

function functionIn(template: Template, name: FunctionName) {
  const start = `${name.replaceAll('-', '')}function`;
  const [, resource] =
    Object.entries(template.Resources).find(
      ([id, { Type }]) => Type === 'AWS::Lambda::Function' && id.toLowerCase().startsWith(start),
    ) ?? [];
  if (resource === undefined) throw new CliError(`The template has no function ${name}.`);
  const { Architectures, MemorySize, Environment } = resource.Properties ?? {};
  if (String(Architectures) !== 'arm64')
    throw new CliError(`There is no price for ${Architectures} (${name}). Leave out the setting sam.`);
  const { Variables = {} } = (Environment ?? {}) as { Variables?: Readonly<Record<string, string>> };
  return {
    memoryMb: Number(MemorySize),
    bcryptCost: Number(Variables['BCRYPT_COST'] ?? 10),
    channel: Variables['MESSAGE_CHANNEL'] ?? 'none',
  };
}

const channelPrices: Readonly<Record<string, { readonly what: string; readonly usd: number }>> = {
  ses: { what: 'SES', usd: prices.millionEmails.usd },
  eventbridge: { what: 'EventBridge', usd: prices.millionBusEvents.usd },
};

/**
 * US dollars for a million messages with a link and a code, by column of the report; absent without a channel. Each is a run of its own, as
 * messages are seldom close together. The request that asks for one has its own price.
 */
export function millionMessages(template: Template) {
  const channel = channelPrices[functionIn(template, 'deliver').channel];
  if (channel === undefined) return undefined;
  const { steps } = backendFunctions.deliver;
  const run: RequestKind = { request: 'message', function: 'deliver', steps, hashes: 1, logLines: 1 };
  const { Lambda, DynamoDB, Logs } = millionRequests(run, template);
  const total = channel.usd + Lambda + DynamoDB + Logs;
  return { by: channel.what, costs: { Channel: channel.usd, Lambda, DynamoDB, Logs, total } };
}

/** The rows of the report, with the header first. */
export function millionTable(template: Template): readonly (readonly string[])[] {
  const asksFirst = findResources(template, 'AWS::ApiGateway::Method').some(
    ({ Properties }) => Properties?.['HttpMethod'] === 'OPTIONS',
  );
  const kinds: readonly RequestKind[] = [...requestKinds, ...(asksFirst ? [preflight] : [])];
  const rows = kinds.map((kind) => ({ kind, costs: millionRequests(kind, template) }));
  return [
    ['request', ...Object.keys(rows[0]?.costs ?? {})],
    ...rows.map(({ kind, costs }) => [kind.request, ...Object.values(costs).map(dollars)]),
  ];
}

function messageTable(template: Template): readonly string[] {
  const messages = millionMessages(template);
  if (messages === undefined) return [];
  const { by, costs } = messages;
  const rows = [
    ['message by', ...Object.keys(costs)],
    [by, ...Object.values(costs).map(dollars)],
  ];
  return ['A million messages, besides the requests that ask for them:', table(rows), ''];
}

/** @throws CliError if something in the template has no price. */
export function costReport({ name, template }: Pick<SynthesisedStack, 'name' | 'template'>): string {
  const { idle, inUse } = monthlyCharges(template);
  const charges = [
    ...idle,
    ...inUse.map(({ what, usd }) => ({ what: `once in use, up to ${what}`, usd })),
  ].map(({ what, usd }) => [what, dollars(usd)]);
  return [
    `${name} in US dollars, at list prices of us-east-1, without the free tier and before tax.`,
    '',
    `A month without requests: ${dollars(idle.reduce((sum, { usd }) => sum + usd, 0))}`,
    ...(charges.length > 0 ? [table([['charge', 'US dollars'], ...charges])] : []),
    '',
    `A GB stored for a month: tables ${prices.gbMonthStored.usd} (with point-in-time recovery ${prices.gbMonthRecoverable.usd} more), logs ${prices.gbMonthLogKept.usd}`,
    '',
    'A million requests of each kind:',
    table(millionTable(template)),
    '',
    ...messageTable(template),
    'cli/prices.ts has every price with its source, and the assumptions.',
  ].join('\n');
}
