/**
 * The longest wait for DynamoDB. A function's time-out is longer, so that it responds before Lambda gives up; together with the authorizer's
 * it is shorter than API Gateway's. `docs/faults.md` explains the figures.
 */
import type { FunctionDefinition } from '../functions/shared/definition';
import { CONFLICT_PATIENCE_MS, WORST_CASE_CALL_SECONDS } from '../functions/shared/domain/limits';

/** In seconds. */
export const longestWait = ({ slowest: { calls, decisions } }: Pick<FunctionDefinition, 'slowest'>): number =>
  calls * WORST_CASE_CALL_SECONDS + decisions * (CONFLICT_PATIENCE_MS / 1000);
