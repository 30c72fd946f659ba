/** A function's source as one bundle beside a small entry point, made by esbuild in this process: no container, and no process for each function. */
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { type AssetCode, Code } from 'aws-cdk-lib/aws-lambda';
import { type BuildOptions, buildSync } from 'esbuild';

/** The code of a handler and all it imports, as what Lambda loads for `index.handler`. Same source, same bytes, same asset. */
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
  const { metafile } = buildSync({
    ...bundling,
    entryPoints: [entry],
    outfile: join(folder, BUNDLE_FILE),
    logLevel: 'error',
    metafile: true,
  });
  writeEntryPoint(folder);
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
  if (imports.some(({ path }) => path === `./${COMMON_PASSWORDS}`)) bundleCommonPasswords(folder);
}

/** Half a megabyte that a function loads when it is first asked for, so it is no part of the bundle. */
const COMMON_PASSWORDS = 'common-passwords.js';

function bundleCommonPasswords(folder: string): void {
  const entry = join(__dirname, '..', 'functions', 'shared', 'domain', 'common-passwords.ts');
  const { external: _, ...options } = bundling;
  buildSync({ ...options, entryPoints: [entry], outfile: join(folder, COMMON_PASSWORDS), logLevel: 'error' });
}

export const BUNDLE_FILE = 'bundle.cjs';

/** What Lambda loads, beside the bundle in `folder`. */
const writeEntryPoint = (folder: string): void => writeFileSync(join(folder, 'index.mjs'), ENTRY_POINT);

/**
 * Lambda gives a full CPU until a function asks for its first event, which it does when its module has loaded. A CommonJS module cannot
 * wait for what it began, and all of a bundle as an ES module would load slower: so this waits. By `require`, because Node.js reports what an
 * imported CommonJS module throws a second time, as unhandled, and ends the process before Lambda has been told.
 */
const ENTRY_POINT = `import { createRequire } from 'node:module';
const bundle = createRequire(import.meta.url)('./${BUNDLE_FILE}');
await bundle.ready;
export const { handler } = bundle;
`;

const shim = (name: string): string => join(__dirname, 'sdk-shims', `${name}.ts`);

/** How a function's source becomes what is deployed. */
export const bundling = {
  bundle: true,
  minify: true,
  legalComments: 'none',
  platform: 'node',
  target: 'node24',
  external: [`*/${COMMON_PASSWORDS}`],
  // Our own version of the SDK, and its ES modules first, so that what is not used is left out.
  mainFields: ['module', 'main'],
  // What the SDK could do elsewhere and a function never does: half of a bundle, and of the time to load it.
  alias: {
    '@aws-sdk/core/account-id-endpoint': shim('account-id-endpoint'),
    '@aws-sdk/credential-provider-node': shim('credentials'),
    '@aws-sdk/lib-dynamodb': shim('document-client'),
    // The stand-in names the folder of the types, for the compiler; the code is in another.
    '@aws-sdk/lib-dynamodb/dist-types': dirname(require.resolve('@aws-sdk/lib-dynamodb/dist-es/index.js')),
    '@aws-sdk/middleware-endpoint-discovery': shim('endpoint-discovery'),
    '@aws/lambda-invoke-store': shim('invoke-store'),
    '@smithy/core/checksum': shim('checksum'),
    '@smithy/core/config': shim('configuration'),
    '@smithy/core/event-streams': shim('event-streams'),
  },
  // The SDK's `import('node:http')` would start Node's loader of ES modules, which takes longer than loading the module.
  supported: { 'dynamic-import': false },
  // The SDK's package.json, of which it tells AWS the version.
  loader: { '.json': 'empty' },
} as const satisfies BuildOptions;
