/** What a new account and one command are promised, read off the template: nothing to ask for or to fill in before. That there is nothing to pay is in test/cli/cost.test.ts. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Template } from 'aws-cdk-lib/assertions';
import { backendFunctionNames } from '../../functions/functions';
import { templateWith } from '../support/assembly';

const dev = templateWith({});
/** With everything that can be switched on. */
const full = templateWith({
  stage: 'prod',
  monitoring: 'on',
  alarmEmail: 'ops@example.com',
  corsOrigins: 'https://a.example,https://b.example',
  emailFrom: 'no-reply@example.com',
  events: 'on',
});

interface Resource {
  readonly id: string;
  readonly type: string;
  readonly properties: Record<string, any>;
}

const resourcesOf = (template: Template): Resource[] =>
  Object.entries<any>(template.toJSON()['Resources']).map(([id, { Type, Properties = {} }]) => ({
    id,
    type: Type,
    properties: Properties,
  }));
const ofType = (template: Template, type: string) =>
  resourcesOf(template).filter((resource) => resource.type === type);

describe.each<[string, Template]>([
  ['dev', dev],
  ['prod with everything on', full],
])('the stack of %s', (_, template) => {
  it('needs no quota above those of a new account', () => {
    for (const { properties } of ofType(template, 'AWS::Lambda::Function')) {
      expect(properties['MemorySize']).toBeLessThanOrEqual(3008);
      expect(properties['EphemeralStorage']).toBeUndefined();
    }
    // 10 authorizers and 300 resources an API; 500 resources a stack.
    expect(resourcesOf(template).length).toBeLessThan(250);
    for (const { properties } of ofType(template, 'AWS::ApiGateway::Stage'))
      for (const { ThrottlingRateLimit } of properties['MethodSettings'])
        expect(ThrottlingRateLimit).toBeLessThanOrEqual(10_000);
  });
});

describe('the stack with everything on', () => {
  it('asks for no parameter, and runs no code while it is deployed', () => {
    const { BootstrapVersion, ...others } = full.findParameters('*');
    expect(others).toEqual({});
    expect(BootstrapVersion!['Default']).toMatch(/^\/cdk-bootstrap\//);
    expect(resourcesOf(full).filter(({ type }) => /^Custom::|CustomResource/.test(type))).toEqual([]);
  });

  it('has no name that two stages of one account could both want', () => {
    const named = (template: Template) =>
      resourcesOf(template).flatMap(({ type, properties }) =>
        Object.entries(properties)
          .filter(([name]) => name === 'Name' || (/Name$/.test(name) && name !== 'MetricName'))
          // A reference names something that is there already.
          .filter(([, value]) => typeof value === 'string')
          .map(([name, value]) => `${type.replace('AWS::', '')} ${name}: ${JSON.stringify(value)}`),
      );
    const alarms = named(full).filter((text) => text.startsWith('CloudWatch::Alarm AlarmName'));
    expect(alarms).toHaveLength(9);
    // An alarm's name ends in the stack's, which has the stage in it: TokenAuth-prod. Here every stack has one name.
    for (const alarm of alarms) expect(alarm).toMatch(/ \(TokenAuth\)"$/);
    const rest = [...new Set(named(full))].filter(
      (text) => !alarms.includes(text) && !/^IAM::Policy PolicyName/.test(text),
    );
    expect(rest.sort()).toEqual([
      // Names of APIs need not be unique; authorizer and stage are those of one API.
      'ApiGateway::Authorizer Name: "TokenAuthApiAuthorizerBD2E334D"',
      'ApiGateway::RestApi Name: "TokenAuth"',
      'ApiGateway::Stage StageName: "prod"',
      // The stack's name, like an alarm's.
      'Events::EventBus Name: "TokenAuth"',
    ]);
  });

  it('exports nothing, so that nothing else can depend on it or share its name', () => {
    for (const output of Object.values(full.findOutputs('*'))) expect(output['Export']).toBeUndefined();
  });
});

describe('the assembly', () => {
  const folder = process.env['TOKEN_AUTH_TEST_ASSEMBLY']!;
  const read = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8'));

  it('needs nothing looked up in the account first', () => {
    expect(read('manifest.json').missing ?? []).toEqual([]);
  });

  it('is made of folders to zip and one template: no image to build, no second command', () => {
    const [file] = readdirSync(folder).filter((name) => name.endsWith('.assets.json'));
    const { files, dockerImages = {} } = read(file!);
    expect(dockerImages).toEqual({});
    const kinds = Object.values<any>(files).map(({ source }) => [source.packaging, 'executable' in source]);
    expect(kinds.filter(([packaging]) => packaging === 'zip')).toHaveLength(backendFunctionNames.length);
    expect(kinds.filter(([packaging]) => packaging !== 'zip')).toEqual([['file', false]]);
    expect(kinds.some(([, isExecutable]) => isExecutable)).toBe(false);
  });

  it('goes to whatever account and region the credentials are for', () => {
    const stacks = Object.values<any>(read('manifest.json').artifacts).filter(
      ({ type }) => type === 'aws:cloudformation:stack',
    );
    expect(stacks.map(({ environment }) => environment)).toEqual(['aws://unknown-account/unknown-region']);
  });
});
