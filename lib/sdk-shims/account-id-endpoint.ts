/**
 * Replaces `@aws-sdk/core/account-id-endpoint`, which configures endpoints for an account: a function's credentials do not contain the account
 * id, so it never uses one.
 */
export const resolveAccountIdEndpointModeConfig = <Config>(config: Config): Config => config;
/** The SDK's own default, which it reports in the user agent. */
export const NODE_ACCOUNT_ID_ENDPOINT_MODE_CONFIG_OPTIONS = {
  environmentVariableSelector: () => 'preferred',
};
