import fc from 'fast-check';
import {
  type Challenge,
  codeEnd,
  digestChallengeToken,
  findCodeHash,
  hasToken,
  isChallengeOf,
  newChallengeCode,
  newChallengeToken,
  parseCode,
  parseUid,
  renewChallenge,
  toOwner,
  toUid,
} from '../../functions/shared/domain/challenge';
import { newLocator } from '../../functions/shared/domain/token';
import { NOW } from '../support/sessions';

const user = { locator: 'f2afca0567', id: 7, passwordVersion: 2, email: 'José@example.com' };

const renewed = (earlier?: Challenge, overrides: Partial<Parameters<typeof renewChallenge>[1]> = {}) =>
  renewChallenge(earlier, {
    id: 'message-1',
    purpose: 'reset_password',
    owner: toOwner(user),
    token: 'token-1',
    codeHash: 'hash-1',
    now: NOW,
    lifetimeSeconds: 3600,
    ...overrides,
  });

describe('a code', () => {
  it('has six digits, and the first may be 0', () => {
    const codes = Array.from({ length: 2000 }, newChallengeCode);
    for (const code of codes) expect(code).toMatch(/^\d{6}$/);
    expect(new Set(codes.map(([first]) => first)).size).toBe(10);
    expect(new Set(codes).size).toBeGreaterThan(1950);
  });

  it.each([
    ['012345', 'as it is'],
    [' 012 345 ', 'spaces'],
    ['012\u00a0345', 'a no-break space'],
    ['012\u3000345', 'an ideographic space'],
    ['012-345', 'a hyphen'],
    ['0\u20101\u20112\u20123\u20134\u20145', 'dashes'],
    ['０１２３４５', 'full-width digits'],
    ['٠١٢٣٤٥', 'Arabic-Indic digits'],
    ['۰۱۲۳۴۵', 'Persian digits'],
    ['०१२ ३४५', 'Devanagari digits'],
    ['\u{1D7CE}\u{1D7D9}\u{1D7E4}\u{1D7EF}\u{1D7FA}\u{1D7D3}', 'mathematical digits of five kinds'],
    ['0１٢३4\u{1D7FB}', 'digits of several scripts'],
  ])('is taken as people type it: %j (%s)', (typed) => expect(parseCode(typed)).toBe('012345'));

  it.each(['', '12345', '1234567', '12345x', '12.345', '1234½', '12345Ⅵ', '12345²', '1'.padEnd(41), '-'])(
    'is never %j',
    (typed) => expect(parseCode(typed)).toBeUndefined(),
  );

  it('may be of any script that has digits: Unicode has them in rows of ten', () => {
    const points = Array.from({ length: 0x110000 }, (_, point) => String.fromCodePoint(point));
    const digits = points.filter((point) => /\p{Nd}/u.test(point));
    expect(digits.map((digit) => parseCode(digit.repeat(6))?.[0])).toEqual(
      digits.map((_, at) => String(at % 10)),
    );
  });

  it('lives ten minutes at most', () => {
    expect([codeEnd(NOW, 60), codeEnd(NOW, 86_400)]).toEqual([NOW + 60, NOW + 600]);
    expect(renewed()).toMatchObject({ codeExpiresAt: NOW + 600, expiresAt: NOW + 3600 });
  });
});

describe('a uid', () => {
  it('leads back to the locator that it was made of', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 5, maxLength: 5 }), (bytes) => {
        const locator = Buffer.from(bytes).toString('hex');
        const uid = toUid(locator);
        expect([parseUid(uid), uid.length]).toEqual([locator, 7]);
      }),
    );
    expect(parseUid(toUid(newLocator()))).toMatch(/^[0-9a-f]{10}$/);
  });

  it.each(['', '8q_KBWc=', '8q/KBWc', '8q_KBW', '8q_KBWcA', ' 8q_KBW', '8q_KBWé', '8q_KBWc\n'])(
    'is never %j',
    (text) => expect(parseUid(text)).toBeUndefined(),
  );

  it('has one spelling: the two bits that are left over are zero', () => {
    expect(toUid(user.locator)).toBe('8q_KBWc');
    const last = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'];
    expect(last.filter((letter) => parseUid(`8q_KBW${letter}`))).toHaveLength(16);
  });
});

describe('a token', () => {
  it('has 128 bits, of which a digest is stored', () => {
    expect(newChallengeToken()).toMatch(/^[0-9a-f]{32}$/);
    expect(JSON.stringify(renewed())).not.toContain('token-1');
    expect(renewed().tokens).toEqual([{ digest: digestChallengeToken('token-1'), expiresAt: NOW + 3600 }]);
  });

  it('is good until the second of its end', () => {
    const challenge = renewed();
    expect(hasToken(challenge, 'token-1', NOW + 3599)).toBe(true);
    expect(hasToken(challenge, 'token-1', NOW + 3600)).toBe(false);
    expect(hasToken(challenge, 'token-2', NOW)).toBe(false);
  });
});

describe('a code that can be compared', () => {
  const challenge = renewed();
  it.each<[string, Partial<Challenge>, number, string | undefined]>([
    ['at the fifth guess', { guesses: 5 }, NOW, 'hash-1'],
    ['at the sixth guess', { guesses: 6 }, NOW, undefined],
    ['in its last second', {}, NOW + 599, 'hash-1'],
    ['at its end', {}, NOW + 600, undefined],
    ['after the challenge was used', { usedAt: NOW }, NOW, undefined],
  ])('%s', (_, ...[overrides, now, hash]) => {
    expect(findCodeHash({ ...challenge, ...overrides }, now)).toBe(hash);
  });

  it('is none of nobody, nor of a challenge that has links only', () => {
    const { codeHash, codeExpiresAt, ...linksOnly } = challenge;
    expect([findCodeHash(undefined, NOW), findCodeHash(linksOnly, NOW)]).toEqual([undefined, undefined]);
    expect(renewed(undefined, { codeHash: undefined as never })).toEqual(linksOnly);
  });
});

describe('another message', () => {
  const later = { id: 'message-2', token: 'token-2', codeHash: 'hash-2', now: NOW + 100 };
  const opens = (challenge: Challenge, now = NOW + 100) =>
    ['token-1', 'token-2'].map((token) => hasToken(challenge, token, now));

  it('leaves earlier links as they are, and has a code of its own with guesses of its own', () => {
    const challenge = renewed({ ...renewed(), guesses: 9 }, { ...later, lifetimeSeconds: 60 });
    expect(opens(challenge)).toEqual([true, true]);
    expect(opens(challenge, NOW + 160)).toEqual([true, false]);
    expect(challenge).toMatchObject({ id: 'message-2', codeHash: 'hash-2', codeExpiresAt: NOW + 160 });
    expect([challenge.guesses, challenge.expiresAt]).toEqual([0, NOW + 3600]);
  });

  it('drops links that have ended', () => {
    const challenge = renewed(renewed(undefined, { lifetimeSeconds: 100 }), later);
    expect(challenge.tokens).toHaveLength(1);
    expect(renewed(renewed(undefined, { lifetimeSeconds: 101 }), later).tokens).toHaveLength(2);
  });

  it.each<[string, Partial<Challenge>]>([
    ['used', { usedAt: NOW }],
    ['of another place', { locator: '0000000000' }],
    ['of another user', { userId: 8 }],
    ['of another password', { passwordVersion: 3 }],
    ['of another address', { email: 'Jose@example.com' }],
  ])('drops links that are %s', (_, overrides) => {
    const challenge = renewed({ ...renewed(), ...overrides }, later);
    expect(opens(challenge)).toEqual([false, true]);
    expect(challenge).not.toHaveProperty('usedAt');
    expect(isChallengeOf(challenge, user)).toBe(true);
  });
});

describe('a challenge', () => {
  const { passwordVersion: _, ...neverChanged } = user;
  it.each([
    ['place', { ...user, locator: '0000000000' }],
    ['id', { ...user, id: 8 }],
    ['password', { ...user, passwordVersion: 3 }],
    ['first password', neverChanged],
    ['address', { ...user, email: 'jose@example.com' }],
    ['address as written', { ...user, email: 'josé@example.com' }],
  ])('is not that of a user with another %s', (_, other) => {
    expect([isChallengeOf(renewed(), user), isChallengeOf(renewed(), other)]).toEqual([true, false]);
  });
});
