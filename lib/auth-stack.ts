import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { WrittenSettings } from './settings';
import { TokenAuth } from './token-auth';

export interface AuthStackProps extends StackProps {
  readonly settings: WrittenSettings;
}

/** A stack of its own for the backend: what `cdk deploy` puts into an account. */
export class AuthStack extends Stack {
  constructor(scope: Construct, id: string, { settings, ...props }: AuthStackProps) {
    super(scope, id, props);
    // CloudFormation's names leave out the id "Default", so a table is the same one with or without the construct around it.
    new TokenAuth(this, 'Default', settings);
  }
}
