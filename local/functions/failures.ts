/** The ways in which a function fails without answering, in the words that Lambda has for them. */
import type { FunctionDefinition } from '../template/deployment';
import { isRecord } from '../template/records';
import type { FunctionFailure } from './messages';

/** A bundle that cannot be loaded. Its message is the bundle's own, and names the function. */
export class FunctionLoadError extends Error {
  override readonly name = 'FunctionLoadError';
  readonly failure: FunctionFailure;

  constructor(definition: FunctionDefinition, failure: FunctionFailure) {
    const { errorType, errorMessage } = failure;
    super(`${definition.logicalId} cannot be loaded: ${errorType}: ${errorMessage}`);
    this.failure = failure;
  }
}

export function taskTimedOut(requestId: string, seconds: number): FunctionFailure {
  return failure(
    'Sandbox.Timedout',
    `${prefix(requestId)}Task timed out after ${seconds.toFixed(2)} seconds`,
  );
}

export function initialisationTimedOut(): FunctionFailure {
  return failure('Sandbox.Timedout', 'Initialisation did not end within 10 seconds');
}

/** The thread ended although nothing was thrown: `process.exit`, or it was stopped from outside. */
export function exited(requestId: string, code: number): FunctionFailure {
  return failure('Runtime.ExitError', `${prefix(requestId)}Runtime exited with error: exit status ${code}`);
}

/**
 * An exception that nobody caught, also that of having no memory left. It has crossed from another thread, and so is
 * no more than an object with the members of an error.
 */
export function uncaught(error: unknown): FunctionFailure {
  if (!isRecord(error) || typeof error['message'] !== 'string') {
    return failure('Runtime.ExitError', String(error));
  }
  const isOutOfMemory = error['code'] === 'ERR_WORKER_OUT_OF_MEMORY';
  return {
    errorType: isOutOfMemory ? 'Runtime.OutOfMemory' : String(error['name']),
    errorMessage: error['message'],
    trace: String(error['stack'] ?? '').split('\n'),
  };
}

function failure(errorType: string, errorMessage: string): FunctionFailure {
  return { errorType, errorMessage, trace: [] };
}

function prefix(requestId: string): string {
  return requestId === '' ? '' : `RequestId: ${requestId} Error: `;
}
