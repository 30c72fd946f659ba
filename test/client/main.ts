/** `npm run test:client -- --runs 20000 --seed 1`: the client's guarantees at any length, with progress. `--whole`: by the deployed functions. */
import { playAtLength } from '../support/play-at-length';
import { startQuickServer } from './quick-server';
import { checkClient } from './sequences';
import { startWholeServer } from './server';

playAtLength(async (flags) => {
  const server = flags.has('whole') ? await startWholeServer() : startQuickServer();
  return { play: (length) => checkClient(server, length), close: async () => server.close() };
}, 'whole');
