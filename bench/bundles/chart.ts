/** The picture of the bundles: a bar for each function, its parts by package. */
import { whole } from '../load/numbers';
import { drawStackedBars, MOST_KINDS } from '../stacked-bars';
import type { Bundle } from './bundle';
import { partsOf } from './parts';

export const drawBundles = (bundles: readonly Bundle[]): string =>
  drawStackedBars({
    title: 'What each function loads',
    subtitle: 'Bytes of the minified bundle by package',
    bars: bundles.map((bundle) => ({
      name: bundle.name,
      parts: partsOf(bundle, bundles, MOST_KINDS - 1).map(({ owner, bytes }) => ({
        kind: owner,
        size: bytes,
      })),
      total: whole(bundle.bytes),
    })),
  });
