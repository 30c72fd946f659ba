import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { TokenAuth } from './token-auth';
import type { TokenAuthProps } from './token-auth-props';

export interface AuthStackProps extends StackProps {
  readonly settings: TokenAuthProps;
}

/** A stack that contains only the backend: what `cdk deploy` deploys. */
export class AuthStack extends Stack {
  constructor(scope: Construct, id: string, { settings, ...props }: AuthStackProps) {
    super(scope, id, props);
    // The CDK omits the id "Default" from logical ids, so they do not depend on this construct.
    new TokenAuth(this, 'Default', settings);
  }
}
