/** Runs the checks of `npm run doctor` and prints each result at once. Changes nothing. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { STSClient } from '@aws-sdk/client-sts';
import { bareAddress, NO_MESSAGES } from '../lib/settings';
import { notChecked, ok, problem, type Result, warning, within } from './check-result';
import {
  checkBootstrap,
  checkConcurrency,
  checkCredentials,
  checkSender,
  checkSendingQuota,
} from './doctor-account';
import { type SynthesisedStack, synthesiseStack, type Template } from './synthesised-stack';

const PROJECT = join(__dirname, '..');
const CDK_SECONDS = 20;
const SYNTH_SECONDS = 120;

/** @returns whether there is no problem */
export async function doctor(settings: readonly string[], environment: NodeJS.ProcessEnv): Promise<boolean> {
  const results: Result[] = [];
  const tell = (title: string, result: Result): void => {
    results.push(result);
    console.log(formatLine(title, result));
  };
  tell('Node.js', ok(process.versions.node));
  tell('Packages', checkPackages());
  tell('CDK', await checkCdk());
  const { result: synthesis, bootstrap, channel } = await checkStack(settings);
  tell('Settings, stack', synthesis);
  const { result: place, region } = await checkRegion(environment);
  tell('Region', place);
  const { result: identity, account } =
    region === undefined
      ? { result: notChecked('needs a region') }
      : await checkCredentials(region, environment['AWS_PROFILE']);
  tell('Credentials', identity);
  if (region === undefined || account === undefined) {
    tell('Bootstrap', notChecked('needs credentials'));
    tell('Concurrency', notChecked('needs credentials'));
    tell('Messages', notChecked(withoutSender(channel) ?? 'needs credentials'));
  } else {
    const needs = bootstrap && { ...bootstrap, account, region };
    tell('Bootstrap', needs ? await checkBootstrap(needs) : notChecked('needs a stack that synthesises'));
    tell('Concurrency', await checkConcurrency(region));
    if (channel?.sender === undefined) tell('Messages', notChecked(withoutSender(channel) ?? ''));
    else {
      tell('Messages', await checkSender(channel.sender, region));
      tell('E-mail quota', await checkSendingQuota(region));
    }
  }
  console.log(`\n${summarize(results)}`);
  return !results.some(({ state }) => state === 'problem');
}

function formatLine(title: string, { state, found, todo }: Result): string {
  const indent = `\n${' '.repeat(30)}`;
  const words = [found, ...(todo ? [`→ ${todo}`] : [])].join('\n').split('\n').join(indent);
  return `${state.padEnd(11)}  ${title.padEnd(15)}  ${words}`;
}

function summarize(results: readonly Result[]): string {
  const problems = results.filter(({ state }) => state === 'problem').length;
  if (problems > 0)
    return `${problems} ${problems === 1 ? 'problem' : 'problems'} to solve before npm run deploy.`;
  const hasWarnings = results.some(({ state }) => state === 'warning');
  return `Ready for npm run deploy.${hasWarnings ? ' Read the warnings first.' : ''}`;
}

interface PackageFile {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const packageFile = (folder: string): PackageFile =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** Whether every package of package.json is installed in its version. */
export function checkPackages(project = PROJECT): Result {
  const { dependencies, devDependencies } = packageFile(project);
  const wanted = Object.entries({ ...dependencies, ...devDependencies });
  const wrong = wanted.flatMap(([name, version]) => {
    const folder = join(project, 'node_modules', name);
    if (!existsSync(join(folder, 'package.json'))) return [`${name} is missing`];
    const installed = packageFile(folder).version;
    return installed === version ? [] : [`${name} is ${installed}, not ${version}`];
  });
  if (wrong.length === 0) return ok(`${wanted.length} packages, in the versions of package.json`);
  return problem(`${wrong[0]}${wrong.length > 1 ? `, and ${wrong.length - 1} more` : ''}`, 'npm ci');
}

/** Whether `npx cdk` has the version of package.json. */
export async function checkCdk(run = cdkVersion): Promise<Result> {
  const wanted = packageFile(PROJECT).devDependencies['aws-cdk'];
  const output = await run().catch((error: Error) => error);
  if (output instanceof Error)
    return problem(`npx cdk does not run: ${output.message.split('\n')[0]}`, 'npm ci');
  const [version = 'unknown'] = /\d+\.\d+\.\d+/.exec(output) ?? [];
  return version === wanted
    ? ok(`npx cdk is ${wanted}`)
    : problem(
        `npx cdk is ${version}; ${wanted} is needed`,
        'npm ci, then npx cdk or npm run deploy: a cdk installed for the whole machine is another one.',
      );
}

async function cdkVersion(): Promise<string> {
  const options = { cwd: PROJECT, shell: process.platform === 'win32', timeout: CDK_SECONDS * 1000 };
  return (await promisify(execFile)('npx', ['--no', '--', 'cdk', '--version'], options)).stdout;
}

/** How the stack sends messages, read from its template. */
interface Channel {
  readonly name: string;
  /** The address that messages by e-mail are from. */
  readonly sender?: string;
}

function channelIn({ Resources }: Template): Channel {
  const variables = Object.values(Resources).map(
    ({ Properties }) => (Properties?.['Environment'] as { Variables?: Record<string, unknown> })?.Variables,
  );
  const { MESSAGE_CHANNEL: name = 'none', EMAIL_FROM: from } =
    variables.find((some) => some?.['MESSAGE_CHANNEL'] !== undefined) ?? {};
  return { name: String(name), ...(name === 'ses' && { sender: bareAddress(String(from)) }) };
}

/** Why there is no sender to check. */
function withoutSender(channel: Channel | undefined): string | undefined {
  if (channel === undefined) return 'needs a stack that synthesises';
  if (channel.name === 'eventbridge') return "they go to the stack's event bus: docs/deploy.md, Messages";
  return channel.sender === undefined ? 'no channel: docs/deploy.md, Messages' : undefined;
}

async function checkStack(
  settings: readonly string[],
): Promise<{ result: Result; channel?: Channel } & Pick<SynthesisedStack, 'bootstrap'>> {
  try {
    const { name, warnings, bootstrap, template } = await within(SYNTH_SECONDS, synthesiseStack(settings));
    if (bootstrap === undefined)
      return { result: problem(`${name} is for sam local only`, 'Leave out the setting sam.') };
    // The check of messages says so.
    const unexpected = warnings.filter((text) => text !== NO_MESSAGES);
    const result =
      unexpected.length === 0
        ? ok(`${name}: valid settings, no finding of cdk-nag`)
        : warning(`${name}: ${unexpected.join(' ')}`, 'Deploy it only if you mean it.');
    return { result, bootstrap, channel: channelIn(template) };
  } catch (error) {
    const todo = 'Change it in cdk.json or on the command line. docs/deploy.md lists the settings.';
    return { result: problem((error as Error).message, todo) };
  }
}

/** The CDK's region if none is set. */
const CDK_DEFAULT = 'us-east-1';
/** In the CDK's order. The SDK reads only the first one. */
const REGION_VARIABLES = ['AWS_REGION', 'AMAZON_REGION', 'AWS_DEFAULT_REGION', 'AMAZON_DEFAULT_REGION'];

/** @returns the region the CDK deploys to; undefined if its name is invalid */
export async function checkRegion(
  environment: NodeJS.ProcessEnv,
): Promise<{ result: Result; region?: string }> {
  const variable = REGION_VARIABLES.find((name) => environment[name]);
  const sdk = await sdkRegion({});
  const region = (variable && environment[variable]) ?? sdk ?? (await sdkRegion({ profile: 'default' }));
  if (region === undefined) {
    const found = `no region is set; the CDK deploys to ${CDK_DEFAULT}`;
    const todo = 'export AWS_REGION=eu-west-1 (or another), or aws configure set region eu-west-1.';
    return { region: CDK_DEFAULT, result: warning(found, todo) };
  }
  const source = variable ?? 'your AWS profile';
  if (!/^[a-z]{2,4}(-[a-z]+)+-\d$/.test(region))
    return { result: problem(`${JSON.stringify(region)} (${source}) is not a region`, 'Like eu-west-1.') };
  if (sdk !== undefined && sdk !== region) {
    const found = `the CDK uses ${region} (${source}), other programs ${sdk} (AWS_REGION or your AWS profile)`;
    return { region, result: warning(found, `export AWS_REGION=${region}`) };
  }
  return { region, result: ok(`${region} (${source})`) };
}

const sdkRegion = (options: { profile?: string }): Promise<string | undefined> =>
  new STSClient(options).config.region().catch(() => undefined);
