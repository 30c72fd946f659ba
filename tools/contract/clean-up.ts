/** Takes away what the run left at the target, as far as the API allows: every session of every user it made. */
import type { Connection } from '../../bench/load/connection';
import type { Ledger } from './ledger';

/** @returns of how many users it is not known whether a session still lives. */
export async function endAllSessions(connection: Connection, ledger: Ledger): Promise<number> {
  let unknown = 0;
  for (const tokens of ledger.tokens()) if (!(await endSessionsOf(connection, tokens))) unknown += 1;
  return unknown;
}

/** By the first token that is alive; if none is, no session is. */
async function endSessionsOf(connection: Connection, tokens: readonly string[]): Promise<boolean> {
  for (const token of tokens) {
    const headers = { Authorization: `Token ${token}` };
    const { reply } = await connection.send({ method: 'POST', path: 'api/logoutall/', headers });
    if (reply?.status === 204) return true;
    if (reply?.status !== 401) return false;
  }
  return true;
}
