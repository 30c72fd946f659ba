/**
 * What a CloudFormation template asks for, in the words of one machine: tables to create, functions to start,
 * APIs to serve. Every reference is resolved and every value checked. Types only; nothing here knows a template.
 */
import type { PolicyStatement } from '../iam/policy';
import type { GatewayResponseType } from './gateway-response-types';

export interface Deployment {
  readonly stackName: string;
  readonly tables: readonly TableDefinition[];
  readonly functions: readonly FunctionDefinition[];
  /** In the order of the template; there is at least one. */
  readonly apis: readonly [ApiDefinition, ...ApiDefinition[]];
}

interface KeyElement {
  readonly AttributeName: string;
  readonly KeyType: 'HASH' | 'RANGE';
}

interface AttributeDefinition {
  readonly AttributeName: string;
  readonly AttributeType: 'S' | 'N' | 'B';
}

interface Throughput {
  readonly ReadCapacityUnits: number;
  readonly WriteCapacityUnits: number;
}

/** A table. Its name is its logical id, which is also what `Ref` gives to the functions. */
export interface TableDefinition {
  readonly logicalId: string;
  readonly arn: string;
  readonly keySchema: readonly KeyElement[];
  readonly attributeDefinitions: readonly AttributeDefinition[];
  readonly billing: { readonly mode: 'PAY_PER_REQUEST' } | (Throughput & { readonly mode: 'PROVISIONED' });
  readonly timeToLiveAttribute?: string;
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

/** Everything that the role's own policies and the policies attached to it say. */
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

/** A method takes so many requests in a row, and so many in a second on average. Where one of them is 0, none. */
export interface ThrottlingDefinition {
  readonly burstLimit: number;
  readonly rateLimit: number;
}

/** A Lambda authorizer of type REQUEST that sees every request, because nothing is cached and nothing required. */
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
  readonly passthrough: 'WHEN_NO_MATCH' | 'WHEN_NO_TEMPLATES' | 'NEVER';
  /** VTL by media type. */
  readonly requestTemplates: ReadonlyMap<string, string>;
  readonly responses: readonly MockResponse[];
}

export interface MockResponse {
  readonly statusCode: number;
  /** To match the whole status. Absent on the response for all other statuses. */
  readonly selectionPattern?: RegExp;
  readonly headers: readonly HeaderMapping[];
  /** VTL by media type. */
  readonly templates: ReadonlyMap<string, string>;
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
