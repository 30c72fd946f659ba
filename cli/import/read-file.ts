/** Reads a dump of Django, or our own export, as a stream: of a file of any length, one user is in memory at a time. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Tokenizer, TokenParser } from '@streamparser/json';
import type { Session } from '../../functions/shared/domain/session';
import type { Imported } from '../../functions/shared/store/imports';
import type { FoundUser } from '../../functions/shared/store/users';
import { CliError } from '../program';

/** An object of a Django fixture. */
export interface FixtureObject {
  readonly model: string;
  readonly pk: unknown;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A JSON array is Django's; lines of objects are ours. */
export async function detectFormat(file: string): Promise<'django' | 'jsonl'> {
  const handle = await open(file).catch((error: NodeJS.ErrnoException) => {
    throw new CliError(`${file} cannot be read (${error.code}).`);
  });
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4096), 0, 4096, 0);
    const [first] = buffer
      .toString('utf8', 0, bytesRead)
      .replace(/^\uFEFF/, '')
      .trimStart();
    if (first === '[') return 'django';
    if (first === '{') return 'jsonl';
    throw new CliError(
      `${file} is neither a dump of Django (a JSON array) nor an export of ours (lines of JSON).`,
    );
  } finally {
    await handle.close();
  }
}

/** Whole numbers keep all their digits. */
class ExactTokenizer extends Tokenizer {
  override parseNumber(text: string): number {
    const number = Number(text);
    const isExact = !Number.isInteger(number) || Number.isSafeInteger(number) || !/^-?\d+$/.test(text);
    return isExact ? number : (BigInt(text) as unknown as number);
  }
}

/**
 * The objects of a dump, in the order of the file.
 * @throws CliError if it is no fixture, or cut off.
 */
export async function* readFixture(file: string): AsyncGenerator<FixtureObject> {
  const read: unknown[] = [];
  const tokenizer = new ExactTokenizer({ stringBufferSize: 64 * 1024 });
  const parser = new TokenParser({ paths: ['$.*'], keepStack: false });
  tokenizer.onToken = parser.write.bind(parser);
  parser.onValue = ({ value }) => void read.push(value);
  try {
    for await (const chunk of createReadStream(file)) {
      tokenizer.write(chunk as Buffer);
      for (const value of read) yield toObject(value);
      read.length = 0;
    }
    if (!parser.isEnded) throw new Error('it ends in the middle');
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(`${file} is no whole JSON file: ${(error as Error).message}.`);
  }
}

function toObject(value: unknown): FixtureObject {
  const { model, pk, fields } = (value ?? {}) as Partial<Record<keyof FixtureObject, unknown>>;
  if (typeof model !== 'string' || typeof fields !== 'object' || fields === null)
    throw new CliError(
      'The file has an object without model and fields, so it is no dump of manage.py dumpdata.',
    );
  return { model: model.toLowerCase(), pk, fields: fields as FixtureObject['fields'] };
}

/** A line of our own export: a header, a group, or a user with sessions. */
export interface ExportLine {
  readonly format?: string;
  readonly version?: number;
  readonly group?: { readonly name: string; readonly django: string };
  readonly user?: FoundUser;
  readonly sessions?: readonly (Session & { readonly digits: string })[];
  readonly imported?: Imported;
}

/** The lines of our own export. */
export async function* readLines(file: string): AsyncGenerator<ExportLine> {
  let number = 0;
  for await (const line of createInterface({
    input: createReadStream(file),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    number += 1;
    if (line.trim() === '') continue;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      throw new CliError(`Line ${number} of ${file} is no JSON. Was the export cut off?`);
    }
    yield value as ExportLine;
  }
}

/** JSON in which whole numbers have all their digits. */
export function toJson(value: unknown): string {
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return `[${value.map(toJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${toJson(member)}`).join(',')}}`;
}

/** What {@link toJson} wrote. */
export function fromJson(text: string): Readonly<Record<string, unknown>> {
  const tokenizer = new ExactTokenizer();
  const parser = new TokenParser({ paths: ['$'] });
  let result: unknown = {};
  tokenizer.onToken = parser.write.bind(parser);
  parser.onValue = ({ value }) => {
    result = value;
  };
  tokenizer.write(text);
  return result as Record<string, unknown>;
}
