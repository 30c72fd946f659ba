import fc from 'fast-check';
import {
  MAX_CANONICAL_USERNAME_BYTES,
  MAX_EMAIL_CHARACTERS,
  MAX_USERNAME_CHARACTERS,
} from '../../functions/shared/domain/limits';
import {
  canonicalEmail,
  canonicalUsername,
  characters,
  isEmail,
  isLongerThan,
  isUsername,
  loneSurrogate,
  toNfkc,
} from '../../functions/shared/domain/text';
import { emailKey, usernameKey } from '../../functions/shared/store/schema';
import { emails, usernames } from './canonical-forms';

/** Every code point but surrogates. */
function* codePoints(): Generator<string> {
  for (let code = 0; code <= 0x10ffff; code += 1)
    if (code < 0xd800 || code > 0xdfff) yield String.fromCodePoint(code);
}

/** A name as signup takes it: in NFKC, of allowed characters. */
const takenName = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 20 })
  .map((text) => text.normalize('NFKC').replace(/[^\p{L}\p{N}_.@+-]|\p{Default_Ignorable_Code_Point}/gu, ''));

describe('the canonical form of a username', () => {
  it('is what it always was, for each name of the table', () => {
    expect(usernames.map(([typed]) => [typed, canonicalUsername(typed)])).toEqual(usernames);
  });

  it.each([
    ['bob', 'rob'],
    ['bob', 'bob.'],
    ['ışık', 'isik'],
    ['müller', 'mueller'],
    ['josé', 'jose'],
  ])('keeps %j and %j apart', (one, other) => {
    expect(canonicalUsername(one)).not.toBe(canonicalUsername(other));
  });

  it('is its own canonical form for every code point, and the same for each case of it', () => {
    const wrong: string[] = [];
    for (const character of codePoints()) {
      const canonical = canonicalUsername(character);
      const isStable = canonical === character || canonicalUsername(canonical) === canonical;
      const isCaseless = [character.toLowerCase(), character.toUpperCase()].every(
        (other) => other === character || canonicalUsername(other) === canonical,
      );
      if (!isStable || !isCaseless) wrong.push(character.codePointAt(0)!.toString(16));
    }
    expect(wrong).toEqual([]);
  });

  it('is its own canonical form for every name that signup takes', () => {
    fc.assert(
      fc.property(takenName, (name) => {
        const canonical = canonicalUsername(name);
        expect(canonicalUsername(canonical)).toBe(canonical);
      }),
    );
  });

  it('of a name that signup takes has no more bytes than are looked up, which fit into a key of DynamoDB', () => {
    let longest = 0;
    for (const character of codePoints()) {
      const nfkc = character.normalize('NFKC');
      if (isUsername(nfkc) && characters(nfkc) === 1)
        longest = Math.max(longest, Buffer.byteLength(canonicalUsername(nfkc)));
    }
    expect(longest * MAX_USERNAME_CHARACTERS).toBe(MAX_CANONICAL_USERNAME_BYTES);
    const { pk } = usernameKey('x'.repeat(MAX_CANONICAL_USERNAME_BYTES));
    expect(Buffer.byteLength(pk)).toBeLessThanOrEqual(2048);
  });
});

describe('the canonical form of an e-mail address', () => {
  it('is what it always was, for each address of the table, and its own canonical form', () => {
    const typed = emails.map(([address]) => address.normalize('NFKC'));
    expect(typed.filter((address) => !isEmail(address))).toEqual([]);
    expect(typed.map(canonicalEmail)).toEqual(emails.map(([, canonical]) => canonical));
    expect(typed.map(canonicalEmail).map(canonicalEmail)).toEqual(typed.map(canonicalEmail));
  });

  it.each([
    ['x@ışık.com', 'x@isik.com'],
    ['x@straße.de', 'x@strasse.de'],
    ['a.b@example.com', 'ab@example.com'],
    ['a+b@example.com', 'a@example.com'],
  ])('keeps %j and %j apart, which may have two owners', (one, other) => {
    expect(canonicalEmail(one)).not.toBe(canonicalEmail(other));
  });

  it('fits into a key of DynamoDB', () => {
    const label = '\u{20000}'.repeat(9);
    const address = `${'x'.repeat(64)}@${`${label}.`.repeat(6)}example`;
    expect([isEmail(address), characters(address) <= MAX_EMAIL_CHARACTERS]).toEqual([true, true]);
    expect(Buffer.byteLength(emailKey(canonicalEmail(address)).pk)).toBeLessThanOrEqual(2048);
    expect(isEmail(`x@${`${label}.`.repeat(19)}example`)).toBe(false);
  });
});

describe('a username', () => {
  it.each(['bob', 'Bob_1', 'a@b.c+d-e', 'Ólafur', '王小明', 'Ιωάννης', '٣٤٥', '_'])('may be %j', (name) => {
    expect(isUsername(name)).toBe(true);
  });

  it.each([
    '',
    ' ',
    'a\u00a0b',
    '😀',
    'bob😀',
    'a"b',
    'a\nb',
    'bob\n',
    'a\u200bb',
    'victim\u3164',
    'victim\u115f',
    'victim\u1160',
    'victim\uffa0'.normalize('NFKC'),
    '\ud800',
  ])('may not be %j', (name) => {
    expect(isUsername(name)).toBe(false);
  });
});

describe('an e-mail address', () => {
  it.each([
    'newuser@example.com',
    'a@b.co',
    "o'brien+tag@sub.example.co.uk",
    'x@xn--bcher-kva.example',
    'x@bücher.example',
    'a.b.c@example.com',
  ])('may be %j', (address) => expect(isEmail(address)).toBe(true));

  it.each([
    '',
    'a@',
    'a@.com',
    'a@-example.com',
    'a@example-.com',
    'a@example.c',
    '.a@example.com',
    'a.@example.com',
    'a..b@example.com',
    'a@exam ple.com',
    'a@b@example.com',
    'a@example.com\n',
    'ä@example.com',
    `a@${'x'.repeat(64)}.com`,
    'a@victim\u3164.example',
    'a@victim\u1160.example',
    'a@1.0x10',
    'a@1.2.3.4',
    'a@example.123',
    `a@${'ü'.repeat(63)}.com`,
    `a@${'a.'.repeat(130)}com`,
  ])('may not be %j', (address) => expect(isEmail(address)).toBe(false));

  it('is decided quickly for long hostile input', () => {
    for (const hostile of [
      `a@${'a.'.repeat(20_000)}`,
      `${'a.'.repeat(20_000)}@`,
      `a@${'a-'.repeat(20_000)}.com`,
    ]) {
      expect(isEmail(hostile)).toBe(false);
    }
  });
});

describe('text', () => {
  it('is counted in code points', () => {
    expect(characters('a😀')).toBe(2);
  });

  it('is longer than a number of code points, however many bytes or UTF-16 units these have', () => {
    expect([isLongerThan('😀'.repeat(3), 3), isLongerThan('😀'.repeat(4), 3)]).toEqual([false, true]);
    expect([isLongerThan('x'.repeat(3), 3), isLongerThan('x'.repeat(4), 3)]).toEqual([false, true]);
  });

  it('is brought into NFKC only up to a length', () => {
    expect(toNfkc('\ufb01\ufb01', 2)).toBe('fifi');
    expect(toNfkc('\ufb01\ufb01\ufb01', 2)).toBe('\ufb01\ufb01\ufb01');
  });

  it('shows the first lone surrogate by its number', () => {
    expect(loneSurrogate('a\ud800b')).toBe('U+D800');
    expect(loneSurrogate('a\udfff')).toBe('U+DFFF');
    expect(loneSurrogate('a😀b')).toBeUndefined();
  });
});
