/** Headers that no client sends in good faith, and `Authorization` above all. */
import fc from 'fast-check';
import { padded, TEXT_MARK, TOKEN_MARK, words } from './hostile-text';

export type Header = readonly [name: string, value: string];

const digits = (count: number) =>
  fc.string({ unit: words('0 1 2 3 4 5 6 7 8 9 a b c d e f'), minLength: count, maxLength: count });

/** Of the right form, and nobody's. */
export const forgedToken = fc
  .tuple(fc.nat(28), digits(28))
  .map(([at, others]) => others.slice(0, at) + TOKEN_MARK + others.slice(at));

/** Stands for a live token, which is known only when the request is sent. */
const LIVE = '<live>';

/** What becomes of a live token so that it opens nothing any more. */
const spoilt: readonly ((token: string) => string)[] = [
  (token) => token.toUpperCase(),
  (token) => token.slice(0, -1),
  (token) => token.slice(1),
  (token) => `${token}0`,
  (token) => `0${token}`,
  (token) => `${token} ${token}`,
  (token) => `${token.slice(0, 20)} ${token.slice(20)}`,
  (token) => `${token},${token}`,
  (token) => `"${token}"`,
  (token) => `${token}=`,
  (token) => `${token.slice(0, 39)}\u00a0`,
  (token) => `\u00a0${token}`,
  (token) => token.replace(/\d/, '\u00b2'),
  (token) => token.slice(0, 14).padEnd(40, '0'),
  (token) => [...token].reverse().join(''),
  (token) => Buffer.from(token).toString('base64'),
  (token) => token.repeat(100),
];

const nearMiss = fc.oneof(
  fc.nat(spoilt.length - 1).map((way) => `<spoilt ${way}>`),
  fc.nat(39).map((at) => `<digit ${at} other>`),
);

/** The text with the live token, or what is left of it, in its place. */
export const filledIn = (text: string, token: string): string =>
  padded(text)
    .replace(LIVE, token)
    .replace(/<spoilt (\d+)>/, (_, way) => spoilt[Number(way)]?.(token) ?? '')
    .replace(/<digit (\d+) other>/, (_, at) => withOtherDigit(token, Number(at)));

const withOtherDigit = (token: string, at: number): string =>
  token.slice(0, at) + (token[at] === '0' ? '1' : '0') + token.slice(at + 1);

/** Latin-1 without control characters. */
const sendable = fc
  .integer({ min: 0x20, max: 0xff })
  .filter((code) => code !== 0x7f)
  .map((code) => String.fromCharCode(code));

/** What a header can carry. */
const headerText = fc.oneof(
  { weight: 3, arbitrary: words(`${TEXT_MARK} */* null <script> {{7*7}} $context.path , " \xa0`) },
  { weight: 2, arbitrary: fc.string({ unit: sendable, maxLength: 30 }) },
);

const liveAuthorization = fc
  .tuple(
    fc.mixedCase(fc.constant('token')),
    fc.constantFrom(' ', '\t', '   ', ' \t '),
    fc.constantFrom('', ' ', '\t'),
  )
  .map(([keyword, gap, end]) => keyword + gap + LIVE + end);

const deadAuthorization = fc.oneof(
  { weight: 6, arbitrary: nearMiss.map((token) => `Token ${token}`) },
  { weight: 2, arbitrary: forgedToken.map((token) => `Token ${token}`) },
  {
    weight: 2,
    arbitrary: words('Bearer Basic Tokens Token: Token= X \xa0Token').map((scheme) => `${scheme} ${LIVE}`),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('', 'Token', 'Token ', 'token\t', LIVE, `Token${LIVE}`, `Token ${LIVE} x`),
  },
  { weight: 1, arbitrary: headerText.map((text) => `Token ${text}`) },
  { weight: 1, arbitrary: headerText },
);

export interface Credentials {
  /** The value of `Authorization`; absent: no such header. */
  readonly authorization?: string;
  /** Whether it opens a protected route. */
  readonly isLive: boolean;
}

const liveCredentials: fc.Arbitrary<Credentials> = liveAuthorization.map((authorization) => ({
  authorization,
  isLive: true,
}));

/** Near misses of a live token, forged ones, other schemes, nonsense, nothing. */
export const deadCredentials: fc.Arbitrary<Credentials> = fc.oneof(
  { weight: 6, arbitrary: deadAuthorization.map((authorization) => ({ authorization, isLive: false })) },
  { weight: 1, arbitrary: fc.constant({ isLive: false }) },
);

export const credentials = fc.oneof(liveCredentials, deadCredentials);

const headerName = words(
  'Accept Accept-Encoding Content-Encoding Content-Type Content-MD5 Cookie Expect Forwarded If-Match Max-Forwards Origin Range ' +
    'Referer TE Trailer User-Agent Via WWW-Authenticate Proxy-Authorization X-Authorization X-Forwarded-For X-Forwarded-Proto ' +
    "X-HTTP-Method-Override X-Original-URL X-Amzn-Trace-Id __proto__ constructor toString !#$%&'*+-.^_`|~",
);

export const header: fc.Arbitrary<Header> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(headerName, headerText) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Header>(
      ['Connection', 'close'],
      ['Connection', 'Upgrade'],
      ['Upgrade', 'websocket'],
      ['Expect', '100-continue'],
      ['authorization', 'Token <digit 30 other>'],
      ['X-Authorization', `Token ${LIVE}`],
      ['Cookie', `token=${LIVE}`],
      ['X-Large', '<7000 bytes>'],
      ['X-Larger', '<10300 bytes>'],
    ),
  },
);
