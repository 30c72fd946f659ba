/** Replaces `@aws-sdk/middleware-endpoint-discovery`, which DynamoDB does not need. */
export const resolveEndpointDiscoveryConfig = <Config>(config: Config): Config => config;
export const NODE_ENDPOINT_DISCOVERY_CONFIG_OPTIONS = { environmentVariableSelector: () => false };
