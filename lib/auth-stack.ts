import { Annotations, CfnOutput, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { AuthApi } from './auth-api';
import { authFunctions } from './auth-functions';
import { AuthTables } from './auth-tables';
import { Monitoring, type MonitoringProps } from './monitoring';
import type { Settings } from './settings';

export interface AuthStackProps extends StackProps {
  readonly settings: Settings;
}

const RATE_LIMITS_OFF =
  'RATE LIMITS ARE OFF: anyone who reaches this API may guess passwords as fast as it answers, at your expense. Never leave it so on the internet.';

/** The whole backend of one stage. While nobody calls, nothing in it costs anything but `monitoring`. */
export class AuthStack extends Stack {
  constructor(scope: Construct, id: string, { settings, ...props }: AuthStackProps) {
    super(scope, id, props);
    const isDisposable = settings.stage === 'dev';
    const tables = new AuthTables(this, 'Tables', { isDisposable });
    const functions = authFunctions(this, {
      settings,
      tables,
      logRemovalPolicy: isDisposable ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    });
    const { restApi } = new AuthApi(this, 'Api', {
      functions,
      stageName: settings.stage,
      corsOrigins: settings.corsOrigins,
      ...(settings.rateLimits && {
        throttle: { eachMethod: settings.requestsPerSecond, eachHashingMethod: settings.hashesPerSecond },
      }),
    });
    if (!settings.rateLimits) Annotations.of(this).addWarningV2('TokenAuth:RateLimitsOff', RATE_LIMITS_OFF);
    new CfnOutput(this, 'ApiUrl', {
      value: restApi.url,
      description: 'Where the API is; the routes begin with api/',
    });
    new CfnOutput(this, 'UsersTableName', { value: tables.users.tableName });
    new CfnOutput(this, 'TokensTableName', { value: tables.tokens.tableName });
    new CfnOutput(this, 'RateLimitsTableName', { value: tables.rateLimits.tableName });
    const { stage, monitoring, alarmEmail } = settings;
    if (monitoring) this.addMonitoring({ restApi, functions, tables, stage, alarmEmail });
  }

  private addMonitoring(props: MonitoringProps): void {
    const { dashboard } = new Monitoring(this, 'Monitoring', props);
    new CfnOutput(this, 'DashboardUrl', {
      value: `https://${this.region}.console.aws.amazon.com/cloudwatch/home?region=${this.region}#dashboards/dashboard/${dashboard.dashboardName}`,
    });
  }
}
