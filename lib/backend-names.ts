/** The only explicit names in a template: people tell the backends of an account apart by them. */
import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

export interface BackendNames {
  /** Of the API, and in the names of the alarms. */
  readonly name: string;
  /** Of our own metrics in CloudWatch. */
  readonly metricsNamespace: string;
}

/** A backend directly in its stack is named after stack and stage. One in another app's stack also has its id in the name. */
export function backendNames(backend: Construct, stage: string): BackendNames {
  const stack = Stack.of(backend);
  const below = backend.node.scopes.slice(stack.node.scopes.length);
  const ids = below.map(({ node }) => node.id).filter((id) => id !== 'Default');
  const name = [stack.stackName, ...ids].join('-');
  return { name, metricsNamespace: `TokenAuth/${ids.length === 0 ? stage : name}` };
}
