/** Plays one row and says how it ended. */
import type { Client } from './client';
import type { Row, Target } from './row';
import { Difference, NotShownError, ThrottledError } from './verdict';

export type Outcome =
  | { readonly kind: 'held' }
  | { readonly kind: 'differs'; readonly sent: string; readonly expected: string; readonly got: string }
  | { readonly kind: 'not shown'; readonly reason: string }
  | { readonly kind: 'throttled'; readonly waitSeconds: number };

/** Rejects only if the run is stopped meanwhile. */
export async function judge(row: Row, client: Client, target: Target): Promise<Outcome> {
  const reason = row.notOn?.[target];
  if (reason !== undefined) return { kind: 'not shown', reason };
  try {
    await row.play(client);
    return { kind: 'held' };
  } catch (error) {
    return outcomeOf(error);
  }
}

function outcomeOf(error: unknown): Outcome {
  if (error instanceof Difference) {
    const { sent, expected, got } = error;
    return { kind: 'differs', sent, expected, got };
  }
  if (error instanceof NotShownError) return { kind: 'not shown', reason: error.message };
  if (error instanceof ThrottledError) return { kind: 'throttled', waitSeconds: error.waitSeconds };
  throw error;
}
