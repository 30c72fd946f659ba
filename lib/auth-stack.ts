import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { WrittenSettings } from './settings';
import { TokenAuth } from './token-auth';

export interface AuthStackProps extends StackProps {
  readonly settings: WrittenSettings;
}

/** A stack that contains only the backend: what `cdk deploy` deploys. */
export class AuthStack extends Stack {
  constructor(scope: Construct, id: string, { settings, ...props }: AuthStackProps) {
    super(scope, id, props);
    // The CDK omits the id "Default" from logical ids, so they do not depend on this construct.
    new TokenAuth(this, 'Default', settings);
  }
}
