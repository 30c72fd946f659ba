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

/** DynamoDB actions as IAM knows them, without the prefix. Those of a transaction are those of its items. */
type ReadAction = 'BatchGetItem' | 'GetItem' | 'Query';
type WriteAction = 'PutItem' | 'UpdateItem' | 'DeleteItem';

/** What a grant to read is held to; absent: the whole table. */
export interface ReadLimits {
  /** Only requests that name the attributes they want, and none but these and the key. */
  readonly attributes?: readonly string[];
}

/** What a grant to write is held to. */
export interface WriteLimits {
  /** Every attribute that the requests put, change or look at in a condition; `*` is any text. The key is added. */
  readonly attributes: readonly string[];
  /** Only items with these partition keys, in which `*` is any text; absent: all. */
  readonly partitionKeys?: readonly string[];
  /** What the requests have returned; absent: nothing. */
  readonly returnValues?: readonly ReturnValues[];
}

/** `ALL_NEW` shows what the list of attributes is to hide: for tables that hide nothing. */
type ReturnValues = 'NONE' | 'UPDATED_OLD' | 'UPDATED_NEW' | 'ALL_NEW';

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

  /** Allows to read a table, and within it only what `limits` names. */
  mayRead(actions: readonly ReadAction[], table: Table, { attributes }: ReadLimits = {}): this {
    if (!attributes) return this.allow(actions, table);
    return this.allow(actions, table, {
      ...onlyAttributes(table, attributes),
      StringEqualsIfExists: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
    });
  }

  /** Allows to write these attributes of a table, and no others. */
  mayWrite(actions: readonly WriteAction[], table: Table, limits: WriteLimits): this {
    const { attributes, partitionKeys, returnValues = ['NONE'] } = limits;
    const { 'ForAllValues:StringLike': like, ...only } = onlyAttributes(table, attributes);
    return this.allow(actions, table, {
      ...only,
      StringEqualsIfExists: { 'dynamodb:ReturnValues': returnValues },
      ...((like || partitionKeys) && {
        'ForAllValues:StringLike': {
          ...like,
          ...(partitionKeys && { 'dynamodb:LeadingKeys': partitionKeys }),
        },
      }),
    });
  }

  private allow(actions: readonly string[], table: Table, conditions: Conditions = {}): this {
    this.addToRolePolicy(
      new PolicyStatement({
        actions: actions.map((action) => `dynamodb:${action}`),
        resources: [table.tableArn],
        conditions,
      }),
    );
    return this;
  }
}

const constructId = (name: FunctionName): string =>
  `${name.replace(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase())}Function`;

type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/**
 * `Select` is a condition key of reads alone and `ReturnValues` of writes alone; with `IfExists`, as in AWS's own examples, it makes no
 * difference whether a request that leaves them out has them. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
 */
function onlyAttributes(table: Table, attributes: readonly string[]): Conditions {
  const { partitionKeys, sortKeys } = table.schemaV2();
  const keys = [...partitionKeys, ...sortKeys].map(({ name }) => name);
  const names = [...new Set([...keys, ...attributes])];
  const operator = names.some((name) => name.includes('*')) ? 'StringLike' : 'StringEquals';
  return { [`ForAllValues:${operator}`]: { 'dynamodb:Attributes': names } };
}
