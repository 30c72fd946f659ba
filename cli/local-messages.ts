/** Messages to users can be tried on this machine without a setting: they go to the local outbox. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { settingNames, writtenSettings } from '../lib/settings';

const channelSettings = ['emailFrom', 'messages'];

export interface LocalMessages {
  /** With `messages=eventbridge` if no channel was chosen. */
  readonly settings: readonly string[];
  readonly isChosen: boolean;
}

/**
 * @param settings `name=value` pairs
 * @param context of cdk.json
 */
export function withMessages(
  settings: readonly string[],
  context: Readonly<Record<string, unknown>> = readContext(),
  known: readonly string[] = settingNames,
): LocalMessages {
  const given = settings.map((setting) => setting.split('=', 1).join());
  const names = [...Object.keys(writtenSettings(context)), ...given];
  const isChosen = channelSettings.some((name) => names.includes(name));
  const isAdded = !isChosen && known.includes('messages');
  return { settings: isAdded ? [...settings, 'messages=eventbridge'] : settings, isChosen };
}

const readContext = (): Readonly<Record<string, unknown>> =>
  JSON.parse(readFileSync(join(__dirname, '..', 'cdk.json'), 'utf8')).context ?? {};

/** Where to see messages, and what a deployment would do. */
export function describeMessages(outboxUrl: string, { isChosen }: LocalMessages): string {
  const place = `Messages to users are printed here, and listed at ${outboxUrl}`;
  if (isChosen) return place;
  return `${place} (a deployment sends none until emailFrom or messages is set: docs/deploy.md)`;
}
