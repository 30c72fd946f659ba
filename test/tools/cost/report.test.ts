import { routeList } from '../../../functions/routes';
import { readTemplate, type Template } from '../../../local/template/template';
import { assumed } from '../../../tools/cost/assumptions';
import { examples } from '../../../tools/cost/examples';
import { fixedCharges } from '../../../tools/cost/fixed-charges';
import { functionSizes, millisecondsOf } from '../../../tools/cost/functions';
import { dollars, sumOf } from '../../../tools/cost/prices';
import { millionOfEach, report } from '../../../tools/cost/report';
import { requestKinds } from '../../../tools/cost/requests';
import { templateWith } from '../../support/assembly';

const templateOf = (settings: Record<string, unknown>): Template =>
  readTemplate('TokenAuth-dev', templateWith(settings).toJSON());
const devJson = templateWith({}).toJSON();
const dev = readTemplate('TokenAuth-dev', devJson);

/** A template with one resource more, or another in its place. */
const withResource = (Type: string, Properties: object, id = 'Extra') => {
  const json = structuredClone(devJson);
  json['Resources'][id] = { Type, Properties: { ...json['Resources'][id]?.Properties, ...Properties } };
  return () => fixedCharges(readTemplate('TokenAuth-dev', json));
};

describe('a month in which nobody calls', () => {
  it('costs nothing by default, in every stage', () => {
    for (const settings of [{}, { stage: 'prod' }, { corsOrigins: '*' }, { rateLimits: 'off' }])
      expect(fixedCharges(templateOf(settings))).toMatchObject({ charged: [], whileUsed: [] });
  });

  it('names every resource of the template', () => {
    const named = fixedCharges(dev).free.reduce((sum, { count }) => sum + count, 0);
    expect(named).toBe(dev.resources.size);
  });

  it('costs alarms and dashboard with monitoring; metrics of our own once somebody calls', () => {
    const { charged, whileUsed } = fixedCharges(
      templateOf({ monitoring: 'on', alarmEmail: 'ops@example.com' }),
    );
    expect(charged.map(({ what, arithmetic }) => `${what}: ${arithmetic}`)).toEqual([
      'metrics in alarms: 17 × 0.10',
      'dashboard: 1 × 3.00',
    ]);
    expect(whileUsed.map(({ what, arithmetic }) => `${what}: ${arithmetic}`)).toEqual([
      'our own metrics: 17 × 0.30',
    ]);
    expect(dollars(sumOf([...charged, ...whileUsed]))).toBe('9.80');
  });

  it.each<[string, () => unknown, string]>([
    [
      'a type that is not known',
      withResource('AWS::EC2::NatGateway', {}),
      'What Extra (AWS::EC2::NatGateway) costs is not known here. Add it to tools/cost/fixed-charges.ts.',
    ],
    [
      'provisioned throughput',
      withResource('AWS::DynamoDB::Table', { BillingMode: 'PROVISIONED' }, 'TablesTokens107FFD66'),
      'TablesTokens107FFD66 has provisioned throughput, whose charge is not known here.',
    ],
    [
      'an index, which is written to as well',
      withResource('AWS::DynamoDB::Table', { GlobalSecondaryIndexes: [] }, 'TablesTokens107FFD66'),
      'What GlobalSecondaryIndexes of TablesTokens107FFD66 (AWS::DynamoDB::Table) costs is not known here.',
    ],
    [
      'a cache',
      withResource('AWS::ApiGateway::Stage', { CacheClusterEnabled: true }),
      'What CacheClusterEnabled of Extra (AWS::ApiGateway::Stage) costs is not known here.',
    ],
  ])('is not told while there is %s', (_, charges, message) => {
    expect(charges).toThrow(new Error(message));
  });
});

describe('a million requests', () => {
  const totals = Object.fromEntries(millionOfEach(dev).map(({ kind, total }) => [kind.title, total]));

  it('of each kind cost the sum of their lines', () => {
    const [{ lines, total }] = millionOfEach(dev).filter(
      ({ kind }) => kind === requestKinds.dashboard,
    ) as any;
    expect(lines.map(({ what, usd }: any) => [what, Number(usd.toFixed(4))])).toEqual([
      ['API Gateway', 3.5],
      ['Lambda, runs', 0.4],
      ['Lambda, time', 0.1333],
      ['DynamoDB, reads', 0.25],
      ['Logs', 0.475],
      ['Data out', 0.09],
    ]);
    expect(total).toBeCloseTo(4.8483, 4);
  });

  it('of every route and of the fallback are there, the preflight only where browsers ask', () => {
    expect(Object.keys(totals)).toEqual(
      expect.arrayContaining(routeList.map(({ method, path }) => `${method} ${path}/`)),
    );
    expect(Object.keys(totals)).not.toContain('OPTIONS, asked by browsers');
    const web = millionOfEach(templateOf({ corsOrigins: 'https://a.example' }));
    expect(web.find(({ kind }) => kind.title.startsWith('OPTIONS'))?.total).toBeCloseTo(3.5 + 0.09, 4);
  });

  it('of those that a gateway refuses cost nothing at the gateway', () => {
    expect(totals['401: a token that is void']).toBeLessThan(3.5);
  });
});

describe('the time of a run', () => {
  const [signup] = requestKinds.signup.runs;

  it('takes memory and bcryptCost from the template', () => {
    const sizes = functionSizes(dev);
    expect([sizes.memoryMbOf('signup'), sizes.memoryMbOf('authorizer'), sizes.bcryptCost]).toEqual([
      1024, 512, 10,
    ]);
    expect(functionSizes(templateOf({ bcryptCost: 12 })).bcryptCost).toBe(12);
  });

  it('doubles its hashes with each step of bcryptCost, and halves its work with twice the memory up to a full core', () => {
    const at = (memoryMb: number, bcryptCost: number) =>
      millisecondsOf(signup!, { memoryMbOf: () => memoryMb, bcryptCost });
    const hash = assumed('hash');
    expect(at(1769, 11) - at(1769, 10)).toBe(hash);
    expect(at(4000, 10)).toBe(at(1769, 10));
    expect(at(884.5, 11) - at(884.5, 10)).toBe(2 * hash);
  });

  it('has no price on another CPU than that of a deployment', () => {
    const json = structuredClone(devJson);
    for (const { Type, Properties } of Object.values<any>(json['Resources']))
      if (Type === 'AWS::Lambda::Function') Properties.Architectures = ['x86_64'];
    expect(() => report(readTemplate('TokenAuth-sam', json))).toThrow(
      'signup runs on x86_64, and the price is known on arm64 alone. Leave out the setting sam.',
    );
  });
});

describe('a month worked out', () => {
  it('adds what monitoring costs', () => {
    const [without] = examples(dev);
    const [monitored] = examples(templateOf({ monitoring: 'on' }));
    expect(sumOf(monitored!.lines) - sumOf(without!.lines)).toBeCloseTo(9.8, 4);
  });

  it('has an upper end where requests are limited, in proportion to the limits, and none where they are not', () => {
    const attack = (settings: object) => examples(templateOf({ ...settings }))[2];
    const most = sumOf(attack({})!.lines);
    expect(sumOf(attack({ requestsPerSecond: 10, hashesPerSecond: 1 })!.lines)).toBeCloseTo(most / 10, 2);
    expect(attack({ rateLimits: 'off' })).toBeUndefined();
  });

  it('counts the preflights in an attack, each path with a throttle of its own', () => {
    const [, , attack] = examples(templateOf({ corsOrigins: '*', requestsPerSecond: 1 }));
    const preflights = attack!.lines.filter(({ what }) => what.startsWith('OPTIONS'));
    expect(preflights.map(({ arithmetic }) => arithmetic)).toEqual(['28,512,000 × 3.59 a million']);
  });
});

it('the report has every part, every kind of request, and a source for every price', () => {
  const text = report(dev);
  for (const part of [
    '1. A month',
    '2. What is stored',
    '3. A million',
    '4. The same',
    '5. A month',
    '6. What was',
    '7. The prices',
  ])
    expect(text).toContain(`\n${part}`);
  for (const { title } of Object.values(requestKinds)) expect(text.split(title).length).toBeGreaterThan(2);
  expect(text).not.toMatch(/NaN|undefined|Infinity/);
});

it('names point-in-time recovery where Users has it', () => {
  expect(report(templateOf({ stage: 'prod' }))).toContain('point-in-time recovery');
  expect(report(dev)).not.toContain('point-in-time recovery');
});
