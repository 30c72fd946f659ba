/** What a function's bundle is made of, as esbuild accounts for it. Made with the options that CDK deploys with. */
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import type { FunctionName } from '../../functions/shared/environment';
import { bundling } from '../../lib/bundled-code';

export interface Bundle {
  readonly name: FunctionName;
  readonly text: string;
  readonly bytes: number;
  /** Every source that left something in it, from the project's folder. */
  readonly paths: readonly string[];
  /** The bytes that a package, or our own code, takes of it. What esbuild adds itself is in none. */
  readonly bytesByOwner: ReadonlyMap<string, number>;
}

/** Our own code, among the packages. */
export const OURS = 'our own code';

export function bundleOf(name: FunctionName): Bundle {
  const { outputFiles, metafile } = buildSync({
    ...bundling,
    absWorkingDir: join(__dirname, '..', '..'),
    entryPoints: [`functions/${name}/handler.ts`],
    outfile: 'index.js',
    write: false,
    metafile: true,
  });
  const inputs = Object.values(metafile.outputs)
    .flatMap((output) => Object.entries(output.inputs))
    .map(([path, { bytesInOutput }]) => [path, bytesInOutput] as const)
    .filter(([, bytes]) => bytes > 0);
  const [{ text, contents }] = outputFiles as [(typeof outputFiles)[number]];
  return {
    name,
    text,
    bytes: contents.length,
    paths: inputs.map(([path]) => path),
    bytesByOwner: sumsByOwner(inputs),
  };
}

export function sumsByOwner(
  inputs: readonly (readonly [path: string, bytes: number])[],
): Map<string, number> {
  const sums = new Map<string, number>();
  for (const [path, bytes] of inputs) sums.set(ownerOf(path), (sums.get(ownerOf(path)) ?? 0) + bytes);
  return sums;
}

const ownerOf = (path: string): string => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? OURS;
