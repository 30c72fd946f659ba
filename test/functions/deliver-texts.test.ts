import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseTexts, render } from '../../functions/deliver/texts';

const json = readFileSync(join(__dirname, '../../functions/deliver/messages.json'), 'utf8');
const texts = parseTexts(json);
const LINK = 'https://app.example.com/reset?uid=8q_KBWc&x="<#token=0123456789abcdef0123456789abcdef';
const values = { code: '012345', codeMinutes: '10', link: LINK, linkMinutes: '60' };
const withText = (text: string) =>
  JSON.stringify({ ...texts, deletion: { subject: 'x', paragraphs: [text] } });

describe('a message', () => {
  it.each(['reset_password', 'activation'] as const)(
    'of %s begins with the code, alone on its line after the word "code", and has no other six digits',
    (purpose) => {
      const { subject, text } = render(texts[purpose], { ...values, link: 'https://a.example/#t' });
      expect(subject).toMatch(/code/);
      expect(text.split('\n')[0]).toBe('Your code: 012345');
      expect(text.match(/\d{6}/g)).toEqual(['012345']);
      expect(text).toContain('within 10 minutes');
    },
  );

  it('leaves out the paragraphs whose value it does not have', () => {
    const { link, linkMinutes, ...codeOnly } = values;
    const mails = [codeOnly, { link, linkMinutes }].map((some) => render(texts.reset_password, some));
    expect(mails[0]!.text).not.toMatch(/open|https/);
    expect(mails[1]!.text).toContain(`open ${LINK}\n\nIf you did not ask`);
    for (const { text, html } of mails) expect(text + html).not.toMatch(/[{}]|undefined|code: *$/m);
    expect(mails[1]!.text).not.toContain('Your code');
  });

  it('escapes what it holds in HTML, and keeps the link from being tracked', () => {
    const { html } = render(
      { subject: 'x', paragraphs: ['<b> & "you": {link}', 'Code: {code}'] },
      { ...values, code: '<1>' },
    );
    const escaped = LINK.replace('&', '&amp;').replace('"', '&quot;').replace('<', '&lt;');
    expect(html).toBe(
      `<p>&lt;b&gt; &amp; &quot;you&quot;: <a ses:no-track href="${escaped}">${escaped}</a></p>\n` +
        '<p>Code: <strong>&lt;1&gt;</strong></p>',
    );
  });

  it('holds nothing but its text and the secrets: a value with a placeholder or a $ stays as it is', () => {
    const { text } = render({ subject: '', paragraphs: ['{link} {code}'] }, { link: '{code}$&', code: '1' });
    expect(text).toBe('{code}$& 1\n');
    for (const notice of [
      'password_changed',
      'username_changed',
      'email_changed',
      'account_deleted',
    ] as const)
      expect(render(texts[notice], {}).text).toBe(`${texts[notice].paragraphs.join('\n\n')}\n`);
  });
});

describe('the texts of a deployer', () => {
  it.each([
    ['a placeholder that no message has', withText('Dear {username}')],
    ['a member that means nothing', JSON.stringify({ ...texts, deletion: { ...texts.deletion, html: '' } })],
    ['a message that does not exist', JSON.stringify({ ...texts, welcome: texts.deletion })],
    ['one message less', JSON.stringify({ ...texts, deletion: undefined })],
  ])('are refused with %s', (_, written) => expect(() => parseTexts(written)).toThrow());

  it('may say anything else', () => {
    expect(parseTexts(withText('Löschen: {link} ({linkMinutes} Minuten)')).deletion.paragraphs).toHaveLength(
      1,
    );
  });
});
