/** What `sam local` does with a template and env.json, without its containers: every function in a process of its own. */
import { type FunctionProcess, startFunction } from './function-process';
import { readSamTemplate, type SamFunction, type SamRoute } from './template';

export interface SamLocal {
  readonly routes: readonly SamRoute[];
  readonly functionIds: readonly string[];
  /** `sam local invoke`: the function by its id. Its process is started by the first event. */
  invoke(functionId: string, event: object): Promise<any>;
  /** What all functions wrote. */
  output(): string;
  close(): Promise<void>;
}

/** As in env.json. */
export interface EnvVars {
  readonly Parameters: Readonly<Record<string, string>>;
}

export function samLocal(templateFile: string, { Parameters }: EnvVars): SamLocal {
  const { functions, routes } = readSamTemplate(templateFile);
  const processes = new Map<string, Promise<FunctionProcess>>();
  const written: FunctionProcess[] = [];
  const start = async (definition: SamFunction): Promise<FunctionProcess> => {
    const started = await startFunction(definition, variablesOf(definition, Parameters));
    written.push(started);
    return started;
  };
  return {
    routes,
    functionIds: [...functions.keys()],
    async invoke(id, event) {
      const definition = functions.get(id);
      if (!definition) throw new Error(`There is no function ${id}`);
      const running = processes.get(id) ?? start(definition);
      processes.set(id, running);
      return (await running).invoke(event);
    },
    output: () => written.map((process) => process.output()).join(''),
    close: async () => {
      await Promise.all([...processes.values()].map(async (running) => (await running).close()));
    },
  };
}

/** Those that `sam local` makes up, and those of the template; env.json changes the latter and adds none. */
function variablesOf(
  { id, handler, memoryMegabytes, timeoutSeconds, variables }: SamFunction,
  overrides: Readonly<Record<string, string>>,
): Record<string, string> {
  const declared = Object.entries(variables).map(([name, value]) => [name, overrides[name] ?? value]);
  return {
    AWS_SAM_LOCAL: 'true',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMegabytes),
    AWS_LAMBDA_FUNCTION_TIMEOUT: String(timeoutSeconds),
    AWS_LAMBDA_FUNCTION_HANDLER: handler,
    AWS_LAMBDA_FUNCTION_NAME: id,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_LOG_GROUP_NAME: `aws/lambda/${id}`,
    AWS_LAMBDA_LOG_STREAM_NAME: '$LATEST',
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'defaultkey',
    AWS_SECRET_ACCESS_KEY: 'defaultsecret',
    AWS_ACCOUNT_ID: '123456789012',
    ...Object.fromEntries(declared),
  };
}
