import { Annotations, CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Method, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Construct } from 'constructs';
import { AuthApi } from './auth-api';
import { type AuthFunctions, type AuthFunctionsProps, createFunctions } from './auth-functions';
import { AuthTables } from './auth-tables';
import { type BackendNames, backendNames } from './backend-names';
import { Monitoring } from './monitoring';
import { type ProtectOptions, protectMethod } from './protect';
import { applySamOverrides, FOR_SAM_LOCAL } from './sam-local';
import { checkSettings, type Settings, type WrittenSettings } from './settings';

/** The settings of docs/deploy.md, as in `cdk.json`. */
export type TokenAuthProps = WrittenSettings;

const RATE_LIMITS_OFF =
  'RATE LIMITS ARE OFF: anyone who reaches this API may guess passwords as fast as it answers, at your expense. Never leave it so on the internet.';

/** The backend of one stage. When idle, only `monitoring` costs anything. */
export class TokenAuth extends Construct {
  /** The API with the routes of the README. */
  readonly restApi: RestApi;
  readonly tables: AuthTables;
  readonly #functionProps: AuthFunctionsProps;

  /** @throws SettingsError with one line for each wrong setting. */
  constructor(scope: Construct, id: string, props: TokenAuthProps = {}) {
    super(scope, id);
    const settings = checkSettings(props);
    const names = backendNames(this, settings.stage);
    const isDisposable = settings.stage === 'dev';
    this.tables = new AuthTables(this, 'Tables', { isDisposable });
    this.#functionProps = {
      settings,
      tables: this.tables,
      logRemovalPolicy: isDisposable ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
      metricsNamespace: names.metricsNamespace,
    };
    const functions = createFunctions(this, this.#functionProps);
    const { restApi } = new AuthApi(this, 'Api', {
      name: names.name,
      functions,
      stageName: settings.stage,
      corsOrigins: settings.corsOrigins,
      ...(settings.rateLimits && {
        throttle: { eachMethod: settings.requestsPerSecond, eachHashingMethod: settings.hashesPerSecond },
      }),
    });
    this.restApi = restApi;
    if (settings.sam) {
      applySamOverrides(functions);
      Annotations.of(this).addWarningV2('TokenAuth:ForSamLocal', FOR_SAM_LOCAL);
    }
    if (!settings.rateLimits) Annotations.of(this).addWarningV2('TokenAuth:RateLimitsOff', RATE_LIMITS_OFF);
    this.addOutputs();
    if (settings.monitoring) this.addMonitoring(settings, functions, names);
  }

  /**
   * Lets only this backend's users call a method of another API of the app. Others get 401, users without one of the roles 403, and everyone
   * 503 while the database does not answer. The method's function finds the user with `readPrincipal`.
   * @throws Error if the method has an authorizer, is `OPTIONS`, or is of this backend's own or an imported API, or if a role is unknown.
   */
  protect(method: Method, options: ProtectOptions = {}): void {
    protectMethod(method, options, {
      construct: this,
      restApi: this.restApi,
      functionProps: this.#functionProps,
    });
  }

  private addOutputs(): void {
    new CfnOutput(this, 'ApiUrl', {
      value: this.restApi.url,
      description: 'Where the API is; the routes begin with api/',
    });
    new CfnOutput(this, 'UsersTableName', { value: this.tables.users.tableName });
    new CfnOutput(this, 'TokensTableName', { value: this.tables.tokens.tableName });
    new CfnOutput(this, 'RateLimitsTableName', { value: this.tables.rateLimits.tableName });
    new CfnOutput(this, 'OutboxTableName', { value: this.tables.outbox.tableName });
  }

  private addMonitoring({ alarmEmail }: Settings, functions: AuthFunctions, names: BackendNames): void {
    const { restApi, tables } = this;
    const { dashboard } = new Monitoring(this, 'Monitoring', {
      restApi,
      functions,
      tables,
      names,
      alarmEmail,
    });
    const { region } = Stack.of(this);
    new CfnOutput(this, 'DashboardUrl', {
      value: `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#dashboards/dashboard/${dashboard.dashboardName}`,
    });
  }
}
