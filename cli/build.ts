/**
 * Makes what the package contains: the construct as JavaScript with its types, and the bundle of every function. So its user needs neither
 * esbuild nor the AWS SDK, nor a runner for TypeScript.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { build, type Metafile, type Plugin } from 'esbuild';
import { type FunctionName, functions } from '../functions/functions';
import { writeBundle } from '../lib/bundled-code';
import { CliError } from './program';
import { thirdPartyNotices } from './third-party-notices';

const PROJECT = join(__dirname, '..');

/** What an app imports: `lib/<name>.ts`, each with a report of its API in `docs`. */
const entries = { index: 'token-auth.api.md', principal: 'token-auth.principal.api.md' };

interface BuildOptions {
  /** Whether a stale report of the API is written anew. Otherwise it is an error. */
  readonly renewsReports: boolean;
}

/**
 * Replaces `folder`.
 * @throws CliError if a report is stale, or an exported declaration has no comment.
 */
export async function buildPackage(folder: string, options: BuildOptions): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  const bundles = Object.keys(functions).flatMap((name) =>
    writeBundle(name as FunctionName, join(folder, 'bundles', name)),
  );
  const construct = await compile(folder);
  writeFileSync(join(folder, 'THIRD-PARTY-NOTICES.txt'), thirdPartyNotices(PROJECT, [...bundles, construct]));
  writeTypes(folder, options);
}

/** One file for each entry. The CDK stays outside: the construct and the app need the same copy. */
async function compile(folder: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: PROJECT,
    entryPoints: Object.keys(entries).map((name) => `lib/${name}.ts`),
    outdir: folder,
    bundle: true,
    external: ['aws-cdk-lib', 'constructs'],
    platform: 'node',
    target: 'node20',
    sourcemap: true,
    metafile: true,
    logLevel: 'error',
    plugins: [usePrebuiltCode],
  });
  return metafile;
}

const usePrebuiltCode: Plugin = {
  name: 'use-prebuilt-code',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/bundled-code$/ }, () => ({ path: join(PROJECT, 'lib', 'prebuilt-code.ts') }));
  },
};

/** One declaration file for each entry, with the exported declarations alone: the others mention the AWS SDK. */
function writeTypes(folder: string, { renewsReports }: BuildOptions): void {
  const declarations = join(folder, 'declarations');
  const tsconfig = join(PROJECT, 'tsconfig.build.json');
  const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
  execFileSync(process.execPath, [tsc, '-p', tsconfig, '--outDir', declarations], { stdio: 'inherit' });
  mkdirSync(join(folder, 'reports'));
  for (const [entry, reportFileName] of Object.entries(entries)) {
    const config = ExtractorConfig.prepare({
      packageJsonFullPath: join(PROJECT, 'package.json'),
      configObjectFullPath: undefined,
      configObject: {
        projectFolder: PROJECT,
        mainEntryPointFilePath: join(declarations, 'lib', `${entry}.d.ts`),
        compiler: { tsconfigFilePath: tsconfig },
        apiReport: {
          enabled: true,
          reportFileName,
          reportFolder: join(PROJECT, 'docs'),
          reportTempFolder: join(folder, 'reports'),
        },
        docModel: { enabled: false },
        dtsRollup: { enabled: true, untrimmedFilePath: join(folder, `${entry}.d.ts`) },
        tsdocMetadata: { enabled: false },
        messages,
      },
    });
    const { succeeded } = Extractor.invoke(config, { localBuild: renewsReports });
    if (!succeeded)
      throw new CliError(
        `The API of lib/${entry}.ts has the problems above. If docs/${reportFileName} is stale, npm run build renews it.`,
      );
  }
  rmSync(declarations, { recursive: true });
  rmSync(join(folder, 'reports'), { recursive: true });
}

/** Errors, where the default is to ignore them or to note them in the report. */
const messages = {
  extractorMessageReporting: {
    default: { logLevel: ExtractorLogLevel.Error },
    'ae-undocumented': { logLevel: ExtractorLogLevel.Error },
    // There is no other release than the public one.
    'ae-missing-release-tag': { logLevel: ExtractorLogLevel.None },
  },
};
