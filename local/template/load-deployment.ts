/**
 * From a folder that `cdk synth` wrote to a description of what to run. It knows no endpoint by name, and refuses
 * at once, with the logical id, whatever it does not understand.
 */
import { deploymentType, readApis, restApiType, stageType } from './api';
import { readAssembly } from './assembly';
import { authorizerType } from './authorizers';
import type { Deployment } from './deployment';
import { functionType, readFunctions } from './functions';
import { gatewayResponseType } from './gateway-responses';
import { resolverOf } from './intrinsics';
import { logGroupType } from './log-groups';
import { methodType } from './methods';
import { monitoringTypes } from './monitoring';
import { checkPermissions, permissionType } from './permissions';
import { resourceType } from './resource-paths';
import { refuseUnknown } from './resource-type';
import { policyType, roleType } from './roles';
import { readTables, tableType } from './tables';

const understoodTypes = [
  authorizerType,
  deploymentType,
  functionType,
  gatewayResponseType,
  logGroupType,
  methodType,
  ...monitoringTypes,
  permissionType,
  policyType,
  resourceType,
  restApiType,
  roleType,
  stageType,
  tableType,
];

/** Reads the one stack of an assembly. Throws TemplateError, whose message is meant for the developer. */
export function loadDeployment(assemblyFolder: string): Deployment {
  const { template, codeFolders } = readAssembly(assemblyFolder);
  refuseUnknown(template, understoodTypes);
  const resolve = resolverOf(template);
  const functions = readFunctions(template, resolve, codeFolders);
  const apis = readApis(template, resolve, functions);
  for (const api of apis) checkPermissions(template, resolve, { api, functions });
  return { stackName: template.stackName, tables: readTables(template, resolve), functions, apis };
}
