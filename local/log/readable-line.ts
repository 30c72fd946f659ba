/**
 * A line of a log as a person reads it. What a function logs is a JSON object with `time` and `level`; a few of its
 * other members have a place of their own, and the rest stand in a row by their names, whatever they are.
 */
import * as v from 'valibot';
import { isRecord } from '../template/records';
import { visibleText, visibleValue } from './visible-text';

/** Gives a text the colour of a level, or none. */
export type Paint = (level: string, text: string) => string;

const entrySchema = v.looseObject({ time: v.pipe(v.string(), v.isoTimestamp()), level: v.string() });

type Entry = v.InferOutput<typeof entrySchema>;
type Members = Readonly<Record<string, unknown>>;

const shownIdLength = 8;

/** Line breaks included. A line that is no such JSON comes back as it is. */
export function readableLine(line: string, paint: Paint): string {
  const entry = entryOf(line);
  if (entry === undefined) return line;
  const { time, level, function: name, requestId, _aws, ...members } = entry;
  const head = [
    new Date(time).toTimeString().slice(0, 'hh:mm:ss'.length),
    paint(level, visibleValue(level).padEnd('ERROR'.length)),
    ...present(name).map(visibleValue),
    ...titleOf(members),
    ...present(requestId).map((id) => `requestId=${visibleValue(id).slice(0, shownIdLength)}`),
  ];
  return [head.join(' '), ...detailsOf(members).map(indented), ''].join('\n');
}

function entryOf(line: string): Entry | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return v.is(entrySchema, value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What it is, and the members that have no place of their own. */
function titleOf({ kind, event, error, message, stack, cause, ...others }: Members): string[] {
  const names = [...present(event), ...present(error)];
  return [
    ...(names.length > 0 ? names : present(kind)).map(visibleValue),
    ...Object.entries(others).map(([name, value]) => `${visibleValue(name)}=${visibleValue(value)}`),
  ];
}

function detailsOf({ message, stack, cause }: Members): string[] {
  return [
    ...present(message).map(textOf),
    ...present(stack)
      .flat()
      .map((frame) => indented(textOf(frame))),
    ...present(cause).flatMap(causeOf),
  ];
}

function causeOf(cause: unknown): string[] {
  if (!isRecord(cause)) return [`caused by ${textOf(cause)}`];
  return [['caused by', ...titleOf(cause)].join(' '), ...detailsOf(cause).map(indented)];
}

const present = (member: unknown): unknown[] => (member === undefined ? [] : [member]);

const textOf = (value: unknown): string =>
  visibleText(typeof value === 'string' ? value : JSON.stringify(value));

const indented = (line: string): string => `  ${line}`;
