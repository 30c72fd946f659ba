/** The same sequences each time. `npm run test:client -- --runs 20000` plays more. */
import { startQuickServer } from './quick-server';
import { checkClient } from './sequences';
import { startWholeServer } from './server';

jest.setTimeout(600_000);

describe('whatever befalls network, store, clock and processes of an app, the seven guarantees of docs/client.md hold', () => {
  it('by the decisions of the server', () => checkClient(startQuickServer(), { runs: 300 }));

  it('by the deployed functions', async () => {
    const server = await startWholeServer();
    await checkClient(server, { runs: 40 }).finally(() => server.close());
  });
});
