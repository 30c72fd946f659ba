/** Every function of the backend with its definition: the endpoints, and what stands around them. For CDK and the tools; no bundle has it. */
import { definition as authorizer } from './authorizer/definition';
import { definition as deliver } from './deliver/definition';
import { endpoints } from './endpoints';
import { definition as externalAuthorizer } from './external-authorizer/definition';
import { definition as fallback } from './fallback/definition';
import type { FunctionDefinition } from './shared/definition';

/** The functions of every backend. */
export const backendFunctions = { ...endpoints, authorizer, fallback, deliver } as const satisfies Record<
  string,
  FunctionDefinition
>;

export type BackendFunctionName = keyof typeof backendFunctions;
export const backendFunctionNames = Object.keys(backendFunctions) as BackendFunctionName[];

/** An external authorizer is there only before methods of another API. */
export const functions = {
  ...backendFunctions,
  'external-authorizer': externalAuthorizer,
} as const satisfies Record<string, FunctionDefinition>;

export type FunctionName = keyof typeof functions;
