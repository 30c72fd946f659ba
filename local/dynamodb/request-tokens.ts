/**
 * Remembers for ten minutes which transactions succeeded under which ClientRequestToken, so that a repeated
 * request has no second effect. A transaction that failed is not remembered: its repetition is a new attempt.
 */
import { isDeepStrictEqual } from 'node:util';
import { refusal } from './errors';

const validityMs = 10 * 60 * 1000;

export interface RequestTokens {
  /** True if just this request has succeeded. Throws IdempotentParameterMismatchException if another one has. */
  isSpent(token: string, request: unknown): boolean;
  spend(token: string, request: unknown): void;
}

export function rememberRequestTokens(now: () => number): RequestTokens {
  const spent = new Map<string, { readonly request: unknown; readonly atMs: number }>();

  function forgetExpired(): void {
    for (const [token, { atMs }] of spent) {
      if (now() - atMs >= validityMs) spent.delete(token);
    }
  }

  return {
    isSpent(token, request) {
      forgetExpired();
      const earlier = spent.get(token);
      if (!earlier) return false;
      if (isDeepStrictEqual(earlier.request, request)) return true;
      throw refusal(
        'IdempotentParameterMismatchException',
        'The request uses the same client token as a previous, but non-identical request.',
      );
    },
    spend(token, request) {
      spent.set(token, { request, atMs: now() });
    },
  };
}
