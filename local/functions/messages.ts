/** What a pool and its workers say to each other. Events and results cross as JSON text, as they do in Lambda. */

/** Given to a worker when it is started. */
export interface WorkerSettings {
  /** Absolute path of the bundle. */
  readonly file: string;
  readonly exportName: string;
  /** Milliseconds by which the function's clock is moved, as one Float64. */
  readonly clockOffset?: SharedArrayBuffer;
}

/** To a worker: call the handler. A worker is sent the next one only when it has answered. */
export interface InvocationMessage {
  readonly event: string;
  readonly requestId: string;
  /** When the function's time ends, in milliseconds since the epoch. */
  readonly deadline: number;
  /** The function's ARN, which only the handler's context object needs. */
  readonly functionArn: string;
}

/** From a worker: `ready` or `unloadable` once, then `succeeded` or `failed` for each invocation. */
export type WorkerMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'unloadable'; readonly failure: FunctionFailure }
  | { readonly kind: 'succeeded'; readonly payload: string }
  | { readonly kind: 'failed'; readonly failure: FunctionFailure };

/**
 * How Lambda tells of a function that failed.
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html
 */
export interface FunctionFailure {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: readonly string[];
}
