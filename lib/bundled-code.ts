/** Bundles a function's source with esbuild, in this process, and adds a small entry point. */
import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { type AssetCode, Code } from 'aws-cdk-lib/aws-lambda';
import { type BuildOptions, buildSync, type Metafile } from 'esbuild';
import type { FunctionName } from '../functions/functions';

/**
 * The bundle of a function, as Lambda loads it for `index.handler`. Same source, same bytes, same asset. In the package `prebuilt-code.ts`
 * takes the place of this module.
 */
export const bundledCode = (name: FunctionName): AssetCode =>
  Code.fromAsset(join(FUNCTIONS, name), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: noContainer,
      local: {
        tryBundle: (folder) => {
          writeBundle(name, folder);
          return true;
        },
      },
    },
  });

const FUNCTIONS = join(__dirname, '..', 'functions');

/** The CDK requires an image as a fallback for local bundling; it is never used. */
const noContainer = DockerImage.fromRegistry('scratch');

/** Writes what a function's asset contains. Returns what esbuild says of each file with code. */
export function writeBundle(name: FunctionName, folder: string): readonly Metafile[] {
  const metafile = writeFile(join(FUNCTIONS, name, 'handler.ts'), join(folder, BUNDLE_FILE));
  writeEntryPoint(folder);
  const texts = join(FUNCTIONS, name, MESSAGES);
  if (existsSync(texts)) copyFileSync(texts, join(folder, MESSAGES));
  return [metafile, ...writeLazyFiles(folder, metafile)];
}

const writeFile = (entry: string, outfile: string): Metafile =>
  buildSync({ ...bundling, entryPoints: [entry], outfile, logLevel: 'error', metafile: true }).metafile;

/** Texts that a function reads from the folder of its bundle. */
const MESSAGES = 'messages.json';

/** What a function loads when it is first asked for, so it is no part of the bundle: `functions/shared/domain/<name>.ts`. */
const lazyFiles = ['common-passwords', 'imported-hash', 'argon2-wasm'];

/** Puts the lazy files beside the bundle that something of it imports. */
function writeLazyFiles(folder: string, { outputs }: Metafile): readonly Metafile[] {
  const imports = Object.values(outputs).flatMap((output) => output.imports.map(({ path }) => path));
  return lazyFiles
    .filter((name) => imports.includes(`./${name}.js`))
    .flatMap((name) => {
      const source = join(FUNCTIONS, 'shared', 'domain', `${name}.ts`);
      const metafile = writeFile(source, join(folder, `${name}.js`));
      return [metafile, ...writeLazyFiles(folder, metafile)];
    });
}

export const BUNDLE_FILE = 'bundle.cjs';

/** Writes what Lambda loads, beside the bundle in `folder`. */
const writeEntryPoint = (folder: string): void => writeFileSync(join(folder, 'index.mjs'), ENTRY_POINT);

/**
 * Awaits `ready` while the module loads, when Lambda gives a full CPU. A CommonJS module cannot await, and a whole bundle as an ES module
 * loads slower. It uses `require`, because Node.js reports an error of an imported CommonJS module a second time, as unhandled, and ends the
 * process before Lambda learns of it.
 */
const ENTRY_POINT = `import { createRequire } from 'node:module';
const bundle = createRequire(import.meta.url)('./${BUNDLE_FILE}');
await bundle.ready;
export const { handler } = bundle;
`;

const shim = (name: string): string => join(__dirname, 'sdk-shims', `${name}.ts`);

/** The esbuild options of every deployed bundle. */
export const bundling = {
  bundle: true,
  minify: true,
  legalComments: 'none',
  platform: 'node',
  target: 'node24',
  external: lazyFiles.map((name) => `*/${name}.js`),
  // Bundles our version of the SDK; ES modules first, so that unused code is left out.
  mainFields: ['module', 'main'],
  // Shims for parts of the SDK that a function never uses: half of a bundle, and of its load time.
  alias: {
    '@aws-sdk/core/account-id-endpoint': shim('account-id-endpoint'),
    '@aws-sdk/credential-provider-node': shim('credentials'),
    '@aws-sdk/lib-dynamodb': shim('document-client'),
    // The shim imports from the types' folder, for the compiler; the code is in another folder.
    '@aws-sdk/lib-dynamodb/dist-types': dirname(require.resolve('@aws-sdk/lib-dynamodb/dist-es/index.js')),
    '@aws-sdk/middleware-endpoint-discovery': shim('endpoint-discovery'),
    '@aws/lambda-invoke-store': shim('invoke-store'),
    '@smithy/core/checksum': shim('checksum'),
    '@smithy/core/config': shim('configuration'),
    '@smithy/core/event-streams': shim('event-streams'),
  },
  supported: {
    // Avoids starting Node's ES module loader for the SDK's `import('node:http')`.
    'dynamic-import': false,
    // V8 parses the body of an arrow function before it is called, and again when it is; that of a `function` it only skims.
    arrow: false,
  },
  // The SDK asks for this global, which is a getter that loads four modules. A response of `node:http` is never one.
  define: { ReadableStream: 'undefined' },
  // Drops the SDK's package.json, which it reads for its version.
  loader: { '.json': 'empty' },
} as const satisfies BuildOptions;
