/** What only AWS can tell: who we are there, whether the CDK's own stack is there, and how many functions may run at once. */
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { awsFailure, isDenied } from './aws-failure';
import { type Finding, notChecked, ok, problem, warning } from './finding';
import type { BootstrapNeeds } from './stack';
import { within } from './time-limit';

const CALL_MS = 4000;
/** With what it takes to find credentials, such as asking a machine's metadata address that may not be there. */
const CHECK_SECONDS = 10;
/** A new account has ten; the usual quota is 1,000. */
const FEW_AT_ONCE = 100;

const clientIn = (region: string) => ({
  region,
  maxAttempts: 1,
  requestHandler: { connectionTimeout: CALL_MS, requestTimeout: CALL_MS, throwOnRequestTimeout: true },
});

export interface CheckedIdentity {
  readonly finding: Finding;
  /** Absent if nobody could be found. */
  readonly account?: string;
}

const NOTHING_ELSE = 'Without them AWS could not be asked for account, bootstrap and Lambda concurrency.';

/** @param profile the one that was asked for, if any */
export async function checkIdentity(region: string, profile?: string): Promise<CheckedIdentity> {
  const client = new STSClient(clientIn(region));
  try {
    const missing = await within(CHECK_SECONDS, client.config.credentials()).then(() => undefined, asError);
    if (missing) return { finding: withoutCredentials(missing, profile) };
    const { Account = '', Arn = '' } = await within(
      CHECK_SECONDS,
      client.send(new GetCallerIdentityCommand({})),
    );
    return { account: Account, finding: identified(Account, Arn) };
  } catch (error) {
    return { finding: awsFailure(error, { action: 'sts:GetCallerIdentity', region }) };
  }
}

const identified = (account: string, arn: string): Finding =>
  arn.endsWith(':root')
    ? warning(
        `account ${account}, as its root user`,
        'Deploy as another identity: the root user can close the account.',
      )
    : ok(`account ${account}, as ${arn.split(':').at(-1)}`);

const asError = (cause: unknown): Error => (cause instanceof Error ? cause : new Error(String(cause)));

function withoutCredentials({ message }: Error, profile: string | undefined): Finding {
  const where = profile ? ` for the profile "${profile}" (AWS_PROFILE)` : '';
  return /sso|expired|login session/i.test(message)
    ? problem(
        'the sign-in of the profile has expired',
        `aws sso login (or aws login), then again. ${NOTHING_ELSE}`,
      )
    : problem(`no credentials were found${where}`, `Sign in as docs/deploy.md says, step 1. ${NOTHING_ELSE}`);
}

export interface Place {
  readonly account: string;
  readonly region: string;
}

export async function checkBootstrap(
  { account, region }: Place,
  needs: BootstrapNeeds | undefined,
): Promise<Finding> {
  if (needs === undefined) return notChecked('which version is needed is known once the stack synthesises');
  const bootstrap = `npx cdk bootstrap aws://${account}/${region}`;
  const client = new SSMClient(clientIn(region));
  try {
    const { Parameter } = await within(
      CHECK_SECONDS,
      client.send(new GetParameterCommand({ Name: needs.parameter })),
    );
    const version = Number(Parameter?.Value);
    return version >= needs.version
      ? ok(`version ${version} in ${region}; ${needs.version} is needed`)
      : problem(`version ${Parameter?.Value} in ${region} is too old, ${needs.version} is needed`, bootstrap);
  } catch (error) {
    if (error instanceof ParameterNotFound)
      return problem(`account ${account} was never made ready for the CDK in ${region}`, bootstrap);
    const failure = awsFailure(error, { action: 'ssm:GetParameter', region });
    // The CDK looks there by a role of its own.
    return isDenied(error) ? { ...failure, state: 'warning' } : failure;
  }
}

/** Whatever is found, a deployment works. */
export async function checkConcurrency(region: string): Promise<Finding> {
  const client = new LambdaClient(clientIn(region));
  try {
    const { AccountLimit } = await within(CHECK_SECONDS, client.send(new GetAccountSettingsCommand({})));
    return concurrency(AccountLimit?.UnreservedConcurrentExecutions ?? 0, region);
  } catch (error) {
    const { found, todo = '' } = awsFailure(error, { action: 'lambda:GetAccountSettings', region });
    return warning(found, todo);
  }
}

const concurrency = (atOnce: number, region: string): Finding =>
  atOnce >= FEW_AT_ONCE
    ? ok(`${atOnce} functions may run at once in ${region}`)
    : warning(
        `${atOnce} functions may run at once in ${region}, for everything in the account: so many requests at the same moment are answered, more get a 503`,
        'Enough to try it. Before users come: Service Quotas, AWS Lambda, "Concurrent executions", ask for 1,000. It costs nothing.',
      );
