/** In place of `@aws/lambda-invoke-store`: a function here serves one request at a time, whose trace is in the environment. */
export const InvokeStore = { getInstanceAsync: async () => undefined };
