/**
 * What a function may have to wait for DynamoDB. Its time-out is longer, so that its answer comes before Lambda gives up; with the
 * authorizer's it is shorter than what API Gateway waits. `docs/faults.md` explains the figures.
 */
import type { FunctionDefinition } from '../functions/shared/definition';
import { CONFLICT_PATIENCE_MS, WORST_CASE_CALL_SECONDS } from '../functions/shared/domain/limits';

/** The seconds that a function waits at worst. */
export const longestWait = ({ slowest: { calls, decisions } }: Pick<FunctionDefinition, 'slowest'>): number =>
  calls * WORST_CASE_CALL_SECONDS + decisions * (CONFLICT_PATIENCE_MS / 1000);
