/** A Lambda function with its own bundle, role and log group, and only the variables that its code reads. */
import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { FunctionName } from '../functions/functions';
import type { Grant } from '../functions/shared/definition';
import { bundledCode } from './bundled-code';

export interface AuthFunctionProps {
  /** The folder under `functions/`. */
  readonly name: FunctionName;
  readonly environment: Readonly<Record<string, string>>;
  /** CPU grows with memory: a full core at 1769 MB. */
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  /** Of the log group. */
  readonly removalPolicy: RemovalPolicy;
}

export class AuthFunction extends LambdaFunction {
  constructor(scope: Construct, props: AuthFunctionProps) {
    const id = constructId(props.name);
    const logGroup = new LogGroup(scope, `${id}Logs`, {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: props.removalPolicy,
    });
    // The default role may write to every log of the account, this one only to its own.
    const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    super(scope, id, {
      role,
      logGroup,
      code: bundledCode(props.name),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      environment: { ...props.environment },
      memorySize: props.memoryMb,
      timeout: Duration.seconds(props.timeoutSeconds),
    });
  }

  /** Applies a grant of the function's definition to a table. */
  grantTable(table: Table, grant: Grant): void {
    if ('read' in grant) {
      const { read, attributes, partitionKeys } = grant;
      this.allow(read, table, {
        ...limitedTo(table, { attributes, partitionKeys }),
        ...(attributes && { StringEqualsIfExists: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' } }),
      });
      return;
    }
    const { write, attributes, partitionKeys, returnValues = ['NONE'] } = grant;
    this.allow(write, table, {
      ...limitedTo(table, { attributes, partitionKeys }),
      StringEqualsIfExists: { 'dynamodb:ReturnValues': returnValues },
    });
  }

  private allow(actions: readonly string[], table: Table, conditions: Conditions): void {
    this.addToRolePolicy(
      new PolicyStatement({
        actions: actions.map((action) => `dynamodb:${action}`),
        resources: [table.tableArn],
        conditions,
      }),
    );
  }
}

/** The folder's name in PascalCase, followed by `Function`. */
export const constructId = (name: FunctionName): string =>
  `${name.replace(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase())}Function`;

type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

interface Limits {
  readonly attributes: readonly string[] | undefined;
  readonly partitionKeys: readonly string[] | undefined;
}

/**
 * Only reads have the condition key `Select`, only writes `ReturnValues`. `IfExists`, as in AWS's examples, also allows requests without the
 * key. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
 */
function limitedTo(table: Table, { attributes, partitionKeys }: Limits): Conditions {
  const names = attributes && [...new Set([...keysOf(table), ...attributes])];
  const operator = names?.some((name) => name.includes('*')) ? 'StringLike' : 'StringEquals';
  const ofAttributes = names && { [`ForAllValues:${operator}`]: { 'dynamodb:Attributes': names } };
  const ofKeys = partitionKeys && { 'dynamodb:LeadingKeys': partitionKeys };
  if (!ofKeys) return ofAttributes ?? {};
  const like = { ...ofAttributes?.['ForAllValues:StringLike'], ...ofKeys };
  return { ...ofAttributes, 'ForAllValues:StringLike': like };
}

function keysOf(table: Table): readonly string[] {
  const { partitionKeys, sortKeys } = table.schemaV2();
  return [...partitionKeys, ...sortKeys].map(({ name }) => name);
}
