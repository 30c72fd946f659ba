/** Hundreds of random sequences, the same each time. `npm run test:model -- --runs 20000` plays more. */
import { checkModel } from './commands';
import { startSystem } from './system';

describe('signup, login, use, refresh, logout and the end of sessions, in any order, at once, and with faults', () => {
  it('never end a session without a cause, never leave an ended one open, and never give a token two successors', async () => {
    const system = await startSystem();
    try {
      await checkModel(system, { runs: 200 });
    } finally {
      await system.close();
    }
  }, 600_000);
});
