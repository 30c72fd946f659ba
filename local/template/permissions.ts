/**
 * Whether API Gateway may invoke the functions that the API names. On AWS a missing permission shows only at the
 * first request, as a 500; here it is refused at start.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html#apigateway-permissions
 */
import * as v from 'valibot';
import { arnOf } from './arns';
import type { ApiDefinition, FunctionDefinition } from './deployment';
import type { Resolve } from './intrinsics';
import { type ResourceType, readProperties } from './resource-type';
import { resourcesOfType, type Template } from './template';
import { TemplateError } from './template-error';

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

/** Something that the gateway will do: invoke a function on behalf of a method or an authorizer. */
interface Invocation {
  readonly functionId: string;
  readonly sourceArn: string;
  readonly what: string;
}

/** Throws one TemplateError that names every function which the API names but the gateway may not invoke. */
export function checkPermissions(
  template: Template,
  resolve: Resolve,
  target: { readonly api: ApiDefinition; readonly functions: readonly FunctionDefinition[] },
): void {
  const permissions = resourcesOfType(template, permissionType.type)
    .map((resource) => readProperties(resource, permissionType, resolve))
    .filter(
      ({ Action, Principal }) =>
        Action === 'lambda:InvokeFunction' && Principal === 'apigateway.amazonaws.com',
    );
  const names = new Map(
    target.functions.flatMap(({ arn, logicalId }) => [
      [arn, logicalId],
      [logicalId, logicalId],
    ]),
  );

  const refusals = invocationsOf(target.api).filter(
    ({ functionId, sourceArn }) =>
      !permissions.some(
        (permission) =>
          names.get(permission.FunctionName) === functionId && covers(permission.SourceArn, sourceArn),
      ),
  );
  if (refusals.length === 0) return;
  const lines = new Set(
    refusals.map(
      ({ functionId, what }) =>
        `${functionId} (AWS::Lambda::Function): no AWS::Lambda::Permission lets API Gateway invoke it for ${what}`,
    ),
  );
  throw new TemplateError([...lines].join('\n'));
}

function invocationsOf(api: ApiDefinition): Invocation[] {
  return api.resources.flatMap(({ path, methods }) =>
    [...methods].flatMap(([httpMethod, { integration, authorizer }]) => {
      const what = `${httpMethod} ${path}`;
      const ofAuthorizer = authorizer && {
        functionId: authorizer.functionId,
        sourceArn: sourceArn(api, `authorizers/${authorizer.logicalId}`),
        what: `the authorizer ${authorizer.logicalId}`,
      };
      const ofMethod =
        integration.type === 'MOCK'
          ? []
          : (httpMethod === 'ANY' ? anyMethod : [httpMethod]).map((method) => ({
              functionId: integration.functionId,
              sourceArn: sourceArn(api, `${api.stageName}/${method}${sampleOf(path)}`),
              what,
            }));
      return ofAuthorizer === undefined ? ofMethod : [ofAuthorizer, ...ofMethod];
    }),
  );
}

function sourceArn(api: ApiDefinition, source: string): string {
  return arnOf('execute-api', `${api.logicalId}/${source}`);
}

/** A path that a client could send: a permission must not depend on what stands in a variable segment. */
function sampleOf(path: string): string {
  return path.replace(/\{[^}]+\+\}/g, 'some/thing').replace(/\{[^}]+\}/g, 'something');
}

function covers(pattern: string | undefined, arn: string): boolean {
  if (pattern === undefined) return true;
  const expression = pattern.split('*').map((text) => text.replace(/[.+^${}()|[\]\\?]/g, '\\$&'));
  return new RegExp(`^${expression.join('.*')}$`, 's').test(arn);
}
