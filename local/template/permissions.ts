/**
 * Checks that API Gateway may invoke the functions that the API names. On AWS a missing permission shows only at the
 * first request, as a 500; here it is refused at start.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html#apigateway-permissions
 */
import * as v from 'valibot';
import { matchesResource } from '../iam/policy';
import { type ApiDefinition, buildArn, type FunctionDefinition, httpMethods } from './deployment';
import {
  type Resolve,
  type ResourceType,
  readProperties,
  refused,
  resourcesOfType,
  type Template,
  TemplateError,
} from './template';

export const permissionType = {
  type: 'AWS::Lambda::Permission',
  used: v.strictObject({
    Action: v.string(),
    FunctionName: v.string(),
    Principal: v.string(),
    SourceArn: v.exactOptional(v.string()),
  }),
  ignored: [],
} as const satisfies ResourceType;

/** An invocation of a function by the gateway, for a method or an authorizer. */
interface Invocation {
  readonly functionId: string;
  readonly sourceArn: string;
  readonly what: string;
}

interface Target {
  readonly api: ApiDefinition;
  readonly functions: readonly FunctionDefinition[];
}

/** Throws one TemplateError that names every invocation without a permission. */
export function checkPermissions(template: Template, resolve: Resolve, { api, functions }: Target): void {
  const permissions = resourcesOfType(template, permissionType.type)
    .map((resource) => readProperties(resource, permissionType, resolve))
    .filter(
      ({ Action, Principal }) =>
        Action === 'lambda:InvokeFunction' && Principal === 'apigateway.amazonaws.com',
    );
  const isAllowed = ({ functionId, sourceArn }: Invocation) => {
    const arn = functions.find(({ logicalId }) => logicalId === functionId)?.arn;
    return permissions.some(
      ({ FunctionName, SourceArn = '*' }) =>
        [arn, functionId].includes(FunctionName) && matchesResource(SourceArn, sourceArn),
    );
  };
  const messages = listInvocations(api)
    .filter((invocation) => !isAllowed(invocation))
    .map(({ functionId, what }) => {
      const resource = { logicalId: functionId, type: 'AWS::Lambda::Function' };
      return refused(resource, `no ${permissionType.type} lets API Gateway invoke it for ${what}`).message;
    });
  if (messages.length > 0) throw new TemplateError([...new Set(messages)].join('\n'));
}

function listInvocations(api: ApiDefinition): Invocation[] {
  const buildSourceArn = (rest: string) => buildArn('execute-api', `${api.logicalId}/${rest}`);
  return api.resources.flatMap(({ path, methods }) =>
    [...methods].flatMap(([httpMethod, { authorizer, integration }]) => {
      const invocations: Invocation[] = [];
      if (authorizer !== undefined) {
        const { functionId, logicalId } = authorizer;
        const sourceArn = buildSourceArn(`authorizers/${logicalId}`);
        invocations.push({ functionId, sourceArn, what: `the authorizer ${logicalId}` });
      }
      if (integration.type === 'MOCK') return invocations;
      for (const method of httpMethod === 'ANY' ? httpMethods : [httpMethod]) {
        const sourceArn = buildSourceArn(`${api.stageName}/${method}${samplePath(path)}`);
        invocations.push({ functionId: integration.functionId, sourceArn, what: `${httpMethod} ${path}` });
      }
      return invocations;
    }),
  );
}

/** A path that a client could send: a permission must not depend on the value of a variable segment. */
function samplePath(path: string): string {
  return path.replace(/\{[^}]+\+\}/g, 'some/thing').replace(/\{[^}]+\}/g, 'something');
}
