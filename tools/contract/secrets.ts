/** What must not be seen: every token, whoever sends it, and every password of the run. */

const TOKEN_DIGITS = /[0-9a-f]{20,}/gi;
const LINE_BREAK = /[\t\n\r\v\f\u2028\u2029]+/g;
/** Nothing that a server sends may move the cursor. */
const CONTROL = /[\p{Cc}\p{Cf}]/gu;
/** So much of a password is the same in JSON, in a form and in a URL. */
const PLAIN_PARTS = /[\w-]{6,}/g;

export class Secrets {
  readonly #passwords = new Set<string>();

  /** What is shorter would be found in many a word. */
  addPassword(password: string): void {
    for (const part of [password, ...(password.match(PLAIN_PARTS) ?? [])])
      if (part.length >= 6) this.#passwords.add(part);
  }

  /** The text in one line, without any secret. */
  hide(text: string): string {
    const line = text.replace(LINE_BREAK, ' ').replace(CONTROL, '').replace(TOKEN_DIGITS, '(token)');
    const longestFirst = [...this.#passwords].sort((left, right) => right.length - left.length);
    return longestFirst.reduce((rest, password) => rest.replace(inAnyCase(password), '(password)'), line);
  }
}

const inAnyCase = (text: string): RegExp => new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'gi');
