/**
 * Makes what the package contains: the construct as JavaScript with its types, and the bundle of every function. So its user needs neither
 * esbuild nor the AWS SDK, nor a runner for TypeScript.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { build, type Metafile, type Plugin } from 'esbuild';
import { type FunctionName, functions } from '../functions/functions';
import { writeBundle } from '../lib/bundled-code';
import { CliError } from './program';
import { thirdPartyNotices } from './third-party-notices';

const PROJECT = join(__dirname, '..');
const TSCONFIG = join(PROJECT, 'tsconfig.build.json');

/** What an app imports. `exports` in package.json and `files` in tsconfig.build.json list the same. */
interface Entry {
  /** Of its files in the package. */
  readonly name: string;
  readonly source: `${string}.ts`;
  /** The committed report of its API, in `docs`. */
  readonly report: `${string}.api.md`;
  /** Whether it is an ES module too, and works without Node.js. */
  readonly isPortable: boolean;
  /** Whether declarations may be without a comment: docs/openapi.json describes the fields of requests and answers. */
  readonly hasBareFields?: true;
}

const entries: readonly Entry[] = [
  { name: 'index', source: 'lib/index.ts', report: 'token-auth.api.md', isPortable: false },
  { name: 'principal', source: 'lib/principal.ts', report: 'token-auth.principal.api.md', isPortable: true },
  {
    name: 'client',
    source: 'client/index.ts',
    report: 'token-auth.client.api.md',
    isPortable: true,
    hasBareFields: true,
  },
];

/**
 * Replaces `folder`.
 * @param renewsReports whether a stale report of the API is written anew; otherwise it is an error
 * @throws CliError if a report is stale, or an exported declaration has no comment.
 */
export async function buildPackage(folder: string, renewsReports: boolean): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  const metafiles = Object.keys(functions).flatMap((name) =>
    writeBundle(name as FunctionName, join(folder, 'bundles', name)),
  );
  for (const entry of entries) metafiles.push(...(await compile(entry, folder)));
  writeFileSync(join(folder, 'THIRD-PARTY-NOTICES.txt'), thirdPartyNotices(PROJECT, metafiles));
  const declarations = join(folder, 'declarations');
  const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
  execFileSync(process.execPath, [tsc, '-p', TSCONFIG, '--outDir', declarations], { stdio: 'inherit' });
  for (const entry of entries) writeTypes(entry, { declarations, folder, renewsReports });
  rmSync(declarations, { recursive: true });
}

/** One file for each module format. The CDK stays outside: the construct and the app need the same copy. */
async function compile({ name, source, isPortable }: Entry, folder: string): Promise<readonly Metafile[]> {
  const formats = isPortable ? (['cjs', 'esm'] as const) : (['cjs'] as const);
  const results = formats.map((format) =>
    build({
      absWorkingDir: PROJECT,
      entryPoints: [source],
      outfile: join(folder, `${name}.${format === 'esm' ? 'mjs' : 'js'}`),
      bundle: true,
      external: ['aws-cdk-lib', 'constructs'],
      format,
      platform: isPortable ? 'neutral' : 'node',
      target: 'es2022',
      sourcemap: true,
      metafile: true,
      logLevel: 'error',
      plugins: [usePrebuiltCode],
    }),
  );
  return (await Promise.all(results)).map(({ metafile }) => metafile);
}

const usePrebuiltCode: Plugin = {
  name: 'use-prebuilt-code',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/bundled-code$/ }, () => ({ path: join(PROJECT, 'lib', 'prebuilt-code.ts') }));
  },
};

interface TypesTarget {
  /** Where the compiler's declarations are, one file for each source. */
  readonly declarations: string;
  readonly folder: string;
  readonly renewsReports: boolean;
}

/** One file with the exported declarations alone: the others mention the AWS SDK. */
function writeTypes({ name, source, report, isPortable, hasBareFields }: Entry, target: TypesTarget): void {
  const { declarations, folder, renewsReports } = target;
  const types = join(folder, `${name}.d.ts`);
  const config = ExtractorConfig.prepare({
    packageJsonFullPath: join(PROJECT, 'package.json'),
    configObjectFullPath: undefined,
    configObject: {
      projectFolder: PROJECT,
      newlineKind: 'lf',
      mainEntryPointFilePath: join(declarations, source.replace(/\.ts$/, '.d.ts')),
      compiler: { tsconfigFilePath: TSCONFIG },
      apiReport: {
        enabled: true,
        reportFileName: report,
        reportFolder: join(PROJECT, 'docs'),
        reportTempFolder: declarations,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: true, untrimmedFilePath: types },
      tsdocMetadata: { enabled: false },
      messages: {
        extractorMessageReporting: {
          default: { logLevel: ExtractorLogLevel.Error },
          'ae-undocumented': { logLevel: hasBareFields ? ExtractorLogLevel.None : ExtractorLogLevel.Error },
          // Everything exported is public.
          'ae-missing-release-tag': { logLevel: ExtractorLogLevel.None },
        },
      },
    },
  });
  const { succeeded } = Extractor.invoke(config, { localBuild: renewsReports });
  if (!succeeded)
    throw new CliError(
      `The API of ${source} has the problems above. If docs/${report} is stale, npm run build renews it.`,
    );
  if (isPortable) copyFileSync(types, join(folder, `${name}.d.mts`));
}
