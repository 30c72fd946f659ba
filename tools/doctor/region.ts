/** Which region a deployment goes to. The CDK and the SDK do not look for it in the same places. */
import { STSClient } from '@aws-sdk/client-sts';
import { type Finding, ok, problem, warning } from './finding';

/** Where the CDK goes that was told nothing. */
const CDK_DEFAULT = 'us-east-1';
/** In the order in which the CDK's command-line tool asks for them. The SDK, like npm run doctor, looks at the first alone. */
const VARIABLES = ['AWS_REGION', 'AMAZON_REGION', 'AWS_DEFAULT_REGION', 'AMAZON_DEFAULT_REGION'] as const;

export interface CheckedRegion {
  readonly finding: Finding;
  /** Where the CDK would deploy to; absent if there is no such region. */
  readonly region?: string;
}

export async function checkRegion(environment: NodeJS.ProcessEnv): Promise<CheckedRegion> {
  const variable = VARIABLES.find((name) => environment[name]);
  const sdk = await regionOf({});
  const profile = sdk ?? (await regionOf({ profile: 'default' }));
  const region = (variable && environment[variable]) ?? profile;
  if (region === undefined)
    return {
      region: CDK_DEFAULT,
      finding: warning(
        `none is set: the CDK would deploy to ${CDK_DEFAULT} without asking`,
        'export AWS_REGION=eu-west-1 (or another), or put region into your profile (aws configure set region eu-west-1).',
      ),
    };
  const source = variable ?? 'your AWS profile';
  if (!/^[a-z]{2,4}(-[a-z]+)+-\d$/.test(region))
    return {
      finding: problem(
        `${JSON.stringify(region)} (${source}) is no region`,
        'One is written like eu-west-1.',
      ),
    };
  if (sdk !== undefined && sdk !== region)
    return {
      region,
      finding: warning(
        `the CDK takes ${region} (${source}), other programs take ${sdk} (AWS_REGION or your AWS profile)`,
        `export AWS_REGION=${region}`,
      ),
    };
  return { region, finding: ok(`${region} (${source})`) };
}

/** As the SDK finds it. */
async function regionOf(options: { profile?: string }): Promise<string | undefined> {
  try {
    return await new STSClient(options).config.region();
  } catch {
    return undefined;
  }
}
