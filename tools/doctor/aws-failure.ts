/**
 * Why a call to AWS failed, in plain words. Messages of AWS are not passed on where they may quote a request: that of a wrong signature
 * holds the session token.
 */
import { type Finding, problem } from './finding';
import { TimeLimitError } from './time-limit';

/** What was tried. */
export interface Attempt {
  /** As IAM knows it, such as `ssm:GetParameter`. */
  readonly action: string;
  readonly region: string;
}

interface AwsError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const EXPIRED = ['ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired'];
const UNKNOWN_KEY = ['InvalidClientTokenId', 'UnrecognizedClientException', 'InvalidAccessKeyId'];
const DENIED = ['AccessDenied', 'AccessDeniedException'];
const SIGNATURE = [
  'SignatureDoesNotMatch',
  'InvalidSignatureException',
  'RequestTimeTooSkewed',
  'RequestExpired',
];
const UNREACHABLE = ['ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'ENETUNREACH', 'EPIPE', 'ETIMEDOUT'];
const UNKNOWN_HOST = ['ENOTFOUND', 'EAI_AGAIN'];

const SIGN_IN =
  'Sign in again (aws sso login, or aws login), or take a new access key. docs/deploy.md, step 1.';
const NETWORK =
  'Check the network. This program uses no proxy; behind one, only the CDK itself can tell (npx cdk diff).';

export function awsFailure(cause: unknown, attempt: Attempt): Finding {
  const error = cause as AwsError;
  return (
    refusal(error, attempt) ??
    silence(error, attempt) ??
    problem(
      `AWS answered ${error.name}${error.$metadata?.httpStatusCode ? ` (HTTP ${error.$metadata.httpStatusCode})` : ''} to ${attempt.action}`,
      'Run it again. If it stays so, look at https://health.aws.amazon.com/health/status.',
    )
  );
}

export const isDenied = (error: unknown): boolean => DENIED.includes((error as AwsError).name);

/** AWS answered, and did not want to. */
function refusal(error: AwsError, { action, region }: Attempt): Finding | undefined {
  const { name, message } = error;
  if (EXPIRED.includes(name)) return problem('the credentials have expired', SIGN_IN);
  if (UNKNOWN_KEY.includes(name))
    return problem(
      `AWS does not know the access key in ${region}`,
      `It was mistyped or deleted, or ${region} is a region that your account has to enable first. ${SIGN_IN}`,
    );
  if (isDenied(error))
    return problem(
      `the identity may not do ${action}`,
      `Have ${action} allowed to it. docs/deploy.md, step 1, says what a deployment needs.`,
    );
  if (!SIGNATURE.includes(name)) return undefined;
  return /expired|current|earlier|later|skew/i.test(`${name} ${message}`)
    ? problem(
        "this machine's clock is wrong",
        'AWS takes no request that is five minutes off. Set the clock, or have it set by the network.',
      )
    : problem(
        'the secret access key does not belong to its access key',
        `One of the two was mistyped or cut off. ${SIGN_IN}`,
      );
}

/** Nobody answered, or not AWS. */
function silence({ name, code = '', message }: AwsError, { region }: Attempt): Finding | undefined {
  if (UNKNOWN_HOST.includes(code))
    return problem(
      `AWS has no address in ${region}: no network, or no such region`,
      `Check the region's name. ${NETWORK}`,
    );
  if (code === 'CERT_NOT_YET_VALID' || code === 'CERT_HAS_EXPIRED')
    return problem("AWS's certificate is not valid today", "Check this machine's clock.");
  if (/CERT|SIGNATURE/.test(code))
    return problem(
      "AWS's certificate is not trusted",
      'A proxy may be reading along. Name its certificate in NODE_EXTRA_CA_CERTS.',
    );
  const isSilent = name === 'TimeoutError' || name === 'AbortError' || name === new TimeLimitError(0).name;
  if (isSilent || UNREACHABLE.includes(code) || /socket hang up/.test(message))
    return problem(`AWS cannot be reached in ${region}`, NETWORK);
  return undefined;
}
