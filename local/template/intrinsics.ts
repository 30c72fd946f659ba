/**
 * Resolves CloudFormation's intrinsic functions to their values on this machine: a resource's logical id is its name
 * (a table's may have a prefix), the account is 123456789012, the region us-east-1. An unknown function, name or attribute is refused.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
 */
import { isRecord } from '../json';
import { accountId, buildArn, partition, region } from './deployment';
import { type RawResource, type Resolve, refused, type Template, type TemplateError } from './template';

/** Where an intrinsic function stands. */
interface Scope {
  readonly template: Template;
  readonly resource: RawResource;
}

type Intrinsic = (argument: unknown, scope: Scope) => unknown;

const intrinsics: Readonly<Record<string, Intrinsic>> = {
  Ref: ref,
  'Fn::GetAtt': getAttribute,
  'Fn::Join': join,
  'Fn::Select': select,
  'Fn::Split': split,
  'Fn::Sub': substitute,
};

/** Stands for `AWS::NoValue`: the member or element that has it is left out. */
const noValue = Symbol('AWS::NoValue');

/** The resolver of one template. Its results hold no intrinsic function and no `AWS::NoValue`. */
export function createResolver(template: Template): Resolve {
  return (value, resource) => resolveValue(value, { template, resource });
}

function resolveValue(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) {
    return value.map((element) => resolveValue(element, scope)).filter((element) => element !== noValue);
  }
  if (!isRecord(value)) return value;
  const [name = '', ...others] = Object.keys(value);
  const intrinsic = others.length === 0 && Object.hasOwn(intrinsics, name) ? intrinsics[name] : undefined;
  if (intrinsic !== undefined) return intrinsic(value[name], scope);
  if (others.length === 0 && name.startsWith('Fn::')) throw mistake(scope, `${name} is not understood`);
  const entries = Object.entries(value).map(([key, member]) => [key, resolveValue(member, scope)] as const);
  return Object.fromEntries(entries.filter(([, member]) => member !== noValue));
}

function ref(name: unknown, scope: Scope): unknown {
  const { template } = scope;
  if (typeof name !== 'string') throw mistake(scope, 'Ref needs a name');
  if (template.parameterDefaults.has(name)) return template.parameterDefaults.get(name);
  const resource = template.resources.get(name);
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-stage.html
  if (resource?.type === 'AWS::ApiGateway::Stage') return resource.rawProperties['StageName'];
  if (resource?.type === 'AWS::SQS::Queue') return queueUrl(name);
  return resource ? physicalName(resource, template) : pseudoParameter(name, scope);
}

const queueUrl = (name: string): string => `https://sqs.${region}.amazonaws.com/${accountId}/${name}`;

/** A table's logical id after the prefix; the name that the template gives a bus; any other resource's logical id. */
export function physicalName(
  { type, logicalId, rawProperties: { Name } }: RawResource,
  { tablePrefix }: Template,
): string {
  if (type === 'AWS::Events::EventBus' && typeof Name === 'string') return Name;
  return type === 'AWS::DynamoDB::Table' ? tablePrefix + logicalId : logicalId;
}

function pseudoParameter(name: string, scope: Scope): unknown {
  const { stackName } = scope.template;
  const values: Readonly<Record<string, unknown>> = {
    'AWS::AccountId': accountId,
    'AWS::NoValue': noValue,
    'AWS::Partition': partition,
    'AWS::Region': region,
    'AWS::StackId': buildArn('cloudformation', `stack/${stackName}/local`),
    'AWS::StackName': stackName,
    'AWS::URLSuffix': 'amazonaws.com',
  };
  if (!Object.hasOwn(values, name)) throw mistake(scope, `Ref to ${name}, which is not in the template`);
  return values[name];
}

function getAttribute(argument: unknown, scope: Scope): string {
  const [name = '', ...path] =
    typeof argument === 'string' ? argument.split('.') : readStrings(argument, scope);
  return attribute(name, path.join('.'), scope);
}

/** The id of the resource `/`, which every API has although it is not in the template. */
export function rootResourceId(apiId: string): string {
  return `${apiId}.RootResourceId`;
}

const attributes: ReadonlyMap<string, (name: string) => string> = new Map([
  ['AWS::ApiGateway::RestApi.RootResourceId', rootResourceId],
  ['AWS::DynamoDB::Table.Arn', (name: string) => buildArn('dynamodb', `table/${name}`)],
  // AWS names a stream by the time at which it was made.
  [
    'AWS::DynamoDB::Table.StreamArn',
    (name: string) => buildArn('dynamodb', `table/${name}/stream/2000-01-01T00:00:00.000`),
  ],
  ['AWS::Events::EventBus.Arn', (name: string) => buildArn('events', `event-bus/${name}`)],
  ['AWS::Events::EventBus.Name', (name: string) => name],
  ['AWS::IAM::Role.Arn', (name: string) => buildArn('iam', `role/${name}`)],
  ['AWS::Lambda::Function.Arn', (name: string) => buildArn('lambda', `function:${name}`)],
  ['AWS::Logs::LogGroup.Arn', (name: string) => buildArn('logs', `log-group:${name}:*`)],
  ['AWS::SQS::Queue.Arn', (name: string) => buildArn('sqs', name)],
  ['AWS::SQS::Queue.QueueName', (name: string) => name],
  ['AWS::SQS::Queue.QueueUrl', queueUrl],
]);

/** The value of `Fn::GetAtt`. */
export function attribute(name: string, path: string, scope: Scope): string {
  const resource = scope.template.resources.get(name);
  if (resource === undefined) throw mistake(scope, `Fn::GetAtt of ${name}, which is not in the template`);
  const evaluate = attributes.get(`${resource.type}.${path}`);
  if (evaluate === undefined) {
    throw mistake(scope, `Fn::GetAtt of ${name}.${path} (${resource.type}) is not understood`);
  }
  return evaluate(physicalName(resource, scope.template));
}

function join(argument: unknown, scope: Scope): string {
  const [delimiter, elements] = readPair(argument, scope, 'Fn::Join');
  return readStrings(resolveValue(elements, scope), scope).join(String(delimiter));
}

function select(argument: unknown, scope: Scope): string {
  const [index, elements] = readPair(argument, scope, 'Fn::Select');
  const selected = readStrings(resolveValue(elements, scope), scope)[Number(index)];
  if (selected === undefined) throw mistake(scope, `Fn::Select has no element ${index}`);
  return selected;
}

function split(argument: unknown, scope: Scope): string[] {
  const [delimiter, text] = readPair(argument, scope, 'Fn::Split');
  return String(resolveValue(text, scope)).split(String(delimiter));
}

function substitute(argument: unknown, scope: Scope): string {
  const [text, variables] =
    typeof argument === 'string' ? [argument, {}] : readPair(argument, scope, 'Fn::Sub');
  if (!isRecord(variables)) throw mistake(scope, 'Fn::Sub has no map of variables');
  return String(text).replace(/\$\{(!?)([^}]*)\}/g, (_, literal: string, name: string) => {
    if (literal !== '') return `\${${name}}`;
    if (Object.hasOwn(variables, name)) return String(resolveValue(variables[name], scope));
    return String(name.includes('.') ? getAttribute(name, scope) : ref(name, scope));
  });
}

function readPair(argument: unknown, scope: Scope, name: string): [unknown, unknown] {
  if (!Array.isArray(argument) || argument.length !== 2) throw mistake(scope, `${name} needs two arguments`);
  return [argument[0], argument[1]];
}

function readStrings(value: unknown, scope: Scope): string[] {
  const isText = (element: unknown) => typeof element === 'string' || typeof element === 'number';
  if (!Array.isArray(value) || !value.every(isText)) throw mistake(scope, 'a list of strings is due here');
  return value.map(String);
}

function mistake(scope: Scope, reason: string): TemplateError {
  return refused(scope.resource, reason);
}
