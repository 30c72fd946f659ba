/** Unicode rules for names. Pure functions over strings. */

/** The form in which two spellings of one name are equal: NFKC, lower case, and NFKC again, as lowering can undo it. */
export const canonical = (name: string): string => name.normalize('NFKC').toLowerCase().normalize('NFKC');

/** Length as people and Django count it: code points, not UTF-16 units. */
export const characters = (text: string): number => [...text].length;

const LONE_SURROGATE = /\p{Surrogate}/u;

/** The first surrogate without its other half, as `U+D800`; `undefined` if the text is well-formed. */
export function loneSurrogate(text: string): string | undefined {
  const unit = LONE_SURROGATE.exec(text)?.[0];
  return unit && `U+${unit.charCodeAt(0).toString(16).toUpperCase()}`;
}

/** Django's `UnicodeUsernameValidator`: letters and digits of any script, and `@ . + - _`. */
export const isUsername = (text: string): boolean => /^[\p{L}\p{N}_.@+-]+$/u.test(text);

const LABEL = '[\\p{L}\\p{N}](?:[\\p{L}\\p{N}-]{0,61}[\\p{L}\\p{N}])?';
const LOCAL_PART = /^[-!#$%&'*+/=?^_`{}|~0-9A-Za-z]+(?:\.[-!#$%&'*+/=?^_`{}|~0-9A-Za-z]+)*$/;
const DOMAIN = new RegExp(`^(?:${LABEL}\\.)+(?=[^.]{2,63}$)${LABEL}$`, 'u');

/**
 * Whether mail could be sent there: a dot-atom (RFC 5322 3.2.3), `@`, and a domain of two or more labels,
 * internationalised ones included. Quoted local parts and address literals are refused.
 */
export function isEmail(text: string): boolean {
  const at = text.lastIndexOf('@');
  return LOCAL_PART.test(text.slice(0, Math.max(at, 0))) && DOMAIN.test(text.slice(at + 1));
}
