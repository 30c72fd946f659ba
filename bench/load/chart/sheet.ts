import { COLOURS, FONT, WIDTH } from './look';
import { element, escaped } from './svg';

export interface Sheet {
  readonly height: number;
  /** What the picture is called where it cannot be seen. */
  readonly title: string;
  /** What it comes to, likewise. */
  readonly description?: string;
}

/** A whole picture, as an SVG file. */
export function drawSheet({ height, title, description }: Sheet, content: readonly string[]): string {
  const frame = {
    xmlns: 'http://www.w3.org/2000/svg',
    width: WIDTH,
    height,
    viewBox: `0 0 ${WIDTH} ${height}`,
    role: 'img',
    'font-family': FONT,
    fill: COLOURS.text,
  };
  const parts = [
    element('title', {}, escaped(title)),
    ...(description === undefined ? [] : [element('desc', {}, escaped(description))]),
    element('rect', { width: WIDTH, height, fill: COLOURS.paper }),
    ...content,
  ];
  return `${element('svg', frame, `\n${parts.join('\n')}\n`)}\n`;
}
