/**
 * Replaces `@smithy/core/config`, which also reads files and asks EC2: a function's configuration is in its environment. It has every name that
 * the rest of the SDK imports; a missing one stops the bundling.
 */

type Environment = NodeJS.ProcessEnv;

interface Selectors<Value> {
  readonly environmentVariableSelector: (environment: Environment) => Value | undefined;
  readonly default?: Value | (() => Promise<Value>);
}

/** The environment's value, or the default. */
export const loadConfig =
  <Value>({ environmentVariableSelector, default: otherwise }: Selectors<Value>) =>
  async (): Promise<Value | undefined> =>
    environmentVariableSelector(process.env) ??
    (typeof otherwise === 'function' ? (otherwise as () => Promise<Value>)() : otherwise);

export const REGION_ENV_NAME = 'AWS_REGION';
export const REGION_INI_NAME = 'region';
export const NODE_REGION_CONFIG_OPTIONS = {
  environmentVariableSelector: (environment: Environment) => environment[REGION_ENV_NAME],
};
export const NODE_REGION_CONFIG_FILE_OPTIONS = {};
export const resolveRegionConfig = <Config>(config: Config): Config => config;

export const DEFAULT_USE_DUALSTACK_ENDPOINT = false;
export const DEFAULT_USE_FIPS_ENDPOINT = false;
const flag = (name: string) => ({
  environmentVariableSelector: (environment: Environment) => environment[name] === 'true',
});
export const NODE_USE_DUALSTACK_ENDPOINT_CONFIG_OPTIONS = flag('AWS_USE_DUALSTACK_ENDPOINT');
export const NODE_USE_FIPS_ENDPOINT_CONFIG_OPTIONS = flag('AWS_USE_FIPS_ENDPOINT');

/** The SDK's own default. */
export const resolveDefaultsModeConfig = () => async () => 'legacy';

export const SelectorType = { ENV: 'env', CONFIG: 'shared config entry' } as const;
export const booleanSelector = (environment: Environment, name: string): boolean | undefined =>
  environment[name] === undefined ? undefined : environment[name] === 'true';

/** Separates section and name in the files. */
export const CONFIG_PREFIX_SEPARATOR = '.';
/** Thrown by a credential source that has none. */
export class ProviderError extends Error {}
