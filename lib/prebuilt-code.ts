/** Takes the place of `bundled-code.ts` in the package, which contains the bundles: nothing there needs esbuild or the functions' source. */
import { join } from 'node:path';
import { type AssetCode, Code } from 'aws-cdk-lib/aws-lambda';
import type { FunctionName } from '../functions/functions';

/** The same asset, with the same hash, as from the source. */
export const bundledCode = (name: FunctionName): AssetCode =>
  Code.fromAsset(join(__dirname, 'bundles', name));
