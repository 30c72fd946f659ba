/**
 * Overrides for `sam local` only. It has no gateway responses, knows functions by the names given here, and sets only variables that are in
 * the template.
 */
import {
  Aspects,
  CfnResource,
  CliCredentialsStackSynthesizer,
  type IStackSynthesizer,
  type StackProps,
} from 'aws-cdk-lib';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { backendFunctionNames, backendFunctions } from '../functions/functions';
import type { AuthFunctions } from './auth-functions';

/**
 * The account is `sam local`'s example account, and the synthesizer uses the deployer's own credentials: so `cdk deploy` stops before its first
 * change, because the accounts differ.
 */
export const samStackProps = (): StackProps => ({
  env: { account: '123456789012', region: 'us-east-1' },
  synthesizer: new CliCredentialsStackSynthesizer() as IStackSynthesizer,
});

/** The database on the developer's machine, as seen from a container. */
export const samDatabaseEndpoint = 'http://host.docker.internal:8000';

/** The warning at each synthesis of such a template. */
export const FOR_SAM_LOCAL =
  'THIS TEMPLATE IS FOR SAM LOCAL: its functions look for the database on this machine. To deploy, leave the setting sam out.';

/** Sets each function's name (its construct id), this machine's architecture, and the database endpoint. */
export function applySamOverrides(functions: AuthFunctions): void {
  for (const name of backendFunctionNames) {
    const aFunction = functions[name];
    const resource = aFunction.node.defaultChild as CfnFunction;
    resource.addMetadata('SamResourceId', aFunction.node.id);
    resource.architectures = [process.arch === 'arm64' ? 'arm64' : 'x86_64'];
    if (Object.keys(backendFunctions[name].tables).length > 0)
      aFunction.addEnvironment('AWS_ENDPOINT_URL_DYNAMODB', samDatabaseEndpoint);
  }
  functions.authorizer.addEnvironment('FORWARD_DENIALS', 'true');
  // Every sam command prints a line for each resource with a construct path that is not a function.
  Aspects.of(functions.authorizer.stack).add({
    visit: (node) => {
      if (CfnResource.isCfnResource(node) && !(node instanceof CfnFunction))
        node.addDeletionOverride('Metadata.aws:cdk:path');
    },
  });
}
