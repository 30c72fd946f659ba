/** Before the suite: the browser, as `CHROMIUM_PATH`. Without one there is nothing to run. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

export default function findChromium(): void {
  const { CHROMIUM_PATH, PATH = '' } = process.env;
  const installed = NAMES.flatMap((name) => PATH.split(delimiter).map((folder) => join(folder, name)));
  const found = CHROMIUM_PATH || installed.find(isExecutable);
  if (found) {
    process.env['CHROMIUM_PATH'] = found;
    return;
  }
  console.log(`No browser, so nothing was tried: set CHROMIUM_PATH, or install one of ${NAMES.join(', ')}.`);
  process.exit(0);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
