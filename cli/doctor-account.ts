/**
 * The checks of `npm run doctor` that call AWS. They print no message of AWS: the one about a wrong signature quotes the session token.
 */
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  GetAccountCommand,
  GetEmailIdentityCommand,
  NotFoundException,
  SESv2Client,
} from '@aws-sdk/client-sesv2';
import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { ok, problem, type Result, warning, within } from './check-result';

const CALL_MS = 4000;
/** Includes the search for credentials, which may try a metadata address that does not exist. */
const CHECK_SECONDS = 10;
/** A new account has ten; the usual quota is 1,000. */
const LOW_CONCURRENCY = 100;

export const clientIn = (region: string) => ({
  region,
  maxAttempts: 1,
  requestHandler: { connectionTimeout: CALL_MS, requestTimeout: CALL_MS, throwOnRequestTimeout: true },
});

/** @param profile the one in AWS_PROFILE, if any */
export async function checkCredentials(
  region: string,
  profile?: string,
): Promise<{ result: Result; account?: string; arn?: string }> {
  const client = new STSClient(clientIn(region));
  try {
    const missing = await within(CHECK_SECONDS, client.config.credentials()).then(
      () => undefined,
      (error: unknown) => String(error),
    );
    if (missing) return { result: withoutCredentials(missing, profile) };
    const identity = await within(CHECK_SECONDS, client.send(new GetCallerIdentityCommand({})));
    const { Account = '', Arn = '' } = identity;
    const result = Arn.endsWith(':root')
      ? warning(
          `account ${Account}, root user`,
          'Deploy with another identity: the root user can close the account.',
        )
      : ok(`account ${Account}, ${Arn.split(':').at(-1)}`);
    return { account: Account, arn: Arn, result };
  } catch (error) {
    return { result: awsFailure(error, 'sts:GetCallerIdentity', region) };
  }
}

function withoutCredentials(message: string, profile: string | undefined): Result {
  if (/sso|expired|login session/i.test(message))
    return problem('the sign-in of the profile has expired', 'aws sso login (or aws login).');
  const where = profile ? ` in the profile "${profile}" (AWS_PROFILE)` : '';
  return problem(`no credentials${where}`, 'Sign in: docs/deploy.md, step 1.');
}

export interface BootstrapNeeds {
  readonly account: string;
  readonly region: string;
  readonly version: number;
  /** The SSM parameter with the installed version. */
  readonly parameter: string;
}

export async function checkBootstrap({
  account,
  region,
  version,
  parameter,
}: BootstrapNeeds): Promise<Result> {
  const bootstrap = `npx cdk bootstrap aws://${account}/${region}`;
  const client = new SSMClient(clientIn(region));
  try {
    const { Parameter } = await within(
      CHECK_SECONDS,
      client.send(new GetParameterCommand({ Name: parameter })),
    );
    return Number(Parameter?.Value) >= version
      ? ok(`version ${Parameter?.Value} in ${region}; ${version} is needed`)
      : problem(`version ${Parameter?.Value} in ${region} is too old; ${version} is needed`, bootstrap);
  } catch (error) {
    if (error instanceof ParameterNotFound)
      return problem(`account ${account} is not bootstrapped in ${region}`, bootstrap);
    const failure = awsFailure(error, 'ssm:GetParameter', region);
    // The CDK reads it with its own role.
    return isDenied(error) ? { ...failure, state: 'warning' } : failure;
  }
}

/** At most a warning, as a deployment works with a low quota. */
export async function checkConcurrency(region: string): Promise<Result> {
  const client = new LambdaClient(clientIn(region));
  try {
    const { AccountLimit } = await within(CHECK_SECONDS, client.send(new GetAccountSettingsCommand({})));
    const limit = AccountLimit?.UnreservedConcurrentExecutions ?? 0;
    const found = `${limit} concurrent functions in ${region}`;
    if (limit >= LOW_CONCURRENCY) return ok(found);
    return warning(
      `${found}, for the whole account; excess requests get 503`,
      'Before users come: Service Quotas, AWS Lambda, "Concurrent executions", request 1,000. It is free.',
    );
  } catch (error) {
    return { ...awsFailure(error, 'lambda:GetAccountSettings', region), state: 'warning' };
  }
}

/** At most a warning, as a deployment works without e-mail. */
export async function checkSender(address: string, region: string): Promise<Result> {
  const client = new SESv2Client(clientIn(region));
  const [, domain = ''] = address.split('@');
  try {
    for (const identity of [address, ...listDomains(domain)])
      if (await isVerified(identity, client)) return ok(`${identity} is verified in ${region}`);
    return warning(
      `neither ${address} nor its domain is verified in ${region}: SES sends no message`,
      `aws sesv2 create-email-identity --email-identity ${domain}, then docs/deploy.md, Messages.`,
    );
  } catch (error) {
    return { ...awsFailure(error, 'ses:GetEmailIdentity', region), state: 'warning' };
  }
}

/** A domain and those above it: SES sends from the subdomains of a verified domain. */
const listDomains = (domain: string): readonly string[] =>
  domain.includes('.') ? [domain, ...listDomains(domain.slice(domain.indexOf('.') + 1))] : [];

async function isVerified(EmailIdentity: string, client: SESv2Client): Promise<boolean> {
  try {
    const command = new GetEmailIdentityCommand({ EmailIdentity });
    return (await within(CHECK_SECONDS, client.send(command))).VerifiedForSendingStatus === true;
  } catch (error) {
    if (error instanceof NotFoundException) return false;
    throw error;
  }
}

/** At most a warning, likewise. */
export async function checkSendingQuota(region: string): Promise<Result> {
  const client = new SESv2Client(clientIn(region));
  try {
    const account = await within(CHECK_SECONDS, client.send(new GetAccountCommand({})));
    const { Max24HourSend = 0, SentLast24Hours = 0 } = account.SendQuota ?? {};
    // -1 stands for no limit.
    const quota =
      Max24HourSend < 0
        ? `any number of messages a day in ${region}`
        : `${Max24HourSend} messages a day in ${region}, ${SentLast24Hours} sent in the last one`;
    if (account.SendingEnabled === false)
      return warning(`SES has stopped sending in ${region}`, 'See the account dashboard in the SES console.');
    if (!account.ProductionAccessEnabled)
      return warning(
        `sandbox: only verified recipients get mail; ${quota}`,
        'Before users come, ask for production access: docs/deploy.md, Messages.',
      );
    if (Max24HourSend >= 0 && SentLast24Hours >= Max24HourSend)
      return warning(`${quota}: no more are sent`, 'Service Quotas, Amazon SES, "Sending quota".');
    return ok(quota);
  } catch (error) {
    return { ...awsFailure(error, 'ses:GetAccount', region), state: 'warning' };
  }
}

interface AwsError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const isDenied = (error: unknown): boolean => /^AccessDenied/.test((error as AwsError).name);

/** Why a call to AWS failed. */
export function awsFailure(cause: unknown, action: string, region: string): Result {
  const error = cause as AwsError;
  const { name, message, code = '' } = error;
  const signIn = 'Sign in again, or take a new access key: docs/deploy.md, step 1.';
  const network = 'Check the network. This program uses no proxy; behind one, npx cdk diff tells.';

  if (/^ExpiredToken|^TokenRefreshRequired$/.test(name))
    return problem('the credentials have expired', signIn);
  if (/^(InvalidClientTokenId|UnrecognizedClientException|InvalidAccessKeyId)$/.test(name))
    return problem(
      `AWS does not know the access key in ${region}`,
      `It is mistyped or deleted, or ${region} must first be enabled in your account. ${signIn}`,
    );
  if (isDenied(error))
    return problem(`the identity may not call ${action}`, `Allow it ${action}: docs/deploy.md, step 1.`);
  if (/Signature|RequestTimeTooSkewed|RequestExpired/.test(name))
    return /expired|current|earlier|later|skew/i.test(`${name} ${message}`)
      ? problem(
          "this machine's clock is wrong",
          'AWS refuses requests that are five minutes off. Set the clock.',
        )
      : problem(
          'the secret access key does not match the access key',
          `One is mistyped or cut off. ${signIn}`,
        );

  if (/^(ENOTFOUND|EAI_AGAIN)$/.test(code))
    return problem(
      `AWS has no address in ${region}: no network, or no such region`,
      `Check the region. ${network}`,
    );
  if (/^CERT_(NOT_YET_VALID|HAS_EXPIRED)$/.test(code))
    return problem("AWS's certificate is not valid today", "Check this machine's clock.");
  if (/CERT|SIGNATURE/.test(code))
    return problem(
      "AWS's certificate is not trusted",
      'A proxy may intercept TLS. Name its certificate in NODE_EXTRA_CA_CERTS.',
    );
  const isUnreachable = /^(ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|EPIPE|ETIMEDOUT)$/.test(code);
  if (isUnreachable || /^(TimeoutError|AbortError)$/.test(name) || /socket hang up/.test(message))
    return problem(`AWS cannot be reached in ${region}`, network);
  const status = error.$metadata?.httpStatusCode;
  return problem(
    `AWS answered ${name}${status ? ` (HTTP ${status})` : ''} to ${action}`,
    'Try again, and see https://health.aws.amazon.com/health/status.',
  );
}
