/**
 * What a method does: it invokes a function (AWS_PROXY), or answers by itself (MOCK).
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-apigateway-method-integration.html
 */
import * as v from 'valibot';
import type { FunctionDefinition, IntegrationDefinition, MockResponse } from './deployment';
import { invokedFunction } from './function-uri';
import { headerMappings } from './header-mappings';
import { checkMappingTemplates } from './mapping-template';
import type { RawResource } from './template';
import { refused } from './template-error';

/** API Gateway's own limit; a larger one must be asked for. */
const maxTimeoutMilliseconds = 29_000;

const templates = v.pipe(
  v.optional(v.record(v.string(), v.string()), {}),
  v.transform((byType): ReadonlyMap<string, string> => new Map(Object.entries(byType))),
);
const statusCode = v.pipe(v.string(), v.regex(/^[1-5]\d\d$/, 'Expected a status'), v.transform(Number));

/** An empty pattern is as none. */
const selectionPattern = v.pipe(
  v.optional(v.string(), ''),
  v.check(isExpression, 'Not a regular expression'),
  v.transform((pattern) => (pattern === '' ? undefined : new RegExp(`^(?:${pattern})$`))),
);

const proxySchema = v.strictObject({
  Type: v.literal('AWS_PROXY'),
  IntegrationHttpMethod: v.literal('POST', 'A function is invoked with POST'),
  TimeoutInMillis: v.optional(
    v.pipe(v.number(), v.minValue(50), v.maxValue(maxTimeoutMilliseconds)),
    maxTimeoutMilliseconds,
  ),
  Uri: v.string(),
});

const mockResponse = v.strictObject({
  ResponseParameters: v.optional(v.record(v.string(), v.string()), {}),
  ResponseTemplates: templates,
  SelectionPattern: selectionPattern,
  StatusCode: statusCode,
});

const mockSchema = v.strictObject({
  Type: v.literal('MOCK'),
  IntegrationResponses: v.optional(v.array(mockResponse), []),
  PassthroughBehavior: v.optional(
    v.picklist(['WHEN_NO_MATCH', 'WHEN_NO_TEMPLATES', 'NEVER']),
    'WHEN_NO_MATCH',
  ),
  RequestTemplates: templates,
});

export const integrationSchema = v.variant('Type', [proxySchema, mockSchema]);

interface Method {
  readonly resource: RawResource;
  readonly functions: readonly FunctionDefinition[];
  /** What the method's responses declare: `204 method.response.header.Vary`. */
  readonly declaredHeaders: readonly string[];
}

export function integrationOf(
  properties: v.InferOutput<typeof integrationSchema>,
  method: Method,
): IntegrationDefinition {
  if (properties.Type === 'AWS_PROXY') {
    return {
      type: 'AWS_PROXY',
      functionId: invokedFunction(properties.Uri, method.functions, method.resource),
      timeoutMilliseconds: properties.TimeoutInMillis,
    };
  }
  checkMappingTemplates(properties.RequestTemplates, method.resource);
  return {
    type: 'MOCK',
    passthrough: properties.PassthroughBehavior,
    requestTemplates: properties.RequestTemplates,
    responses: properties.IntegrationResponses.map((response) => mockResponseOf(response, method)),
  };
}

function mockResponseOf(response: v.InferOutput<typeof mockResponse>, method: Method): MockResponse {
  const { ResponseParameters, ResponseTemplates, SelectionPattern, StatusCode } = response;
  for (const parameter of Object.keys(ResponseParameters)) {
    if (!method.declaredHeaders.includes(`${StatusCode} ${parameter}`)) {
      throw refused(method.resource, `its responses do not declare ${parameter} for ${StatusCode}`);
    }
  }
  checkMappingTemplates(ResponseTemplates, method.resource);
  return {
    statusCode: StatusCode,
    ...(SelectionPattern && { selectionPattern: SelectionPattern }),
    headers: headerMappings(ResponseParameters, 'method.response.header.', method.resource),
    templates: ResponseTemplates,
  };
}

function isExpression(pattern: string): boolean {
  try {
    new RegExp(pattern);
    return true;
  } catch {
    return false;
  }
}
