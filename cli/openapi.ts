/**
 * The description of the API in OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.1.html), derived from the definitions of the endpoints. It is
 * that of a deployment with the default settings.
 */
import { STATUS_CODES } from 'node:http';
import { descriptions, endpoints, listRoutes, type NamedRoute } from '../functions/endpoints';
import type { EndpointDefinition, Method } from '../functions/shared/definition';
import {
  detail,
  type EndpointDescription,
  exampleToken,
  exampleUser,
  fieldErrors,
  type HeaderName,
  headers,
  memberDescriptions,
  type ResponseDescription,
  tags,
} from '../functions/shared/description';
import { messages } from '../functions/shared/http/errors';
import type { FieldKind, FieldKinds } from '../functions/shared/http/fields';
import { license, version } from '../package.json';
import { exampleBody } from './example-body';

type Json = Readonly<Record<string, unknown>>;

const ABOUT = `Token authentication in the dialect of Django REST Framework.

Sign up or sign in, and send the token with every request: \`Authorization: Token <token>\`. Refresh it before it expires.

- Every path is also served with a slash at the end.
- Bodies may also be \`multipart/form-data\`. Members that are not listed are ignored. A number is taken as its text.
- \`HEAD\` is served where \`GET\` is. An unknown path is answered by 404, another method by 405 with \`Allow\`.`;

/** The text of `docs/openapi.json`. */
export const formatApi = (): string => `${JSON.stringify(describeApi(), null, 2)}\n`;

/** The order is that of the definitions, so that the same definitions give the same text. */
function describeApi(): Json {
  const paths: Record<string, Json> = {};
  for (const route of listRoutes())
    for (const method of route.methods)
      paths[route.path] = { ...paths[route.path], [method.toLowerCase()]: describeOperation(route, method) };
  const responses = Object.fromEntries(
    Object.entries(failures).map(([status, failure]) => [failureName(status), describeResponse(failure)]),
  );
  const schemas: Record<string, unknown> = {};
  const referring = extractSchemas({ paths, responses }, schemas) as { paths: Json; responses: Json };
  return {
    openapi: '3.1.1',
    info: {
      title: 'Token auth',
      version,
      description: ABOUT,
      // SPDX has no name for npm's UNLICENSED.
      license: { name: license, identifier: `LicenseRef-${license}` },
    },
    servers: [
      { url: 'http://127.0.0.1:3000', description: '`npm start`' },
      {
        url: 'https://{api}.execute-api.{region}.amazonaws.com/{stage}',
        description: 'A deployment: its `ApiUrl`, without the slash at the end',
        variables: {
          api: { default: 'a1b2c3d4e5' },
          region: { default: 'us-east-1' },
          stage: { default: 'dev' },
        },
      },
    ],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    // None, unless an operation says so.
    security: [],
    paths: referring.paths,
    components: {
      securitySchemes: {
        token: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: `The word \`Token\`, a space and the token: \`Token ${exampleToken}\``,
        },
      },
      schemas: Object.fromEntries(Object.entries(schemas).sort(([one], [other]) => (one < other ? -1 : 1))),
      responses: referring.responses,
      headers,
    },
  };
}

function describeOperation(route: NamedRoute, method: Method): Json {
  const { body }: EndpointDefinition = endpoints[route.name];
  const { tag, notes, parameters = {}, responses }: EndpointDescription = descriptions[route.name];
  const operationId = toOperationId(route, method);
  return {
    operationId,
    tags: [tag],
    summary: route.summary,
    ...(notes && { description: notes }),
    ...(route.access === 'authenticated' && { security: [{ token: [] }] }),
    ...(Object.keys(parameters).length > 0 && {
      parameters: Object.entries(parameters).map(([name, parameter]) => ({
        name,
        ...(isInPath(name, route) ? { in: 'path', required: true } : { in: 'query' }),
        ...parameter,
      })),
    }),
    ...(body && { requestBody: describeBody(route, operationId, method === 'PATCH') }),
    // By status: an object has its numbers first and in order.
    responses: Object.fromEntries([
      ...listFailures(route).map((status) => [
        status,
        { $ref: `#/components/responses/${failureName(status)}` },
      ]),
      ...Object.entries(responses).map(([status, response]) => [status, describeResponse(response)]),
    ]),
  };
}

const isInPath = (parameter: string, { path }: NamedRoute): boolean => path.includes(`{${parameter}}`);

const inPascalCase = (words: string): string =>
  words
    .split(/[ -]/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');

/** The endpoint's name. Beside `PUT`, `PATCH` is the partial update, as in Django REST Framework. */
function toOperationId({ name, methods }: NamedRoute, method: Method): string {
  const [first, ...rest] = methods.length > 1 && method === 'PATCH' ? ['partial', name] : name.split('-');
  return `${first}${inPascalCase(rest.join('-'))}`;
}

/** @param isPartial no member is required. */
function describeBody(route: NamedRoute, operationId: string, isPartial: boolean): Json {
  const { body = {}, codeBody }: EndpointDefinition = endpoints[route.name];
  const schema = {
    title: `${operationId.charAt(0).toUpperCase()}${operationId.slice(1)}Request`,
    type: 'object',
    ...(isPartial ? {} : describeRequired(body, codeBody)),
    properties: Object.fromEntries(
      Object.entries({ ...body, ...codeBody }).map(([name, { jsonSchema }]) => [
        name,
        { ...jsonSchema, description: memberDescriptions[name] },
      ]),
    ),
  };
  const example = exampleBody(route, body);
  const examples = codeBody && { link: { value: example }, code: { value: exampleBody(route, codeBody) } };
  return {
    required: !isPartial,
    content: {
      'application/json': { schema, ...(examples ? { examples } : { example }) },
      'application/x-www-form-urlencoded': { schema },
    },
  };
}

/**
 * The members that are required. A body in two forms is one schema, and not `anyOf` two: of that, the generator of Kotlin clients makes a
 * class that requires the members of both.
 */
function describeRequired(body: FieldKinds, codeBody: FieldKinds = body): Json {
  const forms = [listRequired(body), listRequired(codeBody)];
  const required = listRequired(body).filter((name) => name in codeBody);
  const together = forms.flatMap((form) => {
    const own = form.filter((name) => !required.includes(name));
    return own.map((name) => [name, own.filter((other) => other !== name)]);
  });
  return {
    ...(required.length > 0 && { required }),
    ...(together.length > 0 && {
      dependentRequired: Object.fromEntries(together),
      minProperties: Math.min(...forms.map((form) => form.length)),
    }),
  };
}

const listRequired = (members: FieldKinds): string[] =>
  Object.entries(members).flatMap(([name, kind]) => (isOptional(kind) ? [] : [name]));

const isOptional = ({ schema }: FieldKind): boolean =>
  schema({ SIGNUP_ROLES: exampleUser.role }).type === 'optional';

/** What other requests of the same kind are answered as well, by status. */
const failures: Readonly<Record<number, ResponseDescription>> = {
  400: {
    description: 'The body, a member of it or a parameter is not valid.',
    schema: { title: 'InvalidRequest', anyOf: [fieldErrors, detail] },
    example: { username: ['This field is required.'] },
  },
  401: {
    description: 'There is no token, or its session has ended.',
    schema: detail,
    example: { detail: messages.tokenInvalid },
    headers: ['WWW-Authenticate'],
  },
  403: {
    description: 'The role of the user may not do this.',
    schema: detail,
    example: { detail: messages.permissionDenied },
  },
  413: {
    description: 'The body has more than 64 KiB.',
    schema: detail,
    example: { detail: messages.bodyTooLarge },
  },
  415: {
    description: 'The body is neither JSON nor a form, or is not in UTF-8.',
    schema: detail,
    example: { detail: messages.unsupportedMediaType('text/plain') },
  },
  429: {
    description: 'There were too many requests.',
    schema: detail,
    example: { detail: messages.throttled(57) },
    headers: ['Retry-After'],
  },
  500: {
    description: 'A fault of the server.',
    schema: detail,
    example: { detail: messages.internal },
  },
  503: {
    description: 'The database does not answer. It says nothing about the token.',
    schema: detail,
    example: { detail: messages.unavailable },
    headers: ['Retry-After'],
  },
};

const failureName = (status: number | string): string => inPascalCase(STATUS_CODES[status] ?? '');

function listFailures(route: NamedRoute): readonly number[] {
  const { body }: EndpointDefinition = endpoints[route.name];
  const { parameters = {} }: EndpointDescription = descriptions[route.name];
  const hasQuery = Object.keys(parameters).some((name) => !isInPath(name, route));
  return [
    ...(body || hasQuery ? [400] : []),
    ...(route.access === 'authenticated' ? [401, 403] : []),
    ...(body ? [413, 415] : []),
    ...[429, 500, 503],
  ];
}

function describeResponse({ description, schema, example, headers: own = [] }: ResponseDescription): Json {
  const names: readonly HeaderName[] = ['Cache-Control', ...own];
  return {
    description,
    headers: Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }])),
    ...(schema && { content: { 'application/json': { schema, example } } }),
  };
}

/** The same with a reference in the place of each schema that has a title, which is added to `schemas`. */
function extractSchemas(node: unknown, schemas: Record<string, unknown>): unknown {
  if (Array.isArray(node)) return node.map((each) => extractSchemas(each, schemas));
  if (typeof node !== 'object' || node === null) return node;
  const entries = Object.entries(node).map(([name, each]) => [name, extractSchemas(each, schemas)]);
  const { title, ...rest } = Object.fromEntries(entries);
  if (typeof title !== 'string') return Object.fromEntries(entries);
  schemas[title] = rest;
  return { $ref: `#/components/schemas/${title}` };
}
