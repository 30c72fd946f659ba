/** Looking at JSON of which nothing is known yet. */

import * as v from 'valibot';

/** Whether a value is a JSON object: neither null nor an array. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The schema of a JSON object with members of one form. That of valibot takes arrays too. */
export function recordOf<Member extends v.GenericSchema>(member: Member) {
  return v.pipe(v.custom<Readonly<Record<string, unknown>>>(isRecord), v.record(v.string(), member));
}
