/**
 * Authorizers: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-authorizer.html
 */
import * as v from 'valibot';
import type { AuthorizerDefinition, FunctionDefinition } from './deployment';
import { invokedFunction } from './function-uri';
import type { Resolve } from './intrinsics';
import { type ResourceType, readProperties } from './resource-type';
import { resourcesOfType, type Template } from './template';

const always = 'Only authorizers of type REQUEST with TTL 0 and no identity source are understood';

export const authorizerType = {
  type: 'AWS::ApiGateway::Authorizer',
  used: v.strictObject({
    AuthorizerResultTtlInSeconds: v.literal(0, always),
    AuthorizerUri: v.string(),
    IdentitySource: v.exactOptional(v.literal('', always)),
    RestApiId: v.string(),
    Type: v.literal('REQUEST', always),
  }),
  withoutMeaning: ['Name'],
} as const satisfies ResourceType;

/** The authorizers by logical id. Those that API Gateway would not call at every request are refused. */
export function authorizersOf(
  template: Template,
  resolve: Resolve,
  functions: readonly FunctionDefinition[],
): ReadonlyMap<string, AuthorizerDefinition> {
  const authorizers = resourcesOfType(template, authorizerType.type).map((resource) => {
    const { AuthorizerUri } = readProperties(resource, authorizerType, resolve);
    const functionId = invokedFunction(AuthorizerUri, functions, resource);
    return { logicalId: resource.logicalId, functionId };
  });
  return new Map(authorizers.map((authorizer) => [authorizer.logicalId, authorizer]));
}
