import fc from 'fast-check';
import { readCredentials } from '../../functions/shared/http/authorization-header';

const TOKEN = 'f2afca0567cd22a156f3791b7374ea774fd4b529';
const MISSING = 'Authentication credentials were not provided.';
const EMPTY = 'Invalid token header. No credentials provided.';
const SPACES = 'Invalid token header. Token string should not contain spaces.';
const INVALID = 'Invalid token.';

describe('the Authorization header', () => {
  it.each([
    [undefined, MISSING],
    ['', MISSING],
    ['   ', MISSING],
    [`Bearer ${TOKEN}`, MISSING],
    ['Basic dXNlcjpwYXNz', MISSING],
    [TOKEN, MISSING],
    [`Tokenxyz ${TOKEN}`, MISSING],
    [`Token\u00a0${TOKEN}`, MISSING],
    ['Token', EMPTY],
    ['Token   ', EMPTY],
    [`Token ${TOKEN.slice(0, 20)} ${TOKEN.slice(20)}`, SPACES],
    [`Token ${TOKEN} x`, SPACES],
    ['Token abc', INVALID],
    [`Token ${TOKEN}0`, INVALID],
    [`Token ${TOKEN.toUpperCase()}`, INVALID],
    [`Token ${TOKEN.slice(0, 39)}g`, INVALID],
    [`Token "${TOKEN}"`, INVALID],
    [`Token ${TOKEN},Token ${TOKEN}`, SPACES],
  ])('%j is refused: %s', (value, detail) => {
    const headers = value === undefined ? {} : { Authorization: value };
    expect(readCredentials(headers)).toMatchObject({ ok: false, detail });
  });

  it.each([`Token ${TOKEN}`, `token ${TOKEN}`, `TOKEN   ${TOKEN}`, `Token\t${TOKEN}`, `  Token ${TOKEN}  `])(
    '%j is accepted',
    (value) => expect(readCredentials({ Authorization: value })).toMatchObject({ ok: true }),
  );

  it('is found in any case of its name', () => {
    expect(readCredentials({ AUTHORIZATION: `Token ${TOKEN}` }).ok).toBe(true);
    expect(readCredentials(null)).toMatchObject({ ok: false, detail: MISSING });
  });

  it('never throws and never lets anything but a token form through', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const credentials = readCredentials({ authorization: value });
        if (credentials.ok) expect(credentials.unverifiedToken.text).toMatch(/^[0-9a-f]{40}$/);
      }),
    );
  });
});
