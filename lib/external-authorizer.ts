/** A Lambda authorizer for methods of another API, which admits certain roles. */
import { type IResolvable, Lazy, Names, Stack } from 'aws-cdk-lib';
import { CfnAuthorizer, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { type AuthFunctionsProps, createFunction } from './auth-functions';

/**
 * One for each API and set of roles, as API Gateway does not tell an authorizer which roles a method admits. It is in the API's stack, which
 * may be another than the tables'.
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
      // Called for every request, also without a token; a cached result would outlive a logout.
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
 * An authorizer's configuration, for the logical id of a deployment: a deployment is a copy of the API, so a changed authorizer needs a new
 * one. The CDK does this only for some authorizers, in apps that set a flag.
 */
export const authorizerConfiguration = (authorizer: CfnAuthorizer): IResolvable =>
  Lazy.any({
    produce: () => {
      const { name, type, authorizerUri, identitySource, authorizerResultTtlInSeconds } = authorizer;
      return { name, type, authorizerUri, identitySource, authorizerResultTtlInSeconds };
    },
  });
