import fc from 'fast-check';
import { readCredentials } from '../../functions/shared/http/authorization-header';

const TOKEN = 'f2afca0567cd22a156f3791b7374ea774fd4b529';
const MISSING = 'Authentication credentials were not provided.';
const EMPTY = 'Invalid token header. No credentials provided.';
const INVALID = 'Invalid token.';

describe('the Authorization header', () => {
  it.each([
    ['   ', MISSING],
    [`Token\u00a0${TOKEN}`, MISSING],
    ['Token   ', EMPTY],
    [`Token "${TOKEN}"`, INVALID],
  ])('%j is refused: %s', (value, detail) => {
    expect(readCredentials({ Authorization: value })).toMatchObject({ ok: false, detail });
  });

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
