/**
 * In place of `@aws-sdk/core/account-id-endpoint`, which reads and checks whether the endpoint is to be that of the account: a function's
 * credentials do not tell the account, so it never is.
 */
export const resolveAccountIdEndpointModeConfig = <Config>(config: Config): Config => config;
/** The SDK's own default, of which it tells AWS. */
export const NODE_ACCOUNT_ID_ENDPOINT_MODE_CONFIG_OPTIONS = {
  environmentVariableSelector: () => 'preferred',
};
