/** Replaces `@aws/lambda-invoke-store`: a function serves one request at a time, whose trace id is in the environment. */
export const InvokeStore = { getInstanceAsync: async () => undefined };
