/** A deployed stack: found by its outputs, reached with the credentials of the environment. */
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { StoreUnavailableError } from '../../functions/shared/store/unavailable';
import type { Result } from '../check-result';
import { checkRegion } from '../doctor';
import { awsFailure, checkCredentials, clientIn } from '../doctor-account';
import { CliError } from '../program';
import { type Backend, openBackend } from './backend';

/** Patient, because a command may meet a throttled table, and no phone waits for it. */
const CALL_ATTEMPTS = 8;
const ATTEMPT_MS = 10_000;
const CALL_SECONDS = 60;

/** @throws CliError if the stack, or the right to see it, is missing. */
export async function openStack(stackName: string, environment: NodeJS.ProcessEnv): Promise<Backend> {
  const { region, result: place } = await checkRegion(environment);
  if (region === undefined) throw toError(place);
  const { arn, result: identity } = await checkCredentials(region, environment['AWS_PROFILE']);
  if (arn === undefined) throw toError(identity);
  return openBackend({
    description: `stack ${stackName} in ${region}`,
    operator: arn,
    isLocal: false,
    outputs: await readOutputs(stackName, region),
    connection: {
      callSeconds: CALL_SECONDS,
      client: {
        region,
        maxAttempts: Number(environment['AWS_MAX_ATTEMPTS']) || CALL_ATTEMPTS,
        // Slows down as long as a table throttles.
        retryMode: 'adaptive',
        requestHandler: {
          connectionTimeout: ATTEMPT_MS,
          requestTimeout: ATTEMPT_MS,
          throwOnRequestTimeout: true,
        },
      },
    },
    explain: (error) => explain(error, region),
  });
}

async function readOutputs(StackName: string, region: string): Promise<Record<string, string>> {
  const client = new CloudFormationClient(clientIn(region));
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName }));
    const outputs = Stacks[0]?.Outputs ?? [];
    return Object.fromEntries(
      outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
    );
  } catch (error) {
    if ((error as Error).name === 'ValidationError')
      throw new CliError(
        `There is no stack ${StackName} in ${region}. Check the name, AWS_REGION and AWS_PROFILE.`,
      );
    throw toError(awsFailure(error, 'cloudformation:DescribeStacks', region));
  }
}

/** Never what AWS said: it may quote a session token. */
function explain(error: unknown, region: string): Error {
  if (error instanceof StoreUnavailableError)
    return error.cause === undefined
      ? new CliError(`${error.message} Try again.`)
      : explain(error.cause, region);
  if (
    !(error instanceof Error) ||
    error instanceof CliError ||
    !('$metadata' in error || 'code' in error || /Timeout|Abort|Credentials/.test(error.name))
  )
    return error instanceof Error ? error : new Error(String(error));
  const { name, message } = error;
  if (/Throttl|ThroughputExceeded|RequestLimitExceeded/.test(name))
    return new CliError(
      'DynamoDB throttles the table. Try again later: what was done stays done, and repeating is safe.',
    );
  if (name === 'ResourceNotFoundException')
    return new CliError(`A table of the stack does not exist in ${region}. Was it deleted by hand?`);
  const [, action = 'dynamodb:*'] = /perform: (dynamodb:\w+)/.exec(message) ?? [];
  return toError(awsFailure(error, action, region));
}

const toError = ({ found, todo }: Result): CliError =>
  new CliError(`AWS: ${found}.${todo ? ` ${todo}` : ''}`);
