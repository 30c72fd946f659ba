/** Sizes in pixels and colours. Every text has a contrast of at least 7 to 1 on white. */

export const WIDTH = 960;
export const MARGIN = 28;
/** Where the panels' names stand. */
export const NAMES_WIDTH = 150;
export const HEAD_HEIGHT = 112;
export const FOOT_HEIGHT = 84;

/** A panel: a row for what is written beside its marks, its bars, and air below. */
export const LABEL_HEIGHT = 20;
export const BARS_HEIGHT = 58;
export const PANEL_HEIGHT = LABEL_HEIGHT + BARS_HEIGHT + 20;

/** Wide enough for `p50 10,000 ms` in any font. */
export const LABEL_MARGIN = 104;

export const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif";

export const COLOURS = {
  paper: '#ffffff',
  text: '#1a202c',
  quiet: '#4a5568',
  grid: '#e2e8f0',
  mainGrid: '#cbd5e0',
  baseline: '#718096',
  bars: '#7aa6d6',
  median: '#12395f',
  tail: '#9c2a10',
} as const;
