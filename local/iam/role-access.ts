/** Who may call a service on this machine. The access key id of a function is its logical id. */
import { accountId, type FunctionDefinition, partition } from '../template/deployment';
import { type AccessRequest, isAllowed } from './policy';

/** Returns the message with which a call is refused, or undefined. */
export type RefuseCall = (accessKeyId: string, request: AccessRequest) => string | undefined;

/** Asks the role of the function that calls. `administrator` may do everything. */
export function createRoleAccess(
  functions: readonly FunctionDefinition[],
  administrator: string,
): RefuseCall {
  const byId = new Map(functions.map((definition) => [definition.logicalId, definition]));
  return (accessKeyId, request) => {
    if (accessKeyId === administrator) return undefined;
    const caller = byId.get(accessKeyId);
    if (caller === undefined) return 'The security token included in the request is invalid.';
    return isAllowed(caller.role.statements, request) ? undefined : describeDenial(caller, request);
  };
}

function describeDenial(
  { logicalId, role }: FunctionDefinition,
  { action, resource }: AccessRequest,
): string {
  const user = `arn:${partition}:sts::${accountId}:assumed-role/${role.logicalId}/${logicalId}`;
  return (
    `User: ${user} is not authorized to perform: ${action} on resource: ${resource} ` +
    `because no identity-based policy allows the ${action} action`
  );
}
