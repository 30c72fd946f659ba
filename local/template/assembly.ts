/**
 * Reads a cloud assembly, the folder that `cdk synth` writes: the template of its one stack, and its assets' folders.
 * https://github.com/aws/aws-cdk-cli/tree/main/packages/%40aws-cdk/cloud-assembly-schema
 */
import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as v from 'valibot';
import { describe, readTemplate, type Template, TemplateError } from './template';

const manifestSchema = v.object({
  artifacts: v.record(v.string(), v.object({ type: v.string(), properties: v.optional(v.unknown()) })),
});

const stackSchema = v.object({ templateFile: v.string() });
const assetManifestSchema = v.object({ file: v.string() });

const assetsSchema = v.object({
  files: v.record(
    v.string(),
    v.object({
      source: v.object({ path: v.optional(v.string()), packaging: v.optional(v.string()) }),
      destinations: v.record(v.string(), v.object({ objectKey: v.string() })),
    }),
  ),
});

export interface Assembly {
  readonly template: Template;
  /** Absolute paths by `Code.S3Key` of the template. */
  readonly codeFolders: ReadonlyMap<string, string>;
}

type Artifacts = v.InferOutput<typeof manifestSchema>['artifacts'];

/** Throws TemplateError unless the folder is an assembly of exactly one stack. */
export function readAssembly(folder: string, tablePrefix: string): Assembly {
  const { artifacts } = readJson(join(folder, 'manifest.json'), manifestSchema);
  const [stackName, stack] = onlyArtifact(artifacts, 'aws:cloudformation:stack', folder);
  const [, assetManifest] = onlyArtifact(artifacts, 'cdk:asset-manifest', folder);
  const { templateFile } = check(stackSchema, stack, stackName);
  const { file } = check(assetManifestSchema, assetManifest, `${stackName}'s asset manifest`);

  return {
    template: readTemplate(stackName, readJson(join(folder, templateFile), v.unknown()), tablePrefix),
    codeFolders: findCodeFolders(readJson(join(folder, file), assetsSchema).files, folder),
  };
}

function onlyArtifact(artifacts: Artifacts, type: string, folder: string): [string, unknown] {
  const found = Object.entries(artifacts).filter(([, artifact]) => artifact.type === type);
  const [only] = found;
  if (only === undefined || found.length > 1) {
    const names = found.map(([name]) => name).join(', ') || 'none';
    throw new TemplateError(`${folder} must hold one artifact of type ${type}; found: ${names}`);
  }
  return [only[0], only[1].properties];
}

function findCodeFolders(
  files: v.InferOutput<typeof assetsSchema>['files'],
  folder: string,
): Map<string, string> {
  const folders = new Map<string, string>();
  for (const { source, destinations } of Object.values(files)) {
    if (source.path === undefined || source.packaging !== 'zip') continue;
    const codeFolder = resolve(folder, source.path);
    if (!statSync(codeFolder, { throwIfNoEntry: false })?.isDirectory()) {
      throw new TemplateError(`The asset folder ${codeFolder} is missing; synthesise again`);
    }
    for (const { objectKey } of Object.values(destinations)) folders.set(objectKey, codeFolder);
  }
  return folders;
}

function readJson<Schema extends v.GenericSchema>(file: string, schema: Schema): v.InferOutput<Schema> {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new TemplateError(`${file} cannot be read; run \`cdk synth\` first`, { cause: error });
  }
  return check(schema, content, file);
}

function check<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
  what: string,
): v.InferOutput<Schema> {
  const { success, output, issues } = v.safeParse(schema, value);
  if (!success) throw new TemplateError(`${what} is not understood: ${describe(issues[0])}`);
  return output;
}
