/**
 * The environment variables that a function sees: its own, and those that Lambda's runtime sets. It inherits none from
 * this process. (`TZ` can be read, but a worker thread shares the process's time zone.)
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
import { type FunctionDefinition, region } from '../template/deployment';

/** The function's variables. Those of `extra` win. The access key id tells the database who calls. */
export function buildEnvironment(
  definition: Pick<
    FunctionDefinition,
    'logicalId' | 'handler' | 'codeFolder' | 'memoryMegabytes' | 'environment'
  >,
  extra: Readonly<Record<string, string>>,
): Record<string, string> {
  const { logicalId, handler, codeFolder, memoryMegabytes } = definition;
  return {
    _HANDLER: handler,
    AWS_ACCESS_KEY_ID: logicalId,
    AWS_DEFAULT_REGION: region,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMegabytes),
    AWS_LAMBDA_FUNCTION_NAME: logicalId,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${logicalId}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    AWS_REGION: region,
    AWS_SECRET_ACCESS_KEY: 'local',
    LAMBDA_TASK_ROOT: codeFolder,
    TZ: ':UTC',
    ...definition.environment,
    ...extra,
  };
}
