/**
 * The description of the API in OpenAPI 3.1, derived from the definitions of the endpoints. It describes a deployment with the default
 * settings. https://spec.openapis.org/oas/v3.1.1.html
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
import type { FieldKinds } from '../functions/shared/http/fields';
import { license, version } from '../package.json';
import { exampleBody } from './example-body';

type Json = Readonly<Record<string, unknown>>;

const ABOUT = `Token authentication in the dialect of Django REST Framework.

Sign up or sign in, and send the token with every request: \`Authorization: Token <token>\`. Refresh it before it expires.

- Paths are also served with a slash at the end, as Django apps call them.
- Bodies may also be \`multipart/form-data\`. Unknown members are ignored. A number is taken as its text.
- \`HEAD\` is served where \`GET\` is. An unknown path is answered by 404, another method by 405 with \`Allow\`.
- Times are in UTC.`;

const OPERATION: Readonly<Record<Method, Lowercase<Method>>> = {
  GET: 'get',
  POST: 'post',
  PUT: 'put',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** The document, ready to be written as JSON. Its order is that of the definitions. */
export function describeApi(): Json {
  const schemas = new Map<string, Json>();
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of listRoutes())
    for (const method of route.methods)
      paths[route.path] = { ...paths[route.path], [OPERATION[method]]: describeOperation(route, method) };
  const responses = Object.fromEntries(
    Object.entries(failures).map(([status, failure]) => [failureName(status), describeResponse(failure)]),
  );
  const extracted = extractSchemas({ paths, responses }, schemas) as { paths: Json; responses: Json };
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
        description: 'A deployment: its output `ApiUrl`, without the slash at the end',
        variables: {
          api: { default: 'a1b2c3d4e5', description: 'The id of the REST API' },
          region: { default: 'us-east-1' },
          stage: { default: 'dev' },
        },
      },
    ],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    security: [],
    paths: extracted.paths,
    components: {
      securitySchemes: {
        token: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: `The word \`Token\`, a space, and the token: \`Token ${exampleToken}\``,
        },
      },
      schemas: Object.fromEntries([...schemas].sort(([one], [other]) => (one < other ? -1 : 1))),
      responses: extracted.responses,
      headers,
    },
  };
}

function describeOperation(route: NamedRoute, method: Method): Json {
  const { body, codeBody }: EndpointDefinition = endpoints[route.name];
  const { tag, notes, parameters = {}, responses }: EndpointDescription = descriptions[route.name];
  const operationId = toOperationId(route, method);
  const own = Object.entries(responses).map(([status, response]) => [status, describeResponse(response)]);
  return {
    operationId,
    tags: [tag],
    summary: route.summary,
    ...(notes && { description: notes }),
    ...(route.access === 'authenticated' && { security: [{ token: [] }] }),
    ...(Object.keys(parameters).length > 0 && {
      parameters: Object.entries(parameters).map(([name, parameter]) =>
        isInPath(name, route)
          ? { name, in: 'path', required: true, ...parameter }
          : { name, in: 'query', ...parameter },
      ),
    }),
    ...(body && { requestBody: describeBody({ route, method, operationId }, body, codeBody) }),
    // Numbers come first and in order, as in any object.
    responses: {
      ...Object.fromEntries(listFailures(route).map((status) => [status, failureReference(status)])),
      ...Object.fromEntries(own),
    },
  };
}

const isInPath = (name: string, { path }: NamedRoute): boolean => path.includes(`{${name}}`);

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const inPascalCase = (words: string): string => words.split(/[ -]/).map(capitalised).join('');

/** In lowerCamelCase. Beside `PUT`, `PATCH` is the partial update, as in Django REST Framework. */
function toOperationId({ name, methods }: NamedRoute, method: Method): string {
  const words = methods.length > 1 && method === 'PATCH' ? `partial-${name}` : name;
  const id = inPascalCase(words);
  return id.charAt(0).toLowerCase() + id.slice(1);
}

interface Operation {
  readonly route: NamedRoute;
  readonly method: Method;
  readonly operationId: string;
}

function describeBody({ route, method, operationId }: Operation, body: FieldKinds, codeBody?: FieldKinds) {
  const isPartial = method === 'PATCH';
  const schema = {
    title: `${capitalised(operationId)}Request`,
    type: 'object',
    ...(isPartial ? {} : describeRequired(body, codeBody)),
    properties: describeMembers({ ...body, ...codeBody }),
  };
  const byLink = exampleBody(route, body);
  const examples = codeBody
    ? { examples: { link: { value: byLink }, code: { value: exampleBody(route, codeBody) } } }
    : { example: byLink };
  return {
    required: !isPartial,
    content: {
      'application/json': { schema, ...examples },
      'application/x-www-form-urlencoded': { schema },
    },
  };
}

/**
 * The members that are required. Of two forms, within one schema, and without `anyOf`: of that, many generators make a class that requires
 * all members, or has none.
 */
function describeRequired(body: FieldKinds, codeBody: FieldKinds = body): Json {
  const listRequired = (members: FieldKinds) =>
    Object.entries(members).flatMap(([name, kind]) => (isOptional(kind) ? [] : [name]));
  const [byLink, byCode] = [listRequired(body), listRequired(codeBody)];
  const required = byLink.filter((name) => byCode.includes(name));
  const forms = [byLink, byCode].map((names) => names.filter((name) => !required.includes(name)));
  const together = forms.flatMap((form) =>
    form.map((name) => [name, form.filter((other) => other !== name)] as const),
  );
  return {
    ...(required.length > 0 && { required }),
    ...(together.length > 0 && {
      dependentRequired: Object.fromEntries(together),
      minProperties: Math.min(byLink.length, byCode.length),
    }),
  };
}

const describeMembers = (members: FieldKinds): Json =>
  Object.fromEntries(
    Object.entries(members).map(([name, { jsonSchema }]) => [
      name,
      { ...jsonSchema, description: memberDescriptions[name] },
    ]),
  );

const isOptional = ({ schema }: FieldKinds[string]): boolean =>
  schema({ SIGNUP_ROLES: exampleUser.role }).type === 'optional';

/** What any request of its kind may be answered, by status. */
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
    description: 'The body is neither JSON nor a form, or not in UTF-8.',
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
    description: 'The database does not answer. Nothing is known about the token.',
    schema: detail,
    example: { detail: messages.unavailable },
    headers: ['Retry-After'],
  },
};

function listFailures({ name, path, access }: NamedRoute): readonly number[] {
  const { body }: EndpointDefinition = endpoints[name];
  const { parameters = {} }: EndpointDescription = descriptions[name];
  const hasQuery = Object.keys(parameters).some((parameter) => !path.includes(`{${parameter}}`));
  return [
    ...(body || hasQuery ? [400] : []),
    ...(access === 'authenticated' ? [401, 403] : []),
    ...(body ? [413, 415] : []),
    ...[429, 500, 503],
  ];
}
const failureName = (status: string | number): string => inPascalCase(STATUS_CODES[status] ?? '');
const failureReference = (status: number) => ({ $ref: `#/components/responses/${failureName(status)}` });

function describeResponse({
  description,
  headers: names = [],
  schema,
  example: value,
}: ResponseDescription): Json {
  const all: readonly HeaderName[] = ['Cache-Control', ...names];
  return {
    description,
    headers: Object.fromEntries(all.map((name) => [name, { $ref: `#/components/headers/${name}` }])),
    ...(schema && { content: { 'application/json': { schema, example: value } } }),
  };
}

/** The same with a reference in the place of every schema that has a title. */
function extractSchemas(node: unknown, schemas: Map<string, Json>): unknown {
  if (Array.isArray(node)) return node.map((each) => extractSchemas(each, schemas));
  if (typeof node !== 'object' || node === null) return node;
  const { title, ...rest } = node as { title?: unknown };
  const inner = Object.fromEntries(
    Object.entries(typeof title === 'string' ? rest : node).map(([name, each]) => [
      name,
      extractSchemas(each, schemas),
    ]),
  );
  if (typeof title !== 'string') return inner;
  schemas.set(title, inner);
  return { $ref: `#/components/schemas/${title}` };
}

/** The text of `docs/openapi.json`. */
export const formatApi = (): string => `${JSON.stringify(describeApi(), null, 2)}\n`;
