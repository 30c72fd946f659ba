import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { EndpointType, LambdaIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { TokenAuth } from 'token-auth';

/** `GET /reports` for every user, `DELETE /reports/{id}` for administrators. */
export class ReportsStack extends Stack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const auth = new TokenAuth(this, 'Auth', { tokenLifetime: '12h', signupRoles: ['CLERK', 'MANAGER'] });

    const reports = new RestApi(this, 'ReportsApi', {
      endpointTypes: [EndpointType.REGIONAL],
      cloudWatchRole: false,
    });
    const list = reports.root.addResource('reports');
    auth.protect(list.addMethod('GET', this.integrationOf('list-reports')));

    const one = list.addResource('{id}');
    auth.protect(one.addMethod('DELETE', this.integrationOf('delete-report')), { roles: ['ADMIN'] });
  }

  private integrationOf(name: string): LambdaIntegration {
    // Without one of the stack, Lambda makes a log group itself, which outlives the stack.
    const logGroup = new LogGroup(this, `${name}-logs`, {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    return new LambdaIntegration(
      new NodejsFunction(this, name, {
        entry: `${__dirname}/functions/${name}.ts`,
        runtime: Runtime.NODEJS_24_X,
        logGroup,
      }),
    );
  }
}
