/** Holds responses against docs/openapi.json. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Schema, Validator } from '@cfworker/json-schema';

type Json = any;

/** Lets an object have no member that is not described, though clients are to ignore such. */
const closed = (_: string, value: Json): Json =>
  value?.properties ? { additionalProperties: false, ...value } : value;

const document: Json = JSON.parse(readFileSync(join(__dirname, '../../docs/openapi.json'), 'utf8'), closed);

const validators = new Map<string, Validator>();

/** What about a value differs from a schema of the document. */
function findErrors(schema: Schema, value: unknown): string[] {
  const key = JSON.stringify(schema);
  const validator =
    validators.get(key) ?? new Validator({ ...schema, components: document.components } as Schema, '2020-12');
  validators.set(key, validator);
  const { errors } = validator.validate(value);
  return errors.map(({ instanceLocation, error }) => `${instanceLocation} ${error}`);
}

/** Whether a value is what the schema of that name describes. */
export const isA = (name: string, value: unknown): boolean =>
  findErrors({ $ref: `#/components/schemas/${name}` }, value).length === 0;

/** What a reference stands for. */
function resolve(node: Json): Json {
  const [, kind, name] = /^#\/components\/(\w+)\/(.+)$/.exec(node?.$ref) ?? [];
  return kind && name ? document.components[kind][name] : node;
}

/** The operations of a path, which may end in a slash and have a query. */
function findPath(path: string): Json {
  const [bare = ''] = path.split('?');
  const pattern = Object.keys(document.paths).find((each) =>
    new RegExp(`^${each.replace(/\{\w+\}/g, '[^/]+')}/?$`).test(bare),
  );
  return pattern && document.paths[pattern];
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** `undefined` when there is none. */
  readonly body?: unknown;
}

/**
 * What the document does not say of a response: its status, its body, its headers. Of an unknown path, another method and `OPTIONS` it says
 * in words what is answered.
 */
export function findUndocumented(method: string, path: string, { status, headers, body }: Answer): string[] {
  const operation = findPath(path)?.[method === 'HEAD' ? 'get' : method.toLowerCase()];
  if (!operation) return status === 404 || status === 405 || method === 'OPTIONS' ? [] : ['the operation'];
  const response = resolve(operation.responses[status]);
  if (!response) return [`the status ${status}`];
  const schema = method === 'HEAD' ? undefined : response.content?.['application/json'].schema;
  const ofBody = body === undefined ? [] : ['the body'];
  return [
    ...(schema ? findErrors(schema, body) : ofBody),
    ...Object.entries(response.headers).flatMap(([name, header]) =>
      findHeaderErrors(resolve(header), headers.get(name)).map((error) => `${name}: ${error}`),
    ),
  ];
}

function findHeaderErrors({ required, schema }: Json, value: string | null): string[] {
  if (value === null) return required ? ['missing'] : [];
  return findErrors(schema, schema.type === 'integer' ? Number(value) : value);
}
