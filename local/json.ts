/** Reads JSON of unknown form. */
import * as v from 'valibot';

export type JsonObject = Readonly<Record<string, unknown>>;

/** True for a JSON object: neither null nor an array. */
export function isRecord(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The schema of a JSON object whose members have one form. valibot's own accepts arrays too. */
export function recordSchema<Member extends v.GenericSchema>(member: Member) {
  return v.pipe(v.custom<JsonObject>(isRecord), v.record(v.string(), member));
}

/** The value if it is an object, else an empty one. */
export function readMembers(value: unknown): JsonObject {
  return isRecord(value) ? value : {};
}

/** The value if it is an array, else an empty one. */
export function readElements(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function readText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A list of names from a text with white space between them. */
export function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
