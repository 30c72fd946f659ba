/** Errors as they may be written down. */
import { types } from 'node:util';
import { ApiError } from '../http/errors';
import { StoreUnavailableError } from '../store/unavailable';

/** A cause of a cause of a cause; further down nobody reads, and a circle has no end. */
const MAX_CAUSES = 4;

/** An error's name, where in the code it arose, its cause, and its message if that can hold nothing of a request. */
export function describeError(
  error: unknown,
  depth = 0,
): { error: string; message?: string; stack?: string[] } {
  if (!types.isNativeError(error)) return { error: typeof error };
  const { name, message, cause } = error;
  return {
    error: name,
    ...(hasKnownMessage(error) && { message }),
    stack: parseFrames(error),
    ...(cause !== undefined && depth < MAX_CAUSES && { cause: describeError(cause, depth + 1) }),
  };
}

/**
 * Ours are constants, and the SDK's speak of tables and permissions. Those of the language and of Node may quote what they were
 * given: `JSON.parse` a body, a type error an argument.
 */
const hasKnownMessage = (error: Error): boolean =>
  error instanceof ApiError || error instanceof StoreUnavailableError || '$metadata' in error;

const parseFrames = ({ stack = '', message }: Error): string[] =>
  stack
    .slice(stack.indexOf(message) + message.length)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '));
