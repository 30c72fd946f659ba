/** Synthesises the stack that a deployment with the same settings would create. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthesise } from '../local/synthesise';

/** The used part of a CloudFormation template. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
}

export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

export interface SynthesisedStack {
  readonly name: string;
  readonly template: Template;
  readonly warnings: readonly string[];
  /** The required version of `cdk bootstrap`, and the SSM parameter with the installed one. Absent for `sam local`. */
  readonly bootstrap?: { readonly version: number; readonly parameter: string };
}

interface Artifact {
  readonly type: string;
  readonly properties?: {
    readonly templateFile: string;
    readonly requiresBootstrapStackVersion?: number;
    readonly bootstrapStackVersionSsmParameter?: string;
  };
}

/**
 * Synthesises in a temporary folder.
 * @param settings `name=value` pairs
 * @throws Error with the message of the CDK or the settings.
 */
export async function synthesiseStack(settings: readonly string[]): Promise<SynthesisedStack> {
  const folder = mkdtempSync(join(tmpdir(), 'token-auth-'));
  const read = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8'));
  try {
    const warnings = await synthesise(folder, settings);
    const artifacts: Record<string, Artifact> = read('manifest.json').artifacts;
    const [name = '', stack] =
      Object.entries(artifacts).find(([, { type }]) => type === 'aws:cloudformation:stack') ?? [];
    const properties = stack?.properties;
    const parameter = properties?.bootstrapStackVersionSsmParameter;
    return {
      name,
      template: read(properties?.templateFile ?? ''),
      warnings,
      ...(parameter && { bootstrap: { version: properties?.requiresBootstrapStackVersion ?? 0, parameter } }),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
