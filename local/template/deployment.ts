/**
 * What a CloudFormation template asks for, in terms of one machine: tables to create, functions to start, APIs to
 * serve. Every reference is resolved and every value checked. Nothing here depends on the template's form.
 */
import type { PolicyStatement } from '../iam/policy';
import type { EventPattern } from './event-sources';
import type { GatewayResponseType } from './gateway-responses';

export const accountId = '123456789012';
export const partition = 'aws';
export const region = 'us-east-1';

/** `arn:aws:dynamodb:us-east-1:123456789012:table/Users`. Of the services used here, only IAM has no region. */
export function buildArn(service: string, resource: string): string {
  return `arn:${partition}:${service}:${service === 'iam' ? '' : region}:${accountId}:${resource}`;
}

/** The methods that `ANY` stands for. */
export const httpMethods: readonly string[] = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];

export interface Deployment {
  readonly stackName: string;
  readonly tables: readonly TableDefinition[];
  readonly functions: readonly FunctionDefinition[];
  readonly eventSources: readonly EventSourceDefinition[];
  /** In the order of the template; there is at least one. */
  readonly apis: readonly [ApiDefinition, ...ApiDefinition[]];
  /** Without those whose values exist on AWS alone. */
  readonly outputs: Readonly<Record<string, string>>;
}

interface KeyElement {
  readonly AttributeName: string;
  readonly KeyType: 'HASH' | 'RANGE';
}

interface AttributeDefinition {
  readonly AttributeName: string;
  readonly AttributeType: 'S' | 'N' | 'B';
}

export interface TableDefinition {
  readonly logicalId: string;
  /** What `Ref` returns: the logical id, after the tables' prefix, if any. */
  readonly name: string;
  readonly arn: string;
  readonly keySchema: readonly KeyElement[];
  readonly attributeDefinitions: readonly AttributeDefinition[];
  /** The attribute with the second, since 1970, at which an item's time is over. Absent: items stay. */
  readonly timeToLive?: string;
  /** Absent: the table has no stream. */
  readonly stream?: StreamDefinition;
}

interface StreamDefinition {
  readonly arn: string;
  readonly viewType: 'KEYS_ONLY' | 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES';
}

/** A table's stream that invokes a function with inserted items. */
export interface EventSourceDefinition {
  readonly functionId: string;
  readonly table: TableDefinition;
  readonly stream: StreamDefinition;
  readonly batchSize: number;
  /** A failed batch is divided. */
  readonly bisects: boolean;
  /** The function's result may name the first record that failed. */
  readonly reportsItemFailures: boolean;
  /** Infinity: no limit. */
  readonly maxRetries: number;
  /** Infinity: no limit. */
  readonly maxAgeSeconds: number;
  /** A record that matches any of them is delivered. */
  readonly patterns: readonly EventPattern[];
}

export interface FunctionDefinition {
  readonly logicalId: string;
  readonly arn: string;
  /** Absolute path of the folder that Lambda would unpack as /var/task. */
  readonly codeFolder: string;
  /** As in Lambda: `<file without extension>.<export>`. */
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  readonly role: RoleDefinition;
}

/** A role with the statements of its own policies and of those attached to it. */
export interface RoleDefinition {
  readonly logicalId: string;
  readonly arn: string;
  readonly statements: readonly PolicyStatement[];
}

export interface ApiDefinition {
  readonly logicalId: string;
  readonly stageName: string;
  readonly deploymentId: string;
  readonly binaryMediaTypes: readonly string[];
  readonly resources: readonly ResourceDefinition[];
  readonly gatewayResponses: ReadonlyMap<GatewayResponseType, GatewayResponseDefinition>;
}

export interface ResourceDefinition {
  readonly id: string;
  /** From the root, without a slash at the end: `/`, `/items/{id}`, `/{proxy+}`. */
  readonly path: string;
  /** By HTTP method, or `ANY`. */
  readonly methods: ReadonlyMap<string, MethodDefinition>;
}

export interface MethodDefinition {
  readonly logicalId: string;
  readonly integration: IntegrationDefinition;
  readonly authorizer?: AuthorizerDefinition;
  /** Absent where there is no limit. */
  readonly throttling?: ThrottlingDefinition;
}

/** The burst, and the average of requests in a second. If one is 0, the method takes none. */
export interface ThrottlingDefinition {
  readonly burstLimit: number;
  readonly rateLimit: number;
}

/** A Lambda authorizer of type REQUEST that sees every request: no cache, no identity source. */
export interface AuthorizerDefinition {
  readonly logicalId: string;
  readonly functionId: string;
}

export type IntegrationDefinition = ProxyIntegration | MockIntegration;

export interface ProxyIntegration {
  readonly type: 'AWS_PROXY';
  readonly functionId: string;
  readonly timeoutMilliseconds: number;
}

export interface MockIntegration {
  readonly type: 'MOCK';
  /** VTL by media type. A request of another type is passed through. */
  readonly requestTemplates: ReadonlyMap<string, string>;
  readonly statusCode: number;
  readonly headers: readonly HeaderMapping[];
  /** VTL by media type. */
  readonly responseTemplates: ReadonlyMap<string, string>;
}

export interface GatewayResponseDefinition {
  readonly statusCode?: number;
  readonly headers: readonly HeaderMapping[];
  readonly jsonTemplate?: string;
}

/** A response header and where its value comes from. */
export interface HeaderMapping {
  readonly name: string;
  readonly source: HeaderSource;
}

export type HeaderSource =
  | { readonly kind: 'static'; readonly value: string }
  | { readonly kind: 'request-header'; readonly name: string }
  | { readonly kind: 'context'; readonly path: string };
