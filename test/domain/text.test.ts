import fc from 'fast-check';
import {
  canonical,
  characters,
  isEmail,
  isUsername,
  loneSurrogate,
} from '../../functions/shared/domain/text';

const anyText = fc.string({ unit: 'binary' });

describe('the canonical form of a name', () => {
  it('is its own canonical form, whatever the name', () => {
    fc.assert(fc.property(anyText, (name) => expect(canonical(canonical(name))).toBe(canonical(name))));
  });

  it.each([
    ['Bob', 'bob'],
    ['ＢＯＢ', 'bob'],
    ['ﬁona', 'FIONA'],
    ['e\u0301lan', '\u00e9lan'],
    ['ΟΔΟΣ', 'οδος'],
    ['İstanbul', 'i\u0307stanbul'],
  ])('is one for %j and %j', (one, other) => {
    expect(canonical(one)).toBe(canonical(other));
  });

  it('keeps different names apart', () => {
    expect(canonical('bob')).not.toBe(canonical('rob'));
    expect(canonical('bob')).not.toBe(canonical('bob.'));
  });
});

describe('a username', () => {
  it.each(['bob', 'Bob_1', 'a@b.c+d-e', 'Ólafur', '王小明', 'Ιωάννης', '٣٤٥', '_'])('may be %j', (name) => {
    expect(isUsername(name)).toBe(true);
  });

  it.each([
    '',
    ' ',
    'a b',
    'a\u00a0b',
    '😀',
    'bob😀',
    'a/b',
    'a"b',
    'a\nb',
    'bob\n',
    '<b>',
    'a\u200bb',
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
    'plain',
    '@example.com',
    'a@',
    'a@b',
    'a@.com',
    'a@example..com',
    'a@-example.com',
    'a@example-.com',
    'a@example.c',
    '.a@example.com',
    'a.@example.com',
    'a..b@example.com',
    'a b@example.com',
    'a@exam ple.com',
    'a@b@example.com',
    'a@example.com\n',
    'ä@example.com',
    `a@${'x'.repeat(64)}.com`,
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

  it('shows the first lone surrogate by its number', () => {
    expect(loneSurrogate('a\ud800b')).toBe('U+D800');
    expect(loneSurrogate('a\udfff')).toBe('U+DFFF');
    expect(loneSurrogate('a😀b')).toBeUndefined();
  });
});
