/** The URI by which API Gateway invokes a function, in methods and in authorizers. */
import type { FunctionDefinition } from './deployment';
import { type ResourceName, refused } from './template-error';

const invocation = /^arn:aws:apigateway:[^:]+:lambda:path\/2015-03-31\/functions\/(.+)\/invocations$/;

/** The logical id of the function that a URI invokes. Throws if there is no such function in the template. */
export function invokedFunction(
  uri: string,
  functions: readonly FunctionDefinition[],
  resource: ResourceName,
): string {
  const arn = invocation.exec(uri)?.[1];
  const target = functions.find((definition) => definition.arn === arn);
  if (target === undefined) throw refused(resource, `${uri} invokes no function of the template`);
  return target.logicalId;
}
