/** A bundle's parts in the order in which they are shown, the same for all bundles. */
import type { Bundle } from './bundle';

/** All packages that are not shown by name, and what esbuild adds. */
export const OTHERS = 'the rest';

export interface Part {
  readonly owner: string;
  readonly bytes: number;
}

/** The owners of the most bytes in all bundles together, largest first. */
export function owners(bundles: readonly Bundle[]): readonly string[] {
  const names = new Set(bundles.flatMap(({ bytesByOwner }) => [...bytesByOwner.keys()]));
  const sum = (owner: string): number =>
    bundles.reduce((bytes, { bytesByOwner }) => bytes + (bytesByOwner.get(owner) ?? 0), 0);
  return [...names].sort((one, other) => sum(other) - sum(one));
}

/** The parts of one of the bundles, `most` of them by name. Together they are all of its bytes. */
export function partsOf(bundle: Bundle, bundles: readonly Bundle[], most: number): readonly Part[] {
  const parts = owners(bundles)
    .slice(0, most)
    .map((owner) => ({ owner, bytes: bundle.bytesByOwner.get(owner) ?? 0 }));
  const named = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  return [...parts.filter(({ bytes }) => bytes > 0), { owner: OTHERS, bytes: bundle.bytes - named }];
}
