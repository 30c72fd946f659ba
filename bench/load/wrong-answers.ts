/** A wrong answer in full, for a terminal or a log: without any token or password. */
import type { Result } from './client';

/** Only these are shown; the others are counted. */
export const MAX_SHOWN = 10;

/** A token, or so much of one that it should not be seen, in whatever it stands. */
const SECRET_DIGITS = /([0-9a-f]{6})[0-9a-f]{14,}/gi;

/** Nothing that a server sends may move the cursor. */
const CONTROL = /[\p{Cc}\p{Cf}]/gu;

export function withoutSecrets(text: string, password?: string): string {
  const shown = password === undefined ? text : text.replaceAll(password, '(the password)');
  return shown
    .replace(SECRET_DIGITS, '$1…')
    .replace(CONTROL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

export function describeWrong({ attempt, sent, problems }: Result): string {
  const { action, request, note, password } = attempt;
  const asked = [action, `${request.method} /${request.path}`, request.headers?.['Authorization'], note];
  const lines = [
    `Wrong: ${asked.filter((part) => part !== undefined).join(', ')}`,
    ...problems.map((problem) => `  ${problem}`),
    '  The answer:',
    `  ${sent.reply?.status}`,
    ...Object.entries(sent.reply?.headers ?? {}).map(([name, value]) => `  ${name}: ${value}`),
    `  ${sent.reply?.text}`,
  ];
  return lines.map((line) => `${withoutSecrets(line, password)}\n`).join('');
}
