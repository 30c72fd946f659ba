/** Every check in its order, told as it goes. */
import { checkBootstrap, checkConcurrency, checkIdentity } from './account';
import { type Finding, notChecked, ok } from './finding';
import { checkCdk, checkPackages } from './installation';
import { checkRegion } from './region';
import { checkStack } from './stack';

export interface ExaminationOptions {
  /** `name=value` pairs. */
  readonly settings: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly say: (text: string) => void;
}

const STATE_WIDTH = 'not checked'.length;
const TITLE_WIDTH = 'Settings, stack'.length;

/** Whether nothing stands in the way of a deployment. */
export async function examine({ settings, environment, say }: ExaminationOptions): Promise<boolean> {
  const findings: Finding[] = [];
  const tell = (title: string, finding: Finding): void => {
    findings.push(finding);
    say(line(title, finding));
  };
  tell('Node.js', ok(process.versions.node));
  tell('Packages', checkPackages());
  tell('CDK', await checkCdk());
  const { finding: stack, needs } = await checkStack(settings);
  tell('Settings, stack', stack);
  const { finding: place, region } = await checkRegion(environment);
  tell('Region', place);
  const { finding: identity, account } =
    region === undefined
      ? { finding: notChecked('in which region?') }
      : await checkIdentity(region, environment['AWS_PROFILE']);
  tell('Credentials', identity);
  const isKnown = region !== undefined && account !== undefined;
  tell('Bootstrap', isKnown ? await checkBootstrap({ account, region }, needs) : withoutAccount);
  tell('Concurrency', isKnown ? await checkConcurrency(region) : withoutAccount);
  say(`\n${verdict(findings)}`);
  return !findings.some(({ state }) => state === 'problem');
}

const withoutAccount = notChecked('AWS has to be asked, with credentials');

function line(title: string, { state, found, todo }: Finding): string {
  const indent = `\n${' '.repeat(STATE_WIDTH + TITLE_WIDTH + 4)}`;
  const words = [found, ...(todo ? [`→ ${todo}`] : [])].join('\n').split('\n').join(indent);
  return `${state.padEnd(STATE_WIDTH)}  ${title.padEnd(TITLE_WIDTH)}  ${words}`;
}

function verdict(findings: readonly Finding[]): string {
  const count = (wanted: Finding['state']): number => findings.filter(({ state }) => state === wanted).length;
  const problems = count('problem');
  if (problems > 0)
    return `${problems === 1 ? 'One problem has' : `${problems} problems have`} to be solved before npm run deploy.`;
  return count('warning') > 0
    ? 'Ready for npm run deploy. Read the warnings first.'
    : 'Ready for npm run deploy.';
}
