import type { Connection, Reply } from '../../../bench/load/connection';
import { endAllSessions } from '../../../tools/contract/clean-up';
import { Ledger } from '../../../tools/contract/ledger';

const replyOf = (status: number, text = ''): Reply => ({ status, text, body: undefined, headers: {} });

/** A server that answers each token's request to end all sessions by a status; 0: not at all. */
function serverWith(statuses: Readonly<Record<string, number>>): Connection {
  return {
    close: () => undefined,
    send: async ({ headers }) => {
      const status = statuses[headers?.['Authorization']?.replace('Token ', '') ?? ''];
      return status ? { milliseconds: 0, reply: replyOf(status) } : { milliseconds: 0, failure: 'gone' };
    },
  };
}

const tokenOf = (user: string, session: string): string => user.repeat(10) + session.repeat(30);

function ledgerOf(tokens: readonly string[]): Ledger {
  const ledger = new Ledger();
  for (const token of tokens) ledger.note(replyOf(200, `{"token":"${token}"}`));
  return ledger;
}

describe('the sessions of a run', () => {
  const [first, second] = [tokenOf('a', '1'), tokenOf('a', '2')];

  it.each([
    ['are ended by a token that is alive', { [first]: 204, [second]: 401 }, 0],
    ['are over if no token is alive', { [first]: 401, [second]: 401 }, 0],
    ['may go on if the server fails', { [first]: 204, [second]: 503 }, 1],
    ['may go on if nobody answers', { [first]: 0, [second]: 0 }, 1],
  ])('%s', async (_, statuses, unknown) => {
    expect(await endAllSessions(serverWith(statuses), ledgerOf([first, second]))).toBe(unknown);
  });

  it('are counted by user', async () => {
    const other = tokenOf('b', '1');
    const server = serverWith({ [first]: 500, [second]: 500, [other]: 204 });
    expect(await endAllSessions(server, ledgerOf([first, second, other]))).toBe(1);
  });
});
