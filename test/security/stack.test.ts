/** Sentences about what is deployed, read off the template. */
import type { Template } from 'aws-cdk-lib/assertions';
import { backendFunctionNames } from '../../functions/functions';
import { templateWith } from '../support/assembly';

const templates: readonly [string, Template][] = [
  ['dev', templateWith({})],
  [
    'prod with everything on',
    templateWith({ stage: 'prod', monitoring: 'on', alarmEmail: 'ops@example.com' }),
  ],
];
const propertiesOf = (template: Template, type: string): any[] =>
  Object.values(template.findResources(type)).map(({ Properties }) => Properties);
const asArray = <Value>(value: Value | Value[]): Value[] => (Array.isArray(value) ? value : [value]);

describe.each(templates)('the stack of %s', (_, template) => {
  it('49. `dataTraceEnabled` is false on every stage; access logs omit `Authorization`.', () => {
    const stages = propertiesOf(template, 'AWS::ApiGateway::Stage');
    expect(stages).toHaveLength(1);
    for (const { MethodSettings, AccessLogSetting, TracingEnabled } of stages) {
      for (const { DataTraceEnabled, LoggingLevel } of MethodSettings)
        expect([DataTraceEnabled, LoggingLevel]).toEqual([false, undefined]);
      expect([AccessLogSetting, TracingEnabled]).toEqual([undefined, undefined]);
    }
  });

  it("54. Each function's policy names its tables, indexes and actions; no function can do what its endpoint does not need.", () => {
    // Which function may do what is compared with docs/storage.md's list in test/stack/template.test.ts; here, that nothing is open.
    const policies = propertiesOf(template, 'AWS::IAM::Policy');
    expect(policies).toHaveLength(backendFunctionNames.length);
    for (const { PolicyDocument, Roles } of policies) {
      expect(Roles).toHaveLength(1);
      for (const { Effect, Action, Resource } of PolicyDocument.Statement) {
        expect(Effect).toBe('Allow');
        for (const action of asArray<string>(Action))
          expect(action).not.toMatch(/\*|Scan|Admin|iam:|lambda:/);
        for (const resource of asArray<any>(Resource)) expect(Object.keys(resource)).toEqual(['Fn::GetAtt']);
      }
    }
    expect(JSON.stringify(template.toJSON())).not.toContain('managed-policy');
  });

  it('55. Secrets (pepper, HMAC key) come from SSM/Secrets Manager, never from plain environment variables or the template. CloudFormation cannot create an SSM SecureString, and a Secrets Manager secret or customer KMS key is a fixed monthly charge, so by default the stack should need **no** secret at all (the sealed successor of 2.1 needs none), and the pepper is an opt-in.', () => {
    for (const type of ['AWS::SecretsManager::Secret', 'AWS::SSM::Parameter', 'AWS::KMS::Key'])
      template.resourceCountIs(type, 0);
    // It has no parameter either: test/stack/new-account.test.ts.
    const variables = propertiesOf(template, 'AWS::Lambda::Function').flatMap(({ Environment }) =>
      Object.keys(Environment.Variables),
    );
    expect(variables.filter((name) => /SECRET|KEY|PEPPER|TOKEN$|PASSWORD$|CREDENTIAL/.test(name))).toEqual(
      [],
    );
  });
});
