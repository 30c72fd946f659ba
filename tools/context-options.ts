/** The settings on the command line of a program that synthesises: `-c name=value`, as CDK takes them. */
import { parseArgs } from 'node:util';

/**
 * `name=value` pairs out of a program's arguments.
 * @throws Error in words that a person can act on.
 */
export function settingsOf(options: readonly string[]): readonly string[] {
  const { values } = parseArgs({
    args: [...options],
    options: { context: { type: 'string', short: 'c', multiple: true } },
  });
  const settings = values.context ?? [];
  const malformed = settings.find((setting) => !setting.includes('='));
  if (malformed !== undefined) throw new Error(`"-c ${malformed}" must be -c name=value.`);
  return settings;
}
