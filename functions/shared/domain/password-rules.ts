/**
 * Which passwords are refused. By length, likeness and a list of common ones: no composition rules (ASVS 5.0, 6.2.5).
 * Messages are Django's own, because apps show them.
 */
import { MAX_PASSWORD_CHARACTERS } from './limits';
import { characters, toNfkc } from './text';

export interface PasswordOwner {
  readonly username: string;
  readonly email: string;
}

/** Django's `UserAttributeSimilarityValidator`: refused from this share of common characters on. */
const MAX_SIMILARITY = 0.7;

export interface PasswordRules {
  /** Characters. */
  readonly minLength: number;
  /** Whether common passwords are refused (NIST SP 800-63B-4, 3.1.1.2). */
  readonly usesBlocklist: boolean;
}

/**
 * Every reason to refuse a password of at most 128 characters, in Django's order; empty when it is fine. It is judged in NFKC, as it is hashed,
 * and must be long enough both so and as typed: one character can become eighteen (U+FDFA), and two can become one.
 */
export async function passwordProblems(
  typed: string,
  owner: PasswordOwner,
  { minLength, usesBlocklist }: PasswordRules,
): Promise<string[]> {
  const password = toNfkc(typed, MAX_PASSWORD_CHARACTERS);
  const problems: string[] = [];
  if (isLike(password, owner.username)) problems.push('The password is too similar to the username.');
  else if (isLike(password, owner.email)) problems.push('The password is too similar to the email address.');
  if (Math.min(characters(typed), characters(password)) < minLength) {
    problems.push(`This password is too short. It must contain at least ${minLength} characters.`);
  }
  if (usesBlocklist) {
    // A file of its own beside the bundle, which only those pay for who ask for it.
    const { isCommon } = await import('./common-passwords.js');
    if (isCommon(password)) problems.push('This password is too common.');
  }
  if (/^\p{Nd}+$/u.test(password)) problems.push('This password is entirely numeric.');
  return problems;
}

/** Like the whole of `text`, or like one word of it. */
function isLike(password: string, text: string): boolean {
  const lower = text.toLowerCase();
  const words = lower.split(/[^\p{L}\p{N}_]+/u).filter((word) => word !== '');
  return [...words, lower].some((word) => isWordLike(password.toLowerCase(), word));
}

function isWordLike(password: string, word: string): boolean {
  const isTooShortToMatter = password.length >= 10 * word.length;
  return !isTooShortToMatter && similarity(password, word) >= MAX_SIMILARITY;
}

/** Twice the characters that two strings share, in any order, over the characters of both: 0 to 1. */
function similarity(one: string, other: string): number {
  const left = [...other];
  let shared = 0;
  for (const character of one) {
    const at = left.indexOf(character);
    if (at < 0) continue;
    left.splice(at, 1);
    shared += 1;
  }
  return (2 * shared) / (characters(one) + characters(other));
}
