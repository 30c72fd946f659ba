/** Text of unknown origin for a terminal: nothing in it can move the cursor, begin a line, or pass for something else. */

/** Characters that cannot be seen: those that control, format or end a line, and halves of characters. */
const invisible = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** The text with its invisible characters spelled out: `\u{1b}`. */
export function visibleText(text: string): string {
  return text.replace(invisible, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** What needs no quotes to be told from what stands next to it. */
const word = /^[^\s"=\\\p{C}]+$/u;

const maxLength = 80;

/** A value in a row of others: a text that is no single word in quotes, all else as JSON, cut off when it is long. */
export function visibleValue(value: unknown): string {
  const text = typeof value === 'string' && word.test(value) ? value : JSON.stringify(value);
  return visibleText(text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text);
}
