import { cut } from '../../../tools/contract/ask';
import { newPassword } from '../../../tools/contract/ledger';
import { Secrets } from '../../../tools/contract/secrets';

const TOKEN = 'f2afca0567cd22a156f3791b7374ea774fd4b529';

describe('what is hidden', () => {
  it.each([
    ['a token', TOKEN],
    ['a token in upper case', TOKEN.toUpperCase()],
    ['the secret digits alone', TOKEN.slice(14)],
    ['a token and more digits', `${TOKEN}0`],
    ['a token with characters that are not seen', `${TOKEN.slice(0, 15)}\u200b${TOKEN.slice(15)}`],
  ])('%s', (_, text) => {
    expect(new Secrets().hide(`before ${text}, after`)).toBe('before (token), after');
  });

  it('a password, in any case and encoding', () => {
    const password = ' pä&= $ecret-part+one two-secret-part ';
    const secrets = new Secrets();
    secrets.addPassword(password);
    for (const text of [
      password,
      password.toUpperCase(),
      JSON.stringify(password),
      encodeURIComponent(password),
      new URLSearchParams({ password }).toString(),
    ])
      expect(secrets.hide(`before ${text} after`)).not.toMatch(/ecret|part/i);
  });
});

it('nor is a part of one left where a long text is cut off', () => {
  const password = newPassword();
  const secrets = new Secrets();
  secrets.addPassword(password);
  for (const secret of [password, TOKEN])
    for (let length = 9; length < 80; length += 1)
      expect(secrets.hide(cut(`before "${secret}" after`, length))).not.toContain(secret.slice(0, 4));
});

it('leaves the rest as it is, in one line', () => {
  const secrets = new Secrets();
  secrets.addPassword('x');
  expect(secrets.hide('xyz 0123456789abcdef\r\n\u001b[2Kend')).toBe('xyz 0123456789abcdef [2Kend');
});
