/** Header fields in the order and spelling in which they came, and the ways of looking at them. */

import { validateHeaderName, validateHeaderValue } from 'node:http';

export type HeaderList = readonly (readonly [name: string, value: string])[];

/** From `rawHeaders` of Node.js: names and values by turns. */
export function headerListOf(rawHeaders: readonly string[]): HeaderList {
  const list: [string, string][] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    list.push([rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '']);
  }
  return list;
}

/** The last value of that name in any case. */
export function headerValue(headers: HeaderList, name: string): string | undefined {
  return headers.findLast((header) => hasName(header, name))?.[1];
}

export function withoutHeader(headers: HeaderList, name: string): HeaderList {
  return headers.filter((header) => !hasName(header, name));
}

function hasName([actual]: readonly [string, string], name: string): boolean {
  return actual.toLowerCase() === name.toLowerCase();
}

/** All values by name. Names that differ in case only are one, spelled as it came first. */
export function multiValuesOf(headers: HeaderList): Record<string, string[]> {
  const groups = new Map<string, { readonly name: string; readonly values: string[] }>();
  for (const [name, value] of headers) {
    const group = groups.get(name.toLowerCase()) ?? { name, values: [] };
    group.values.push(value);
    groups.set(name.toLowerCase(), group);
  }
  return Object.fromEntries([...groups.values()].map(({ name, values }) => [name, values]));
}

/** The last of each name's values, which is the one that API Gateway keeps. */
export function lastValuesOf(
  multiValues: Readonly<Record<string, readonly string[]>>,
): Record<string, string> {
  return Object.fromEntries(Object.entries(multiValues).map(([name, values]) => [name, values.at(-1) ?? '']));
}

/** Whether name and value are such as HTTP can carry. */
export function isSendable([name, value]: readonly [name: string, value: string]): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}
