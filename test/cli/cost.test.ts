import { costReport, millionMessages, millionRequests, millionTable, monthlyCharges } from '../../cli/cost';
import { preflight, requestKinds } from '../../cli/request-kinds';
import type { Template } from '../../cli/synthesised-stack';
import { listRoutes } from '../../functions/endpoints';
import { templateWith } from '../support/assembly';

const templateOf = (settings: Record<string, unknown>) => templateWith(settings).toJSON() as Template;
const dev = templateOf({});

describe('a month without requests', () => {
  it('costs nothing by default, in every stage', () => {
    for (const settings of [
      {},
      { stage: 'prod' },
      { corsOrigins: '*' },
      { rateLimits: 'off' },
      { emailFrom: 'no-reply@example.com', events: 'on' },
      { messages: 'eventbridge' },
    ])
      expect(monthlyCharges(templateOf(settings))).toEqual({ idle: [], inUse: [] });
  });

  it('costs alarms and dashboard with monitoring, and custom metrics once in use', () => {
    const monitored = templateOf({ monitoring: 'on', alarmEmail: 'ops@example.com' });
    const { idle, inUse } = monthlyCharges(monitored);
    expect([...idle, ...inUse].map(({ what }) => what)).toEqual([
      '21 metrics in alarms × 0.10',
      '1 dashboard × 3.00',
      '18 custom metrics × 0.30',
    ]);
    const report = costReport({ name: 'Stack', template: monitored });
    expect(report).toContain('A month without requests: 5.10\n');
    expect(report).toContain('| once in use, up to 18 custom metrics × 0.30 |       5.40 |\n');
  });

  it.each<[string, object, string]>([
    ['AWS::EC2::NatGateway', {}, 'Extra (AWS::EC2::NatGateway). Add it to cli/cost.ts.'],
    [
      'AWS::DynamoDB::Table',
      { BillingMode: 'PROVISIONED' },
      'provisioned throughput of Extra (AWS::DynamoDB::Table).',
    ],
    [
      'AWS::DynamoDB::Table',
      { BillingMode: 'PAY_PER_REQUEST', GlobalSecondaryIndexes: [] },
      'GlobalSecondaryIndexes of Extra (AWS::DynamoDB::Table).',
    ],
    [
      'AWS::ApiGateway::Stage',
      { CacheClusterEnabled: true },
      'CacheClusterEnabled of Extra (AWS::ApiGateway::Stage).',
    ],
    ['AWS::SQS::Queue', { KmsMasterKeyId: 'key' }, 'KmsMasterKeyId of Extra (AWS::SQS::Queue).'],
    [
      'AWS::Lambda::EventSourceMapping',
      { ProvisionedPollerConfig: {} },
      'ProvisionedPollerConfig of Extra (AWS::Lambda::EventSourceMapping).',
    ],
  ])('is not told while the template has an %s with %j', (Type, Properties, what) => {
    const template = { Resources: { ...dev.Resources, Extra: { Type, Properties } } } as Template;
    expect(() => costReport({ name: 'Stack', template })).toThrow(new Error(`There is no price for ${what}`));
  });
});

const kind = (request: string) => requestKinds.find((one) => one.request === request)!;

describe('a million requests', () => {
  it('cost the sum of their columns', () => {
    const costs = millionRequests(kind('GET /api/dashboard/'), dev);
    const rounded = Object.entries(costs).map(([column, usd]) => [column, Number(usd.toFixed(4))]);
    expect(rounded).toEqual([
      ['API Gateway', 3.5],
      ['Lambda', 0.5333],
      ['DynamoDB', 0.25],
      ['Logs', 0.5],
      ['Data out', 0.09],
      ['total', 4.8733],
    ]);
  });

  it('are listed for every route', () => {
    const listed = millionTable(dev).map(([request]) => request);
    for (const { methods, path } of listRoutes()) expect(listed).toContain(`${methods.join(', ')} ${path}/`);
    expect(JSON.stringify(millionTable(dev))).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('are listed for preflights only where browsers ask', () => {
    const last = (template: Template) => millionTable(template).at(-1);
    expect(last(dev)?.[0]).toBe('404 and 405');
    expect(last(templateOf({ corsOrigins: 'https://a.example' }))).toEqual(
      expect.arrayContaining([preflight.request, '3.50', '3.59']),
    );
  });

  it('have no price on another CPU than that of a deployment', () => {
    const template = JSON.parse(JSON.stringify(dev).replaceAll('"arm64"', '"x86_64"'));
    expect(() => costReport({ name: 'Stack', template })).toThrow(
      'There is no price for x86_64 (signup). Leave out the setting sam.',
    );
  });
});

describe('a million messages', () => {
  it.each([
    ['SES', 100, { emailFrom: 'no-reply@example.com' }],
    ['EventBridge', 1, { messages: 'eventbridge' }],
  ])('by %s cost %i and the runs of deliver', (by, usd, settings) => {
    const template = templateOf(settings);
    const messages = millionMessages(template)!;
    const { total, ...costs } = messages.costs;
    expect([messages.by, costs.Channel]).toEqual([by, usd]);
    expect(Math.min(...Object.values(costs))).toBeGreaterThan(0);
    expect(total).toBeCloseTo(Object.values(costs).reduce((sum, cost) => sum + cost, 0));
    expect(costReport({ name: 'Stack', template })).toContain('\nA million messages, ');
  });

  it('are not listed without a channel', () => {
    expect(millionMessages(dev)).toBeUndefined();
    expect(costReport({ name: 'Stack', template: dev })).not.toContain('A million messages');
  });
});
