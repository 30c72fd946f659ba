/**
 * Shows the functions' log: readable on a terminal, and anywhere else the lines as they were written. A function logs
 * JSON objects with `time` and `level`. Some other members have a fixed place; the rest follow as `name=value`.
 */
import { styleText } from 'node:util';
import * as v from 'valibot';
import type { LineWriter } from '../functions/worker';
import { isRecord, type JsonObject } from '../json';

/** `process.stdout`. */
interface Output extends LineWriter {
  readonly isTTY: boolean;
  /** False also if NO_COLOR is set. */
  hasColors(): boolean;
}

/** Gives a text the colour of a level, or none. */
type Paint = (level: string, text: string) => string;

export function logWriter(output: Output): LineWriter {
  if (!output.isTTY) return output;
  const paint = output.hasColors() ? paintByLevel : (_: string, text: string) => text;
  return { write: (line) => output.write(formatLine(line, paint)) };
}

const colours = new Map<string, 'red' | 'yellow' | 'green' | 'gray'>([
  ['ERROR', 'red'],
  ['WARN', 'yellow'],
  ['INFO', 'green'],
  ['DEBUG', 'gray'],
]);

function paintByLevel(level: string, text: string): string {
  const colour = colours.get(level);
  return colour === undefined ? text : styleText(colour, text, { validateStream: false });
}

const entrySchema = v.looseObject({ time: v.pipe(v.string(), v.isoTimestamp()), level: v.string() });
const entryText = v.pipe(v.string(), v.parseJson(), entrySchema);

const shownIdLength = 8;

/** Returns the line unchanged if it is no such JSON. Line breaks included. */
function formatLine(line: string, paint: Paint): string {
  const { success, output: entry } = v.safeParse(entryText, line);
  if (!success) return line;
  const { time, level, function: name, requestId, _aws, ...members } = entry;
  const head = [
    new Date(time).toTimeString().slice(0, 'hh:mm:ss'.length),
    paint(level, sanitizeValue(level).padEnd('ERROR'.length)),
    ...present(name).map(sanitizeValue),
    ...formatTitle(members),
    ...present(requestId).map((id) => `requestId=${sanitizeValue(id).slice(0, shownIdLength)}`),
  ];
  return [head.join(' '), ...formatDetails(members).map(indent), ''].join('\n');
}

/** The kind of entry, and the members without a fixed place. */
function formatTitle({ kind, event, error, message, stack, cause, ...others }: JsonObject): string[] {
  const names = [...present(event), ...present(error)];
  return [
    ...(names.length > 0 ? names : present(kind)).map(sanitizeValue),
    ...Object.entries(others).map(([name, value]) => `${sanitizeValue(name)}=${sanitizeValue(value)}`),
  ];
}

/** The lines below the first one: message, stack and cause. */
function formatDetails({ message, stack, cause }: JsonObject): string[] {
  return [
    ...present(message).map(toText),
    ...present(stack)
      .flat()
      .map((frame) => indent(toText(frame))),
    ...present(cause).flatMap((value) =>
      isRecord(value)
        ? [['caused by', ...formatTitle(value)].join(' '), ...formatDetails(value).map(indent)]
        : [`caused by ${toText(value)}`],
    ),
  ];
}

const present = (member: unknown): unknown[] => (member === undefined ? [] : [member]);

const toText = (value: unknown): string =>
  sanitizeText(typeof value === 'string' ? value : JSON.stringify(value));

const indent = (line: string): string => `  ${line}`;

/** Characters that control, format or end a line, and halves of characters. */
const invisible = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** Spells out invisible characters, as `\u{1b}`: the text cannot move the cursor or begin a line. */
export function sanitizeText(text: string): string {
  return text.replace(invisible, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** A text that needs no quotes. */
const word = /^[^\s"=\\\p{C}]+$/u;

const maxValueLength = 80;

/** A single word as it is, anything else as JSON, cut off if it is long. */
function sanitizeValue(value: unknown): string {
  const text = typeof value === 'string' && word.test(value) ? value : JSON.stringify(value);
  return sanitizeText(text.length > maxValueLength ? `${text.slice(0, maxValueLength - 1)}…` : text);
}
