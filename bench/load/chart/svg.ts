/** SVG as text. Whatever is written by `element` and `label` is well-formed. */

type Attributes = Readonly<Record<string, string | number>>;

/** Characters that XML 1.0 does not have at all are left out. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are the ones that are meant.
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export const escaped = (text: string): string =>
  text.replace(NOT_XML, '').replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '');

/** @param content is SVG already. */
export function element(name: string, attributes: Attributes, content = ''): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(shortened(value))}"`);
  return content === ''
    ? `<${name}${written.join('')}/>`
    : `<${name}${written.join('')}>${content}</${name}>`;
}

export const label = (text: string, attributes: Attributes): string =>
  element('text', attributes, escaped(text));

/** A tenth of a pixel is exact enough. */
const shortened = (value: string | number): string =>
  typeof value === 'number' ? String(Math.round(value * 10) / 10) : value;
