/** What is on this machine: Node.js and the packages that package.json names. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Finding, ok, problem } from './finding';
import { within } from './time-limit';

const PROJECT = join(__dirname, '..', '..');
const CDK_SECONDS = 20;

interface PackageFile {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const packageFile = (folder: string): PackageFile =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** Every package is there in the version that package.json names. */
export function checkPackages(project = PROJECT): Finding {
  const { dependencies, devDependencies } = packageFile(project);
  const wanted = Object.entries({ ...dependencies, ...devDependencies });
  const wrong = wanted.flatMap(([name, version]) => {
    const installed = versionIn(join(project, 'node_modules', name));
    return installed === version ? [] : [`${name} ${installed ?? 'is missing'}`];
  });
  if (wrong.length === 0) return ok(`${wanted.length} packages in the versions of package.json`);
  const [first, ...others] = wrong;
  const more = others.length > 0 ? ` and ${others.length} more` : '';
  return problem(`not as in package.json: ${first}${more}`, 'npm ci');
}

const versionIn = (folder: string): string | undefined =>
  existsSync(join(folder, 'package.json')) ? packageFile(folder).version : undefined;

/** `npx cdk`, and with it npm run deploy, is the command-line tool in the version that package.json names. */
export async function checkCdk(run: () => Promise<string> = versionOfCdk): Promise<Finding> {
  const wanted = packageFile(PROJECT).devDependencies['aws-cdk'] ?? '';
  const answer = await within(CDK_SECONDS, run()).catch((error: Error) => error);
  if (answer instanceof Error) return problem(`npx cdk does not run: ${answer.message}`, 'npm ci');
  const version = /\d+\.\d+\.\d+/.exec(answer)?.[0];
  return version === wanted
    ? ok(`npx cdk is ${wanted}`)
    : problem(
        `npx cdk is ${version ?? 'something else'}, and this project needs ${wanted}`,
        'npm ci, and then npx cdk or npm run deploy: a cdk that is installed for the whole machine is another one.',
      );
}

function versionOfCdk(): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { cwd: PROJECT, shell: process.platform === 'win32', timeout: CDK_SECONDS * 1000 };
    const child = spawn('npx', ['--no', '--', 'cdk', '--version'], options);
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(output) : reject(new Error('it ended without telling its version')),
    );
  });
}
