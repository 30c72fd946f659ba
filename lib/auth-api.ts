/** The REST API: all routes, the authorizer for those that are not public, and the fallback for all other paths and methods. */
import { Duration } from 'aws-cdk-lib';
import {
  type CfnAuthorizer,
  type CorsOptions,
  EndpointType,
  LambdaIntegration,
  type MethodDeploymentOptions,
  type MethodOptions,
  RequestAuthorizer,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { Construct } from 'constructs';
import { listRoutes, servedMethods } from '../functions/endpoints';
import type { Route } from '../functions/shared/definition';
import { acknowledge } from './acknowledge';
import type { AuthFunctions } from './auth-functions';
import { authorizerConfiguration } from './external-authorizer';
import { addGatewayResponses, backendResponses } from './gateway-responses';

export interface AuthApiProps {
  readonly name: string;
  readonly functions: AuthFunctions;
  readonly stageName: string;
  /** Origins whose pages may call the API; empty: no CORS. */
  readonly corsOrigins: readonly string[];
  /** Limits for all callers together; absent: the account's. */
  readonly throttle?: Throttle;
}

/** Requests a second. */
interface Throttle {
  readonly eachMethod: number;
  /** For methods that hash a password. */
  readonly eachHashingMethod: number;
}

export class AuthApi extends Construct {
  readonly restApi: RestApi;

  constructor(scope: Construct, id: string, props: AuthApiProps) {
    const { name, functions, stageName, corsOrigins, throttle } = props;
    super(scope, id);
    this.restApi = new RestApi(this, 'RestApi', {
      restApiName: name,
      endpointTypes: [EndpointType.REGIONAL],
      cloudWatchRole: false,
      deployOptions: { stageName, dataTraceEnabled: false, ...(throttle && throttling(throttle)) },
      ...(corsOrigins.length > 0 && { defaultCorsPreflightOptions: preflight(corsOrigins) }),
    });
    addGatewayResponses(this.restApi, { answers: backendResponses, corsOrigins });
    this.addRoutes(functions);
    this.addFallback(functions);
    acknowledge(this, {
      APIG1:
        'Access logs need a role that is one per account and region, which a stack must not overwrite. Every function logs.',
      APIG2:
        'Bodies are validated by the functions, whose messages the contract fixes; the gateway would answer in words of its own.',
      APIG3: 'A web ACL has a fixed monthly charge. A deployer who wants one attaches it to the stage.',
      APIG6: 'Execution logs need the same account-wide role as access logs, and would hold tokens.',
    });
  }

  private addRoutes(functions: AuthFunctions): void {
    const authorizer = new RequestAuthorizer(this, 'Authorizer', {
      handler: functions.authorizer,
      identitySources: [],
      // A cached result would outlive a logout.
      resultsCacheTtl: Duration.seconds(0),
    });
    this.restApi.latestDeployment?.addToLogicalId(
      authorizerConfiguration(authorizer.node.defaultChild as CfnAuthorizer),
    );
    for (const route of listRoutes()) {
      const resource = this.restApi.root.resourceForPath(route.path);
      const integration = integrationWith(functions[route.name]);
      const options: MethodOptions = route.access === 'public' ? {} : { authorizer };
      for (const httpMethod of servedMethods(route)) {
        acknowledge(resource.addMethod(httpMethod, integration, options), findingsOn(route));
      }
    }
  }

  /** Without it, AWS's response to an unknown path quotes the Authorization header. */
  private addFallback({ fallback }: AuthFunctions): void {
    const integration = integrationWith(fallback);
    const { root } = this.restApi;
    for (const method of [
      root.addMethod('ANY', integration),
      root.addResource('{proxy+}').addMethod('ANY', integration),
    ]) {
      acknowledge(method, { APIG4: 'It only says 404 and 405.', ...notCognito });
    }
  }
}

/**
 * Throttles of the stage. They apply before an endpoint runs; its own limits are for each source IP and account.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
 */
const throttling = ({ eachMethod, eachHashingMethod }: Throttle) => ({
  ...atMost(eachMethod, 2 * eachMethod),
  methodOptions: Object.fromEntries(
    listRoutes()
      .filter(({ passwordHashes }) => passwordHashes)
      .flatMap(({ methods, path }) => methods.map((method) => `${path}/${method}`))
      .map((method) => [
        method,
        { dataTraceEnabled: false, ...atMost(eachHashingMethod, eachHashingMethod) },
      ]),
  ),
});

const atMost = (throttlingRateLimit: number, throttlingBurstLimit: number): MethodDeploymentOptions => ({
  throttlingRateLimit,
  throttlingBurstLimit,
});

const notCognito = { COG4: 'This API is the user pool: tokens are resolved by its own authorizer.' };

const findingsOn = ({ access, summary }: Route): Record<string, string> =>
  access === 'public' ? { APIG4: `Public by design: ${summary}.`, ...notCognito } : notCognito;

/** One permission for each method, none for the console's test button. */
const integrationWith = (handler: AuthFunctions[keyof AuthFunctions]): LambdaIntegration =>
  new LambdaIntegration(handler, { allowTestInvoke: false });

const preflight = (allowOrigins: readonly string[]): CorsOptions => ({
  allowOrigins: [...allowOrigins],
  allowHeaders: ['Authorization', 'Content-Type'],
  maxAge: Duration.hours(1),
});
