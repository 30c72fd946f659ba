/**
 * Whether API Gateway may invoke the functions that the API names. On AWS a missing permission shows only at the
 * first request, as a 500; here it is refused at start.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html#apigateway-permissions
 */
import * as v from 'valibot';
import { matchesResource } from '../iam/wildcards';
import { arnOf } from './arns';
import type { ApiDefinition, FunctionDefinition, MethodDefinition } from './deployment';
import type { Resolve } from './intrinsics';
import { type ResourceType, readProperties } from './resource-type';
import { resourcesOfType, type Template } from './template';
import { refused, TemplateError } from './template-error';

export const permissionType = {
  type: 'AWS::Lambda::Permission',
  used: v.strictObject({
    Action: v.string(),
    FunctionName: v.string(),
    Principal: v.string(),
    SourceArn: v.exactOptional(v.string()),
  }),
  withoutMeaning: [],
} as const satisfies ResourceType;

const anyMethod = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];

type Permission = v.InferOutput<typeof permissionType.used>;

/** Something that the gateway will do: invoke a function on behalf of a method or an authorizer. */
interface Invocation {
  readonly functionId: string;
  readonly sourceArn: string;
  readonly what: string;
}

interface Target {
  readonly api: ApiDefinition;
  readonly functions: readonly FunctionDefinition[];
}

/** Throws one TemplateError that names every function which the API names but the gateway may not invoke. */
export function checkPermissions(template: Template, resolve: Resolve, { api, functions }: Target): void {
  const permissions = resourcesOfType(template, permissionType.type)
    .map((resource) => readProperties(resource, permissionType, resolve))
    .filter(isForGateway);
  const isAllowed = ({ functionId, sourceArn }: Invocation) => {
    const arn = functions.find(({ logicalId }) => logicalId === functionId)?.arn;
    return permissions.some(
      ({ FunctionName, SourceArn = '*' }) =>
        [arn, functionId].includes(FunctionName) && matchesResource(SourceArn, sourceArn),
    );
  };
  const refusals = invocationsOf(api).filter((invocation) => !isAllowed(invocation));
  if (refusals.length > 0) throw new TemplateError([...new Set(refusals.map(refusalOf))].join('\n'));
}

function isForGateway({ Action, Principal }: Permission): boolean {
  return Action === 'lambda:InvokeFunction' && Principal === 'apigateway.amazonaws.com';
}

function refusalOf({ functionId, what }: Invocation): string {
  const resource = { logicalId: functionId, type: 'AWS::Lambda::Function' };
  return refused(resource, `no AWS::Lambda::Permission lets API Gateway invoke it for ${what}`).message;
}

function invocationsOf(api: ApiDefinition): Invocation[] {
  return api.resources.flatMap(({ path, methods }) =>
    [...methods].flatMap(([httpMethod, method]) => [
      ...authorizerInvocation(api, method),
      ...methodInvocations(api, `${httpMethod} ${path}`, method),
    ]),
  );
}

function authorizerInvocation(api: ApiDefinition, { authorizer }: MethodDefinition): Invocation[] {
  if (authorizer === undefined) return [];
  const { functionId, logicalId } = authorizer;
  const sourceArn = arnOf('execute-api', `${api.logicalId}/authorizers/${logicalId}`);
  return [{ functionId, sourceArn, what: `the authorizer ${logicalId}` }];
}

function methodInvocations(
  api: ApiDefinition,
  what: string,
  { integration }: MethodDefinition,
): Invocation[] {
  if (integration.type === 'MOCK') return [];
  const [httpMethod = '', path = ''] = what.split(' ');
  const requests = (httpMethod === 'ANY' ? anyMethod : [httpMethod]).map((method) => method + sampleOf(path));
  return requests.map((request) => ({
    functionId: integration.functionId,
    sourceArn: arnOf('execute-api', `${api.logicalId}/${api.stageName}/${request}`),
    what,
  }));
}

/** A path that a client could send: a permission must not depend on what stands in a variable segment. */
function sampleOf(path: string): string {
  return path.replace(/\{[^}]+\+\}/g, 'some/thing').replace(/\{[^}]+\}/g, 'something');
}
