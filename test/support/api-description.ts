/** Holds responses against docs/openapi.json. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Schema, Validator } from '@cfworker/json-schema';

type Json = any;

/** A member that is not described is not documented either, though clients are to ignore it. */
const isClosed = (_: string, value: Json): Json =>
  value?.properties && value.additionalProperties === undefined
    ? { ...value, additionalProperties: false }
    : value;

const document: Json = JSON.parse(readFileSync(join(__dirname, '../../docs/openapi.json'), 'utf8'), isClosed);

const validators = new Map<string, Validator>();

/** Why a value is not what a schema of the document says. */
function findErrors(schema: Schema, value: unknown): string[] {
  const key = JSON.stringify(schema);
  const validator =
    validators.get(key) ?? new Validator({ ...schema, components: document.components } as Schema, '2020-12');
  validators.set(key, validator);
  return validator
    .validate(value)
    .errors.map(({ instanceLocation, error }) => `${instanceLocation} ${error}`);
}

/** Whether a value is what the schema of that name says. */
export const isA = (name: string, value: unknown): boolean =>
  findErrors({ $ref: `#/components/schemas/${name}` }, value).length === 0;

const resolve = (node: Json): Json =>
  node?.$ref
    ? node.$ref
        .slice(2)
        .split('/')
        .reduce((inner: Json, name: string) => inner[name], document)
    : node;

/** What the document says of the path, with or without a slash at the end. */
function findPath(path: string): Json {
  const bare = path.replace(/\?.*|\/?(\?.*)?$/g, '');
  const [, item] =
    Object.entries(document.paths).find(([pattern]) =>
      new RegExp(`^${pattern.replace(/\{\w+\}/g, '[^/]+')}$`).test(bare),
    ) ?? [];
  return item;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** `undefined` when there is none. */
  readonly body?: unknown;
}

/**
 * What the document does not say of a response: its status, its body or its headers. Nothing is wrong with any 404 and 405, which its
 * text describes, and with `OPTIONS`.
 */
export function findUndocumented(method: string, path: string, { status, headers, body }: Answer): string[] {
  const operation = findPath(path)?.[method === 'HEAD' ? 'get' : method.toLowerCase()];
  if (!operation) return [404, 405].includes(status) || method === 'OPTIONS' ? [] : ['its operation'];
  const response = resolve(operation.responses[status]);
  if (!response) return [`status ${status}`];
  const [type, content] = Object.entries<Json>(response.content ?? {})[0] ?? [];
  const isEmpty = content === undefined || method === 'HEAD';
  return [
    ...(isEmpty ? (body === undefined ? [] : ['a body']) : findErrors(content.schema, body)),
    ...(type && headers.get('content-type') !== type ? [`Content-Type ${headers.get('content-type')}`] : []),
    ...Object.entries(response.headers ?? {}).flatMap(([name, header]) =>
      findHeaderErrors(resolve(header), headers.get(name)).map((error) => `${name}: ${error}`),
    ),
  ];
}

function findHeaderErrors({ required, schema }: Json, value: string | null): string[] {
  if (value === null) return required ? ['is missing'] : [];
  return findErrors(schema, schema.type === 'integer' ? Number(value) : value);
}
