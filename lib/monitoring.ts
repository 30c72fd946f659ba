/** Alarms and a dashboard for one stage. Optional, as they cost money even when idle. */
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { AuthFunctions } from './auth-functions';
import type { AuthTables } from './auth-tables';
import type { BackendNames } from './backend-names';
import { alarmTopic } from './monitoring/alarm-topic';
import { addAlarms } from './monitoring/alarms';
import { addDashboard } from './monitoring/dashboard';
import { toMetrics } from './monitoring/metrics';

export interface MonitoringProps {
  readonly restApi: RestApi;
  readonly functions: AuthFunctions;
  /** All its tables are watched. */
  readonly tables: AuthTables;
  readonly failureQueue: Queue;
  readonly names: BackendNames;
  /** Recipient of a message when an alarm starts and ends; absent: alarms appear only in the console. */
  readonly alarmEmail: string | undefined;
}

export class Monitoring extends Construct {
  readonly dashboard: Dashboard;

  constructor(scope: Construct, id: string, { tables, alarmEmail, names, ...props }: MonitoringProps) {
    super(scope, id);
    const { name, metricsNamespace } = names;
    const metrics = toMetrics({ ...props, metricsNamespace, tables: tables.node.children.filter(isTable) });
    const alarms = addAlarms(this, metrics, name);
    this.dashboard = addDashboard(this, metrics, alarms);
    if (alarmEmail === undefined) return;
    const action = new SnsAction(alarmTopic(this, alarmEmail));
    for (const alarm of alarms) {
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
    }
  }
}

const isTable = (construct: unknown): construct is Table => construct instanceof Table;
