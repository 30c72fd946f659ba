/** Runs the CDK's command-line tool, so that what runs here is what would be deployed. */
import { spawn } from 'node:child_process';
import { devNull } from 'node:os';
import { join } from 'node:path';

export const PROJECT = join(__dirname, '..');

/** The stack could not be synthesised; the message is what a person needs to read. */
class SynthesisError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SynthesisError';
  }
}

/**
 * Writes the cloud assembly into `outputFolder`. Resolves to the CDK's warnings.
 * @param settings `name=value` pairs, as after `cdk -c`.
 * @param project the folder with cdk.json.
 * @throws SynthesisError with the CDK's own words, or those of the settings.
 */
export async function synthesise(
  outputFolder: string,
  settings: readonly string[],
  project = PROJECT,
): Promise<readonly string[]> {
  const context = settings.flatMap((setting) => ['--context', setting]);
  const options = ['synth', '--quiet', '--no-notices', '--output', outputFolder, ...context];
  const { exitCode, output } = await runCdk(project, options);
  if (exitCode !== 0) throw new SynthesisError(withoutProgress(output));
  return warningsIn(output);
}

function runCdk(
  project: string,
  options: readonly string[],
): Promise<{ exitCode: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const program = join(project, 'node_modules', 'aws-cdk', 'bin', 'cdk');
    const child = spawn(process.execPath, [program, ...options], {
      cwd: project,
      env: synthesisEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const collect = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, output }));
  });
}

/** Says where a command was typed or where a server is to run, and not what the stack is. */
const ofThePlace =
  /^(_|COLUMNS|DATA_DIR|INIT_CWD|LINES|OLDPWD|PORT|PWD|SHLVL|WINDOWID|(DBUS|SSH|TERM|TMUX|VSCODE|XDG|npm)_.*)$/;

/**
 * All that synthesis may read of this process's environment. It hides the AWS credentials: with them the CDK asks AWS
 * for the account, for minutes where AWS cannot be reached, and this stack does not use the answer.
 */
export const synthesisEnvironment = (): Record<string, string | undefined> => ({
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_') && !ofThePlace.test(name)),
  ),
  AWS_CONFIG_FILE: devNull,
  AWS_SHARED_CREDENTIALS_FILE: devNull,
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  CDK_DISABLE_CLI_TELEMETRY: 'true',
  // Skips the CDK's own check of the template, half of the time. `cdk synth` and `cdk deploy` make it.
  CDK_VALIDATION: 'false',
});

/** Each is a line of the CDK's validation report. */
const warningsIn = (output: string): string[] =>
  [...output.matchAll(/^WARNING (.*?)(?: \(Annotation\))?$/gm)].map(([, warning = '']) => warning);

/** Leaves out what the CDK says about itself. */
const withoutProgress = (output: string): string =>
  output
    .split('\n')
    .filter((line) => !/^(Bundling asset|npm warn|.*Subprocess exited|\s*$)/.test(line))
    .join('\n');
