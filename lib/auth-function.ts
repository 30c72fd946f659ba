/** A Lambda here: one bundle of its own, one role of its own, its log group, and exactly the variables that its code reads. */
import { join } from 'node:path';
import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Environment, FunctionName } from '../functions/shared/environment';
import { bundledCode } from './bundled-code';

export interface AuthFunctionProps<F extends FunctionName> {
  /** The folder under `functions/`. The construct's id is the same in PascalCase, with `Function` behind it. */
  readonly name: F;
  /** Every variable that the function reads. */
  readonly environment: Environment<F>;
  /** CPU grows with memory: a full core at 1769 MB. */
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  /** What becomes of the log when the stack goes. */
  readonly removalPolicy: RemovalPolicy;
}

/** What a grant is held to; absent: the whole table. */
export interface GrantLimits {
  /** Only requests that name the attributes they want, and none but these. */
  readonly attributes?: readonly string[];
  /** Only items with these partition keys. */
  readonly partitionKeys?: readonly string[];
}

/** DynamoDB actions as IAM knows them, without the prefix. */
export type TableAction = 'BatchGetItem' | 'GetItem' | 'PutItem' | 'UpdateItem' | 'DeleteItem' | 'Query';

export class AuthFunction<F extends FunctionName> extends LambdaFunction {
  constructor(scope: Construct, props: AuthFunctionProps<F>) {
    const id = constructId(props.name);
    const logGroup = new LogGroup(scope, `${id}Logs`, {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: props.removalPolicy,
    });
    // The default role may write every log of the account; this one only its own.
    const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    super(scope, id, {
      role,
      logGroup,
      code: bundledCode(join(__dirname, '..', 'functions', props.name, 'handler.ts')),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      environment: { ...props.environment },
      memorySize: props.memoryMb,
      timeout: Duration.seconds(props.timeoutSeconds),
    });
  }

  /** Allows these actions on a table, and within it only what `limits` names. */
  may(actions: readonly TableAction[], table: Table, limits: GrantLimits = {}): this {
    this.addToRolePolicy(
      new PolicyStatement({
        actions: actions.map((action) => `dynamodb:${action}`),
        resources: [table.tableArn],
        conditions: conditionsOf(limits),
      }),
    );
    return this;
  }
}

const constructId = (name: FunctionName): string =>
  `${name.replace(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase())}Function`;

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html */
function conditionsOf({ attributes, partitionKeys }: GrantLimits): Record<string, Record<string, unknown>> {
  const lists = {
    ...(attributes && { 'dynamodb:Attributes': attributes }),
    ...(partitionKeys && { 'dynamodb:LeadingKeys': partitionKeys }),
  };
  if (Object.keys(lists).length === 0) return {};
  return {
    'ForAllValues:StringEquals': lists,
    ...(attributes && { StringEqualsIfExists: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' } }),
  };
}
