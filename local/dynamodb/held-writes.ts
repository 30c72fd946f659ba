/**
 * Puts a gate before a LevelDB: while work is held, what it writes is collected instead of stored. Reads go on
 * seeing the stored state. What was collected can then be stored as one LevelDB batch, which survives a killed
 * process wholly or not at all, or be dropped, which leaves no trace.
 */
import type { Level, LevelWrite } from 'dynalite/db';

export interface HeldWrites {
  /** Runs `work` and returns the writes it would have made. Only one `work` at a time. */
  hold(work: () => Promise<void>): Promise<readonly LevelWrite[]>;
  /** Stores all of them or, if the process dies or this rejects, none. */
  commit(writes: readonly LevelWrite[]): Promise<void>;
}

type Done = Parameters<Level['batch']>[1];

export function holdWritesOf(level: Level): HeldWrites {
  const store = level.batch.bind(level);
  let held: LevelWrite[] | undefined;

  function submit(writes: readonly LevelWrite[], done: Done): void {
    if (!held) {
      store(writes, done);
      return;
    }
    held.push(...writes);
    setImmediate(done, null);
  }

  level.put = (key, value, done) => submit([{ type: 'put', key, value }], done);
  level.del = (key, done) => submit([{ type: 'del', key }], done);
  level.batch = submit;

  return {
    async hold(work) {
      const writes: LevelWrite[] = [];
      held = writes;
      try {
        await work();
      } finally {
        held = undefined;
      }
      return writes;
    },
    commit: (writes) =>
      new Promise((resolve, reject) => {
        store(writes, (error) => (error ? reject(error) : resolve()));
      }),
  };
}
