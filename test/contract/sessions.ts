/** The sessions of a user (docs/sessions.md). These rows end sessions, so each signs in anew. */
import type { Reply } from '../support/client';
import type { Contract } from './contract';
import {
  DASHBOARD,
  DONE,
  type ExpectedResponse,
  expectResponse,
  greeting,
  INVALID_TOKEN,
  invalid,
  LIST,
  NOT_FOUND,
  REFRESH,
} from './responses';

const aTime = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);

/** One entry of the list. */
export const aSession = ({ last_refreshed_at }: { readonly last_refreshed_at?: unknown }) => ({
  id: expect.stringMatching(/^[0-9a-f]{16}$/),
  created_at: aTime,
  last_refreshed_at: last_refreshed_at === null ? null : aTime,
  expires_at: aTime,
  device: expect.any(String),
  current: expect.any(Boolean),
});

/** @returns the list of the user's sessions. */
export async function expectAlive(api: Contract, token: string): Promise<Reply> {
  const reply = await api.send(LIST, { token });
  const body = Array.isArray(reply.body) ? reply.body.map(aSession) : [];
  expectResponse(LIST, reply, { status: 200, body });
  return reply;
}

const PART = 8;
/** All substrings of that length. */
const partsOf = (token: string): string[] =>
  Array.from({ length: token.length - PART + 1 }, (_, at) => token.slice(at, at + PART));

export function sessions(api: Contract): void {
  const expectDead = (token: string) => api.expect(LIST, INVALID_TOKEN, { token });
  const listed = async (token: string): Promise<any[]> => (await expectAlive(api, token)).body;

  api.row(
    'a refresh whose answer was lost is answered the same when it is repeated, also right after the first use',
    async () => {
      const bob = await api.user('bob');
      const token = await api.login(bob);
      const lost = await api.refresh(token);
      expect(await api.refresh(token)).toBe(lost);
      await api.expect(DASHBOARD, greeting(bob.role), { token: lost });
      expect(await api.refresh(token)).toBe(lost);
    },
  );

  api.row('GET /api/sessions/ shows every device, newest first, and marks this one', async () => {
    const bob = await api.user('bob');
    const phone = await api.login(bob, { headers: { 'User-Agent': 'Phone/1.0' } });
    const tablet = await api.login(bob, { headers: { 'User-Agent': 'Tablet/2.0 (big)' } });
    const successor = await api.refresh(tablet);
    const reply = await expectAlive(api, phone);
    const body = [
      { ...aSession({}), device: 'Tablet/2.0 (big)', current: false },
      { ...aSession({ last_refreshed_at: null }), device: 'Phone/1.0', current: true },
      ...reply.body.slice(2),
    ];
    expectResponse(LIST, reply, { status: 200, body });
    const shown = [phone, tablet, successor].flatMap(partsOf).filter((part) => reply.text.includes(part));
    expect(shown).toEqual([]);
  });

  api.row(
    'DELETE /api/sessions/{id}/ ends one of the own sessions, this one too, and each only once',
    async () => {
      const bob = await api.user('bob');
      const [token, other] = [await api.login(bob), await api.login(bob)];
      const [first, second] = await listed(token);
      expect([first.current, second.current]).toEqual([false, true]);
      const end = (id: string, expected: ExpectedResponse) =>
        api.expect(`DELETE /api/sessions/${id}/`, expected, { token });
      await end(first.id, DONE);
      await expectDead(other);
      await end(first.id, NOT_FOUND);
      await end(second.id, DONE);
      await end(second.id, INVALID_TOKEN);
    },
  );

  api.row(
    "DELETE /api/sessions/{id}/ answers someone else's, an unknown and a malformed id by the same 404",
    async () => {
      const [{ token }, bob] = [await api.user('ada'), await api.user('bob')];
      const { id } = (await listed(bob.token)).find(({ current }) => current);
      for (const wanted of [id, '0123456789abcdef', 'x', `${id}0`, id.toUpperCase()])
        await api.expect(`DELETE /api/sessions/${wanted}/`, NOT_FOUND, { token });
      await expectAlive(api, bob.token);
    },
  );

  api.row('POST /api/logoutall/ with any keep but current: 400, and nothing ends', async () => {
    const { token } = await api.user('ada');
    for (const query of ['keep=curent', 'keep=', 'keep=all', 'keep=current&keep=all']) {
      const keep = [`"${query.slice(query.lastIndexOf('=') + 1)}" is not a valid choice.`];
      await api.expect(`POST /api/logoutall/?${query}`, invalid({ keep }), { token });
    }
    await expectAlive(api, token);
  });

  api.row('POST /api/logoutall/?keep=current ends all others; this one can still be refreshed', async () => {
    const ada = await api.user('ada');
    const [token, other] = [await api.login(ada), await api.login(ada)];
    await api.expect('POST /api/logoutall/?keep=current', DONE, { token });
    await expectDead(other);
    const successor = await api.refresh(token);
    expect(await listed(successor)).toHaveLength(1);
    await api.expect('POST /api/logoutall/?keep=current', DONE, { token: successor });
    await expectAlive(api, successor);
  });

  api.row(
    "POST /api/logoutall/ ends all sessions of the user and no one else's, and the next login works",
    async () => {
      const [ada, bob] = [await api.user('ada'), await api.user('bob')];
      const [token, other] = [await api.login(ada), await api.login(ada)];
      await api.expect('POST /api/logoutall/', DONE, { token });
      for (const ended of [token, other]) await expectDead(ended);
      await api.expect(REFRESH, INVALID_TOKEN, { token: other });
      await expectAlive(api, bob.token);
      expect(await listed(await api.login(ada))).toHaveLength(1);
    },
  );
}
