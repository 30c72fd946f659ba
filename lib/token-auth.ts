import { Annotations, CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Method, RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { AuthApi } from './auth-api';
import { type AuthFunctionsProps, createFunctions } from './auth-functions';
import { AuthTables, type TokenAuthTables } from './auth-tables';
import { backendNames } from './backend-names';
import { createEventBus, Delivery } from './delivery';
import { Monitoring, type MonitoringProps } from './monitoring';
import { toOperatorOutputs } from './operator-outputs';
import { type ProtectOptions, protectMethod } from './protect';
import { applySamOverrides, FOR_SAM_LOCAL } from './sam-local';
import { checkSettings, messageChannel, NO_MESSAGES, type Settings } from './settings';
import type { TokenAuthProps } from './token-auth-props';

const RATE_LIMITS_OFF =
  'RATE LIMITS ARE OFF: anyone who reaches this API may guess passwords as fast as it answers, at your expense. Never leave it so on the internet.';

/** The backend of one stage. When idle, only `monitoring` costs anything. */
export class TokenAuth extends Construct {
  /** The API with the routes of the README. */
  readonly restApi: RestApi;
  /** Also their names, for functions of your own that read them. */
  readonly tables: TokenAuthTables;
  /** Messages and security events, if the settings ask for a bus. */
  readonly eventBus: EventBus | undefined;
  readonly #functionProps: AuthFunctionsProps;

  /** @throws SettingsError with one line for each wrong setting. */
  constructor(scope: Construct, id: string, props: TokenAuthProps = {}) {
    super(scope, id);
    const settings = checkSettings(props);
    const names = backendNames(this, settings.stage);
    const isDisposable = settings.stage === 'dev';
    const tables = new AuthTables(this, 'Tables', { isDisposable });
    this.tables = tables;
    this.eventBus = createEventBus(this, settings, names.name);
    this.#functionProps = {
      settings,
      tables,
      eventBus: this.eventBus,
      logRemovalPolicy: isDisposable ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
      metricsNamespace: names.metricsNamespace,
    };
    const functions = createFunctions(this, this.#functionProps);
    const { failureQueue } = new Delivery(this, 'Delivery', {
      deliver: functions.deliver,
      outbox: tables.outbox,
      settings,
      eventBus: this.eventBus,
    });
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
    if (messageChannel(settings) === 'none')
      Annotations.of(this).addWarningV2('TokenAuth:NoMessages', NO_MESSAGES);
    this.addOutputs(settings, failureQueue);
    if (settings.monitoring) this.addMonitoring(settings, { functions, tables, failureQueue, names });
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

  private addOutputs(settings: Settings, failureQueue: Queue): void {
    new CfnOutput(this, 'ApiUrl', {
      value: this.restApi.url,
      description: 'Where the API is; the routes begin with api/',
    });
    new CfnOutput(this, 'UsersTableName', { value: this.tables.users.tableName });
    new CfnOutput(this, 'TokensTableName', { value: this.tables.tokens.tableName });
    new CfnOutput(this, 'RateLimitsTableName', { value: this.tables.rateLimits.tableName });
    new CfnOutput(this, 'OutboxTableName', { value: this.tables.outbox.tableName });
    new CfnOutput(this, 'FailureQueueUrl', { value: failureQueue.queueUrl });
    if (this.eventBus) new CfnOutput(this, 'EventBusName', { value: this.eventBus.eventBusName });
    // npm run users reads them.
    for (const [name, value] of Object.entries(toOperatorOutputs(settings)))
      new CfnOutput(this, name, { value });
  }

  private addMonitoring(
    { alarmEmail }: Settings,
    watched: Pick<MonitoringProps, 'functions' | 'tables' | 'failureQueue' | 'names'>,
  ): void {
    const { restApi } = this;
    const { dashboard } = new Monitoring(this, 'Monitoring', { restApi, alarmEmail, ...watched });
    const { region } = Stack.of(this);
    new CfnOutput(this, 'DashboardUrl', {
      value: `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#dashboards/dashboard/${dashboard.dashboardName}`,
    });
  }
}
