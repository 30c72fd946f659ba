import { Annotations, CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Construct } from 'constructs';
import { AuthApi } from './auth-api';
import { type AuthFunctions, authFunctions } from './auth-functions';
import { AuthTables } from './auth-tables';
import { Monitoring } from './monitoring';
import { fitForSamLocal } from './sam-local';
import type { Settings } from './settings';

export interface TokenAuthProps {
  readonly settings: Settings;
}

const RATE_LIMITS_OFF =
  'RATE LIMITS ARE OFF: anyone who reaches this API may guess passwords as fast as it answers, at your expense. Never leave it so on the internet.';

const FOR_SAM_LOCAL =
  'THIS TEMPLATE IS FOR SAM LOCAL: cdk deploy stops, because it is for no account of yours. To deploy, leave the setting sam out.';

/** The whole backend of one stage. While nobody calls, nothing in it costs anything but `monitoring`. */
export class TokenAuth extends Construct {
  readonly restApi: RestApi;
  readonly functions: AuthFunctions;
  readonly tables: AuthTables;

  constructor(scope: Construct, id: string, { settings }: TokenAuthProps) {
    super(scope, id);
    const isDisposable = settings.stage === 'dev';
    this.tables = new AuthTables(this, 'Tables', { isDisposable });
    this.functions = authFunctions(this, {
      settings,
      tables: this.tables,
      logRemovalPolicy: isDisposable ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    });
    const { restApi } = new AuthApi(this, 'Api', {
      functions: this.functions,
      stageName: settings.stage,
      corsOrigins: settings.corsOrigins,
      ...(settings.rateLimits && {
        throttle: { eachMethod: settings.requestsPerSecond, eachHashingMethod: settings.hashesPerSecond },
      }),
    });
    this.restApi = restApi;
    if (settings.sam) {
      fitForSamLocal(this.functions);
      Annotations.of(this).addWarningV2('TokenAuth:ForSamLocal', FOR_SAM_LOCAL);
    }
    if (!settings.rateLimits) Annotations.of(this).addWarningV2('TokenAuth:RateLimitsOff', RATE_LIMITS_OFF);
    new CfnOutput(this, 'ApiUrl', {
      value: restApi.url,
      description: 'Where the API is; the routes begin with api/',
    });
    new CfnOutput(this, 'UsersTableName', { value: this.tables.users.tableName });
    new CfnOutput(this, 'TokensTableName', { value: this.tables.tokens.tableName });
    new CfnOutput(this, 'RateLimitsTableName', { value: this.tables.rateLimits.tableName });
    if (settings.monitoring) this.addMonitoring(settings);
  }

  private addMonitoring({ stage, alarmEmail }: Settings): void {
    const { restApi, functions, tables } = this;
    const { dashboard } = new Monitoring(this, 'Monitoring', {
      restApi,
      functions,
      tables,
      stage,
      alarmEmail,
    });
    const { region } = Stack.of(this);
    new CfnOutput(this, 'DashboardUrl', {
      value: `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#dashboards/dashboard/${dashboard.dashboardName}`,
    });
  }
}
