/** What a template's references stand for on this machine. A name or attribute not known here is refused. */
import { accountId, arnOf, partition, region, rootResourceIdOf } from './arns';
import type { RawResource, Template } from './template';
import { refused, type TemplateError } from './template-error';

/** `AWS::NoValue`: the member or element that holds it is not there. */
export const noValue = Symbol('AWS::NoValue');

/** Where an intrinsic function stands. */
export interface Scope {
  readonly template: Template;
  readonly resource: RawResource;
}

const attributes: ReadonlyMap<string, (logicalId: string) => string> = new Map([
  ['AWS::ApiGateway::RestApi.RootResourceId', rootResourceIdOf],
  ['AWS::DynamoDB::Table.Arn', (logicalId: string) => arnOf('dynamodb', `table/${logicalId}`)],
  ['AWS::IAM::Role.Arn', (logicalId: string) => arnOf('iam', `role/${logicalId}`)],
  ['AWS::Lambda::Function.Arn', (logicalId: string) => arnOf('lambda', `function:${logicalId}`)],
  ['AWS::Logs::LogGroup.Arn', (logicalId: string) => arnOf('logs', `log-group:${logicalId}:*`)],
]);

/** What `Ref` gives: a name, a parameter's default, or `noValue`. */
export function reference(name: string, scope: Scope): unknown {
  const { template } = scope;
  if (template.parameterDefaults.has(name)) return template.parameterDefaults.get(name);
  const resource = template.resources.get(name);
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-stage.html
  if (resource?.type === 'AWS::ApiGateway::Stage') return resource.rawProperties['StageName'];
  return resource?.logicalId ?? pseudoParameter(name, scope);
}

function pseudoParameter(name: string, scope: Scope): unknown {
  const { stackName } = scope.template;
  const values: Readonly<Record<string, unknown>> = {
    'AWS::AccountId': accountId,
    'AWS::NoValue': noValue,
    'AWS::Partition': partition,
    'AWS::Region': region,
    'AWS::StackId': arnOf('cloudformation', `stack/${stackName}/local`),
    'AWS::StackName': stackName,
    'AWS::URLSuffix': 'amazonaws.com',
  };
  if (!Object.hasOwn(values, name)) throw mistake(scope, `Ref to ${name}, which is not in the template`);
  return values[name];
}

/** What `Fn::GetAtt` gives. */
export function attribute(name: string, path: string, scope: Scope): string {
  const resource = scope.template.resources.get(name);
  if (resource === undefined) throw mistake(scope, `Fn::GetAtt of ${name}, which is not in the template`);
  const evaluate = attributes.get(`${resource.type}.${path}`);
  if (evaluate === undefined) {
    throw mistake(scope, `Fn::GetAtt of ${name}.${path} (${resource.type}) is not understood`);
  }
  return evaluate(name);
}

/** A refusal that names the resource in whose properties the intrinsic function stands. */
export function mistake(scope: Scope, reason: string): TemplateError {
  return refused(scope.resource, reason);
}
