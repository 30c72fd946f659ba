/** Names by which people tell the backends of an account apart: nothing else in a template has a name of its own. */
import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

export interface BackendNames {
  /** Of the API, and in the names of the alarms. */
  readonly name: string;
  /** Of its own metrics in CloudWatch. */
  readonly metricsNamespace: string;
}

/** A backend that is all of its stack is named after the stack and the stage; one among others has its own id in the name too. */
export function backendNames(backend: Construct, stage: string): BackendNames {
  const stack = Stack.of(backend);
  const below = backend.node.scopes.slice(stack.node.scopes.length);
  const ids = below.map(({ node }) => node.id).filter((id) => id !== 'Default');
  const name = [stack.stackName, ...ids].join('-');
  return { name, metricsNamespace: `TokenAuth/${ids.length === 0 ? stage : name}` };
}
