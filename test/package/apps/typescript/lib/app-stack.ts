import { MockIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import * as cdk from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { TokenAuth } from 'token-auth';

export class AppStack extends cdk.Stack {
  constructor(scope: Construct, id: string, props?: cdk.StackProps) {
    super(scope, id, props);
    const auth = new TokenAuth(this, 'Auth', {
      tokenLifetime: '12h',
      emailFrom: 'no-reply@example.com',
      events: 'on',
      monitoring: 'on',
    });
    const reports = new RestApi(this, 'Reports');
    auth.protect(reports.root.addMethod('GET', new MockIntegration()), { roles: ['ADMIN'] });
  }
}
