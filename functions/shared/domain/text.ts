/** Unicode rules for names, e-mail addresses and passwords. Pure functions over strings, the same in every locale. */
import { domainToASCII } from 'node:url';
import { MAX_USERNAME_CHARACTERS } from './limits';

/** Length as people and Django count it: code points, not UTF-16 units. */
export const characters = (text: string): number => [...text].length;

/** Whether a text has more code points than that. A code point is at most four bytes, so a huge text is not counted. */
export const isLongerThan = (text: string, count: number): boolean =>
  Buffer.byteLength(text) > 4 * count || characters(text) > count;

/**
 * The NFKC form of a text of at most `maxCharacters` code points as typed; a longer one is returned as it is. The limit on what is
 * typed is the limit on the form, as in Django, though a form can be longer (U+FDFA is 18 characters) or shorter (a letter and its
 * marks). Nothing else may normalise what a client sent: canonical reordering takes quadratic time (CWE-407).
 */
export const toNfkc = (text: string, maxCharacters: number): string =>
  isLongerThan(text, maxCharacters) ? text : text.normalize('NFKC');

/**
 * The form in which two spellings of one username are equal. It is stored, so it must not change: `test/domain` pins it.
 * Upper case joins what lower case keeps apart, such as `ß` and `ss`. A name over 150 characters is nobody's and gets no such form.
 */
export function canonicalUsername(name: string): string {
  const nfkc = toNfkc(name, MAX_USERNAME_CHARACTERS);
  if (isLongerThan(nfkc, MAX_USERNAME_CHARACTERS)) return nfkc;
  const folded = nfkc.toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ');
  return folded.normalize('NFKC').replaceAll('i\u0307', 'i');
}

/**
 * The form in which two spellings of one e-mail address are equal, for an address that `isEmail` accepts in NFKC: the local part in
 * lower case, the domain as DNS has it. It is stored, so it must not change: `test/domain` pins it.
 */
export function canonicalEmail(address: string): string {
  const [localPart, domain] = emailParts(address);
  return `${localPart.toLowerCase()}@${dnsForm(domain)}`;
}

function emailParts(address: string): [localPart: string, domain: string] {
  const at = address.lastIndexOf('@');
  return [address.slice(0, Math.max(at, 0)), address.slice(at + 1)];
}

/** Empty if there is none. UTS 46 maps `ẞ` to `ss` in some versions of Node.js and to `ß` in others. */
const dnsForm = (domain: string): string => domainToASCII(domain.replaceAll('ẞ', 'ß'));

const LONE_SURROGATE = /\p{Surrogate}/u;

/** The first surrogate without its other half, as `U+D800`; `undefined` if the text is well-formed. */
export function loneSurrogate(text: string): string | undefined {
  const unit = LONE_SURROGATE.exec(text)?.[0];
  return unit && `U+${unit.charCodeAt(0).toString(16).toUpperCase()}`;
}

/** Code points that nobody sees; some of them are letters, such as U+3164. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u;

/** Django's `UnicodeUsernameValidator`, without invisible letters: letters and digits of any script, and `@ . + - _`. */
export const isUsername = (text: string): boolean =>
  /^[\p{L}\p{N}_.@+-]+$/u.test(text) && !INVISIBLE.test(text);

const LOCAL_PART = /^[-!#$%&'*+/=?^_`{}|~0-9A-Za-z]+(?:\.[-!#$%&'*+/=?^_`{}|~0-9A-Za-z]+)*$/;
const LABEL = '[\\p{L}\\p{N}](?:[\\p{L}\\p{N}-]{0,61}[\\p{L}\\p{N}])?';
const DOMAIN = new RegExp(`^(?:${LABEL}\\.)+(?=[^.]{2})${LABEL}$`, 'u');

/** RFC 1035, section 2.3.4, without the dot of the root. */
const MAX_DOMAIN_CHARACTERS = 253;
const DNS_LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
/** The last label has a letter: the DNS form of `1.0x10` is the IPv4 address 1.0.0.16. */
const DNS_DOMAIN = new RegExp(`^(?:${DNS_LABEL}\\.)+(?=[^.]*[a-z])${DNS_LABEL}$`);

/**
 * Whether mail could be sent there: a dot-atom (RFC 5322 3.2.3), `@`, and a domain of two or more labels that has a DNS form,
 * internationalised ones included. Quoted local parts and address literals are refused.
 */
export function isEmail(text: string): boolean {
  const [localPart, domain] = emailParts(text);
  if (isLongerThan(domain, MAX_DOMAIN_CHARACTERS) || !LOCAL_PART.test(localPart)) return false;
  if (!DOMAIN.test(domain) || INVISIBLE.test(domain)) return false;
  const dnsDomain = dnsForm(domain);
  return dnsDomain.length <= MAX_DOMAIN_CHARACTERS && DNS_DOMAIN.test(dnsDomain);
}
