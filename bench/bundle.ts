/** The content of a function's bundle, from esbuild's metafile. Bundled with the deployed options. */
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { bundling } from '../lib/bundled-code';

export interface Bundle {
  readonly name: string;
  readonly text: string;
  readonly bytes: number;
  /** Every source in it, relative to the project's folder, with its bytes. */
  readonly inputs: readonly (readonly [path: string, bytes: number])[];
  /** Bytes by package, or our own code. The remainder is esbuild overhead. */
  readonly bytesByOwner: ReadonlyMap<string, number>;
}

export const OURS = 'our own code';

/** @param name a folder under `functions/`. */
export function readBundle(name: string): Bundle {
  const { outputFiles, metafile } = buildSync({
    ...bundling,
    absWorkingDir: join(__dirname, '..'),
    entryPoints: [`functions/${name}/handler.ts`],
    outfile: 'index.js',
    write: false,
    metafile: true,
  });
  const inputs = Object.values(metafile.outputs)
    .flatMap((output) => Object.entries(output.inputs))
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  const bytesByOwner = new Map<string, number>();
  for (const [path, { bytesInOutput }] of inputs)
    bytesByOwner.set(findOwner(path), (bytesByOwner.get(findOwner(path)) ?? 0) + bytesInOutput);
  const [{ text, contents }] = outputFiles as [(typeof outputFiles)[number]];
  return {
    name,
    text,
    bytes: contents.length,
    inputs: inputs.map(([path, { bytesInOutput }]) => [path, bytesInOutput]),
    bytesByOwner,
  };
}

const findOwner = (path: string): string => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? OURS;
