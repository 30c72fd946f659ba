import { costReport, millionRequests, millionTable, monthlyCharges } from '../../cli/cost';
import { preflight, requestKinds } from '../../cli/request-kinds';
import type { Template } from '../../cli/synthesised-stack';
import { listRoutes } from '../../functions/endpoints';
import { templateWith } from '../support/assembly';

const templateOf = (settings: Record<string, unknown>) => templateWith(settings).toJSON() as Template;
const dev = templateOf({});

describe('a month without requests', () => {
  it('costs nothing by default, in every stage', () => {
    for (const settings of [{}, { stage: 'prod' }, { corsOrigins: '*' }, { rateLimits: 'off' }])
      expect(monthlyCharges(templateOf(settings))).toEqual({ idle: [], inUse: [] });
  });

  it('costs alarms and dashboard with monitoring, and custom metrics once in use', () => {
    const monitored = templateOf({ monitoring: 'on', alarmEmail: 'ops@example.com' });
    const { idle, inUse } = monthlyCharges(monitored);
    expect([...idle, ...inUse].map(({ what }) => what)).toEqual([
      '19 metrics in alarms × 0.10',
      '1 dashboard × 3.00',
      '17 custom metrics × 0.30',
    ]);
    const report = costReport({ name: 'Stack', template: monitored });
    expect(report).toContain('A month without requests: 4.90\n');
    expect(report).toContain('| once in use, up to 17 custom metrics × 0.30 |       5.10 |\n');
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
