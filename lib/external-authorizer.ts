/** What stands before methods of another API: a Lambda authorizer that lets certain roles through. */
import { type IResolvable, Lazy, Names, Stack } from 'aws-cdk-lib';
import { CfnAuthorizer, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { type AuthFunctionsProps, createFunction } from './auth-functions';

/**
 * API Gateway does not tell an authorizer what a method wants, so there is one for each set of roles. It belongs to one API, and to its
 * stack, which may be another than that of the tables.
 */
export class ExternalAuthorizer extends Construct {
  readonly authorizer: CfnAuthorizer;

  constructor(api: RestApi, id: string, props: AuthFunctionsProps) {
    super(api, id);
    const handler = createFunction(this, 'external-authorizer', props);
    const stack = Stack.of(this);
    this.authorizer = new CfnAuthorizer(this, 'Authorizer', {
      name: Names.uniqueId(this),
      restApiId: api.restApiId,
      type: 'REQUEST',
      authorizerUri: `arn:${stack.partition}:apigateway:${stack.region}:lambda:path/2015-03-31/functions/${handler.functionArn}/invocations`,
      // It is asked about every request, also one without a token, and a cached answer would outlive a logout.
      identitySource: '',
      authorizerResultTtlInSeconds: 0,
    });
    handler.addPermission('Invoke', {
      principal: new ServicePrincipal('apigateway.amazonaws.com'),
      sourceArn: stack.formatArn({
        service: 'execute-api',
        resource: api.restApiId,
        resourceName: `authorizers/${this.authorizer.ref}`,
      }),
    });
  }
}

/**
 * All that an authorizer does, for the logical id of a deployment: a deployment is a copy of the API, and a changed authorizer needs a new
 * one. The CDK sees to that for some authorizers, in apps that set a flag.
 */
export const authorizerConfiguration = (authorizer: CfnAuthorizer): IResolvable =>
  Lazy.any({
    produce: () => {
      const { name, type, authorizerUri, identitySource, authorizerResultTtlInSeconds } = authorizer;
      return { name, type, authorizerUri, identitySource, authorizerResultTtlInSeconds };
    },
  });
