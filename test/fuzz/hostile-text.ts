/**
 * Text that no client sends in good faith, for every place of a request that takes text. What must not come back bears a mark, by which
 * `judging.ts` knows it.
 */
import fc from 'fast-check';

/** In every password. */
export const PASSWORD_MARK = 'xyzzy7';
/** In names, e-mail addresses, unknown members, headers and queries. */
export const TEXT_MARK = 'plugh3';
/** In every forged token. */
export const TOKEN_MARK = 'c0ffee5ec4e7';

/** One of several words. */
export const words = (text: string): fc.Arbitrary<string> => fc.constantFrom(...text.split(' '));

/** Stands for so many bytes in a text, so that no counterexample need show them. */
export const padded = (text: string): string =>
  text.replace(/<(\d+) bytes>/g, (_, count) => 'x'.repeat(Number(count)));

const awkward = fc.constantFrom(
  '',
  ' ',
  '\t\r\n',
  '\0',
  'a\0b',
  '\ud800',
  'a\udfffb',
  '\ufffd',
  '\ufeff',
  '\u2028',
  '\u202e\u200b',
  '😀',
  'ﷺ',
  'İ',
  'a\u0301\u0301\u0301',
  '１２３４５６７８',
  'x\r\nSet-Cookie: a=b',
  "' OR 1=1--",
  '#set($x = 1)$x',
  `"${TEXT_MARK}"@example.com`,
);
const plain = words(
  `${TEXT_MARK} null undefined NaN -0 12345678 __proto__ constructor ADMIN clerk CLERK,ADMIN {"$ne":""} ../../etc/passwd ` +
    '<script>alert(1)</script> $context.authorizer.detail {{7*7}} %00 a@b a@b.example @.example',
);

/** Around every limit that the contract names. */
const length = fc.constantFrom(7, 8, 36, 37, 63, 64, 72, 73, 128, 129, 150, 151, 254, 255, 3000);
const long = fc
  .tuple(words('x 9 ü 😀 ﷺ \u0301'), length, fc.constantFrom('', '@b.example'))
  .map(([unit, count, end]) => unit.repeat(count) + end);

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 2, arbitrary: awkward },
  { weight: 2, arbitrary: plain },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
  { weight: 1, arbitrary: long },
);
