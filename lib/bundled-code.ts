/** A function's source as one file, made by esbuild in this process: no container, and no process for each function. */
import { dirname, join } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { type AssetCode, Code } from 'aws-cdk-lib/aws-lambda';
import { buildSync } from 'esbuild';

/** The code of a handler and all it imports, as `index.js`. Same source, same bytes, same asset. */
export const bundledCode = (entry: string): AssetCode =>
  Code.fromAsset(dirname(entry), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: noContainer,
      local: {
        tryBundle: (folder) => {
          bundle(entry, folder);
          return true;
        },
      },
    },
  });

/** CDK asks for an image for the case that bundling on this machine is not possible, which it always is. */
const noContainer = DockerImage.fromRegistry('scratch');

function bundle(entry: string, folder: string): void {
  buildSync({
    entryPoints: [entry],
    outfile: join(folder, 'index.js'),
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    // Our own version of the SDK, and its ES modules first, so that what is not used is left out.
    mainFields: ['module', 'main'],
    logLevel: 'error',
  });
}
