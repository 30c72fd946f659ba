import fc from 'fast-check';
import {
  deriveSuccessor,
  digestToken,
  isSameDigest,
  issueToken,
  newLocator,
  newSessionDigits,
  newSuccessorSalt,
  parseUnverifiedToken,
  stepsBehind,
} from '../../functions/shared/domain/token';

const hex = (digits: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: digits, maxLength: digits });
const anyToken = hex(40).map((text) => parseUnverifiedToken(text)!);

describe('a token', () => {
  it('is forty lower-case hex digits and begins with its address', () => {
    const token = issueToken(newLocator(), newSessionDigits());
    expect(token.text).toMatch(/^[0-9a-f]{40}$/);
    expect(token.text.slice(0, 14)).toBe(token.locator + token.session);
    expect(parseUnverifiedToken(token.text)).toEqual(token);
  });

  it('has 160 bits that never repeat, 104 of them secret', () => {
    const secrets = Array.from({ length: 1000 }, () => issueToken('f2afca0567', 'cd22').text.slice(14));
    expect(new Set(secrets).size).toBe(1000);
    expect(new Set(secrets.map((secret) => secret.length))).toEqual(new Set([26]));
  });

  it.each([
    '',
    'f2afca0567cd22a156f3791b7374ea774fd4b52',
    'f2afca0567cd22a156f3791b7374ea774fd4b5299',
    'F2AFCA0567CD22A156F3791B7374EA774FD4B529',
    'f2afca0567cd22a156f3791b7374ea774fd4b52g',
    ' f2afca0567cd22a156f3791b7374ea774fd4b529',
    'f2afca0567cd22a156f3791b7374ea774fd4b529\n',
    '٠2afca0567cd22a156f3791b7374ea774fd4b529',
  ])('is refused in any other form: %j', (text) => {
    expect(parseUnverifiedToken(text)).toBeUndefined();
  });

  it('is parsed from no string but exactly that form', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseUnverifiedToken(text) !== undefined).toBe(/^[0-9a-f]{40}$/.test(text));
      }),
    );
  });
});

describe('the digest of a token', () => {
  it('covers all of it, so that it fits no other address', () => {
    const one = parseUnverifiedToken('f2afca0567cd22a156f3791b7374ea774fd4b529')!;
    const elsewhere = parseUnverifiedToken('f2afca0567cd23a156f3791b7374ea774fd4b529')!;
    expect(digestToken(one)).not.toBe(digestToken(elsewhere));
    expect(digestToken(one)).toMatch(/^[0-9a-f]{64}$/);
  });

  it('equals itself and nothing else, whatever is compared with it', () => {
    fc.assert(
      fc.property(anyToken, fc.string(), (token, other) => {
        expect(isSameDigest(digestToken(token), digestToken(token))).toBe(true);
        expect(isSameDigest(digestToken(token), other)).toBe(false);
      }),
    );
  });
});

describe('the successor of a token', () => {
  it('is the same for the same token and salt, at the same address, and another for another salt', () => {
    fc.assert(
      fc.property(anyToken, hex(32), hex(32), (token, salt, otherSalt) => {
        fc.pre(salt !== otherSalt);
        const successor = deriveSuccessor(token, salt);
        expect(deriveSuccessor(token, salt)).toEqual(successor);
        expect(parseUnverifiedToken(successor.text)).toEqual(successor);
        expect([successor.locator, successor.session]).toEqual([token.locator, token.session]);
        expect(deriveSuccessor(token, otherSalt).text).not.toBe(successor.text);
        expect(successor.text).not.toBe(token.text);
      }),
    );
  });

  it('tells how far behind any token of its chain is, and knows no other', () => {
    fc.assert(
      fc.property(
        anyToken,
        hex(32),
        fc.tuple(fc.nat(30), fc.nat(30)),
        (...[first, salt, [behind, maxSteps]]) => {
          let last = first;
          for (let step = 0; step < behind; step += 1) last = deriveSuccessor(last, salt);
          const chain = { salt, lastDigest: digestToken(last), maxSteps };
          expect(stepsBehind(first, chain)).toBe(behind <= maxSteps ? behind : undefined);
          expect(stepsBehind(deriveSuccessor(first, 'x'), chain)).toBeUndefined();
        },
      ),
    );
  });

  it('is drawn with 128 bits of salt', () => {
    expect(newSuccessorSalt()).toMatch(/^[0-9a-f]{32}$/);
    expect(newSuccessorSalt()).not.toBe(newSuccessorSalt());
  });
});
