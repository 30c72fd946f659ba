/** Reads a picture back, as far as these tests need it. */

export interface Box {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Digits and lower-case letters in a wide font (DejaVu Sans), in parts of the font size. */
const CHARACTER_WIDTH = 0.62;
const BOLD_WIDTH = 0.68;

/** Every text and where it stands, its width estimated rather too large. */
export function boxesOf(svg: string): readonly Box[] {
  let shift = 0;
  return [
    ...svg.matchAll(/<g transform="translate\(0 ([\d.]+)\)">|<\/g>|<text([^>]*)>([^<]*)<\/text>/g),
  ].flatMap(([all, translated, attributes = '', content = '']) => {
    if (!all.startsWith('<text')) shift = Number(translated ?? 0);
    else return [boxOf(attributes, content, shift)];
    return [];
  });
}

function boxOf(attributes: string, content: string, shift: number): Box {
  const value = (name: string) => new RegExp(` ${name}="([^"]*)"`).exec(attributes)?.[1];
  const text = content.replaceAll('&lt;', '<').replaceAll('&amp;', '&');
  const size = Number(value('font-size'));
  const width = text.length * size * (value('font-weight') ? BOLD_WIDTH : CHARACTER_WIDTH);
  const before = { middle: 0.5, end: 1, start: 0 }[value('text-anchor') ?? 'start']! * width;
  const left = Number(value('x')) - before;
  const bottom = Number(value('y')) + shift + size * 0.22;
  return { text, left, right: left + width, top: bottom - size * 1.1, bottom };
}

const TAG = /<(\/?)([a-z]+)((?: [a-zA-Z-]+="[^"<]*")*)(\/?)>/g;

/** Whether every element is closed in order and no character is left unescaped. Enough for XML without comments and CDATA. */
export function wellFormed(xml: string): boolean {
  const open: string[] = [];
  for (const [, isEnd, name = '', attributes = '', isEmpty] of xml.matchAll(TAG)) {
    const names = [...attributes.matchAll(/ ([a-zA-Z-]+)=/g)].map(([, attribute]) => attribute);
    if (new Set(names).size !== names.length) return false;
    if (isEnd && open.pop() !== name) return false;
    if (!isEnd && !isEmpty) open.push(name);
  }
  const text = xml.replace(TAG, (...[, , , attributes]) => attributes.replaceAll('"', ''));
  return open.length === 0 && !/[<>]|&(?!(?:amp|lt|gt|quot);)/.test(text);
}
