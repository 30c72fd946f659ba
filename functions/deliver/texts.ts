/** What messages say: the texts of `messages.json`, which a deployer may replace, with their values put in. */
import * as v from 'valibot';
import type { ChallengePurpose } from '../shared/domain/challenge';
import type { Notice } from '../shared/domain/message';

const purposes = {
  reset_password: true,
  activation: true,
  deletion: true,
  password_changed: true,
  username_changed: true,
  email_changed: true,
  account_deleted: true,
} satisfies Record<ChallengePurpose | Notice, true>;

const PLACEHOLDER = /\{(\w+)\}/g;
const PLACEHOLDERS = ['code', 'codeMinutes', 'link', 'linkMinutes'] as const;

const text = v.pipe(
  v.string(),
  v.check(
    (written) =>
      [...written.matchAll(PLACEHOLDER)].every(([, name]) => PLACEHOLDERS.some((one) => one === name)),
    `placeholders are ${PLACEHOLDERS.map((name) => `{${name}}`).join(', ')}`,
  ),
);

const schema = v.strictObject(
  v.entriesFromList(
    Object.keys(purposes) as (keyof typeof purposes)[],
    v.strictObject({ subject: text, paragraphs: v.array(text) }),
  ),
);

export type Texts = v.InferOutput<typeof schema>;

/**
 * The texts of a file.
 * @throws ValiError for one that lacks a message or has an unknown placeholder.
 */
export const parseTexts = (json: string): Texts => v.parse(schema, JSON.parse(json));

/** A paragraph with a value that a message does not have is left out of it. */
export type Values = { readonly [Name in (typeof PLACEHOLDERS)[number]]?: string };

export interface Mail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** A message as plain text and as HTML. */
export function render({ subject, paragraphs }: Texts[keyof Texts], values: Values): Mail {
  const filled = paragraphs.flatMap((paragraph) => {
    const names = [...paragraph.matchAll(PLACEHOLDER)].map(([, name]) => name as keyof Values);
    return names.every((name) => values[name] !== undefined) ? [paragraph] : [];
  });
  const fill = (paragraph: string, write: (name: keyof Values, value: string) => string) =>
    paragraph.replace(PLACEHOLDER, (_, name: keyof Values) => write(name, values[name] ?? ''));
  return {
    subject: fill(subject, (_, value) => value),
    text: `${filled.map((paragraph) => fill(paragraph, (_, value) => value)).join('\n\n')}\n`,
    html: filled.map((paragraph) => `<p>${fill(escapeHtml(paragraph), toHtml)}</p>`).join('\n'),
  };
}

/**
 * SES leaves a link alone that has `ses:no-track`, whatever the configuration set says, so that no third party learns it.
 * https://docs.aws.amazon.com/ses/latest/dg/faqs-metrics.html
 */
const toHtml = (name: keyof Values, value: string): string =>
  name === 'link'
    ? `<a ses:no-track href="${escapeHtml(value)}">${escapeHtml(value)}</a>`
    : `<strong>${escapeHtml(value)}</strong>`;

const escapeHtml = (plain: string): string =>
  plain.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
