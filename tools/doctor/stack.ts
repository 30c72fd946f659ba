/** The settings and what they synthesise to, checked as a deployment would check them. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthesise } from '../../local/synthesise';
import { type Finding, ok, problem, warning } from './finding';
import { within } from './time-limit';

const SYNTH_SECONDS = 120;

/** What the stack asks of `cdk bootstrap`. */
export interface BootstrapNeeds {
  readonly version: number;
  /** The SSM parameter that says what is there. */
  readonly parameter: string;
}

export interface CheckedStack {
  readonly finding: Finding;
  /** Unknown while the stack does not synthesise. */
  readonly needs?: BootstrapNeeds;
}

/** @param settings `name=value` pairs */
export async function checkStack(settings: readonly string[]): Promise<CheckedStack> {
  const folder = mkdtempSync(join(tmpdir(), 'token-auth-doctor-'));
  try {
    const warnings = await within(SYNTH_SECONDS, synthesise(folder, settings));
    const { name, ...needs } = stackIn(folder);
    if (!needs.parameter) return { finding: forSamLocal(name) };
    return { finding: synthesised(name, warnings), needs };
  } catch (error) {
    return {
      finding: problem(
        (error as Error).message,
        'Change it in cdk.json or on the command line. docs/deploy.md lists the settings.',
      ),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function synthesised(name: string, warnings: readonly string[]): Finding {
  if (warnings.length === 0) return ok(`${name}: settings are valid, cdk-nag has no objection`);
  return warning(`${name}: ${warnings.join(' ')}`, 'Deploy it so only if you mean it.');
}

/** It is the only one that asks nothing of `cdk bootstrap`. */
const forSamLocal = (name: string): Finding =>
  problem(
    `${name} is for sam local and cannot be deployed`,
    'Leave out the setting sam, here or in cdk.json.',
  );

interface Manifest {
  readonly artifacts: Readonly<
    Record<
      string,
      {
        readonly type: string;
        readonly properties?: {
          readonly requiresBootstrapStackVersion?: number;
          readonly bootstrapStackVersionSsmParameter?: string;
        };
      }
    >
  >;
}

function stackIn(assembly: string): BootstrapNeeds & { readonly name: string } {
  const { artifacts }: Manifest = JSON.parse(readFileSync(join(assembly, 'manifest.json'), 'utf8'));
  const [name = '', stack] =
    Object.entries(artifacts).find(([, { type }]) => type === 'aws:cloudformation:stack') ?? [];
  return {
    name,
    version: stack?.properties?.requiresBootstrapStackVersion ?? 0,
    parameter: stack?.properties?.bootstrapStackVersionSsmParameter ?? '',
  };
}
