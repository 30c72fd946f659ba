/** The sessions of a user: docs/sessions.md. These rows end sessions, so each signs in anew. */
import type { Client } from '../client';
import { aTime } from '../pattern';
import type { Row } from '../row';
import { aSession, DONE, greetingOf, INVALID_TOKEN, LISTED, NOT_FOUND } from './answers';

const section = 'Sessions';

const list = (token: string) => ({ method: 'GET', path: '/api/sessions/', token });
const isAlive = (client: Client, token: string) => client.expect(list(token), LISTED);
const isDead = (client: Client, token: string) => client.expect(list(token), INVALID_TOKEN);
const end = (token: string, id: string) => ({ method: 'DELETE', path: `/api/sessions/${id}/`, token });
const logoutAll = (token: string, query = '') => ({ method: 'POST', path: `/api/logoutall/${query}`, token });

interface Listed {
  readonly id: string;
  readonly current: boolean;
}
const listed = async (client: Client, token: string) =>
  (await isAlive(client, token)).body as readonly Listed[];

export const sessions: readonly Row[] = [
  {
    section,
    title:
      'a refresh whose answer was lost is answered the same when it is repeated, also right after the first use',
    play: playLostAnswer,
  },
  {
    section,
    title: 'GET /api/sessions/ shows every device, newest first, and marks this one',
    play: playList,
  },
  {
    section,
    title: 'DELETE /api/sessions/{id}/ ends one of the own sessions, this one too, and each only once',
    play: playEnd,
  },
  {
    section,
    title: "DELETE /api/sessions/{id}/ answers someone else's, an unknown and a malformed id by the same 404",
    play: playForeignId,
  },
  {
    section,
    title: 'POST /api/logoutall/ with any keep but current: 400, and nothing ends',
    async play(client) {
      const { token } = await client.person('ada');
      for (const wrong of ['curent', '', 'all']) {
        const body = { keep: [`"${wrong}" is not a valid choice.`] };
        await client.expect(logoutAll(token, `?keep=${wrong}`), { status: 400, body });
      }
      const twice = { status: 400, body: { keep: ['"all" is not a valid choice.'] } };
      await client.expect(logoutAll(token, '?keep=current&keep=all'), twice);
      await isAlive(client, token);
    },
  },
  {
    section,
    title: 'POST /api/logoutall/?keep=current ends all others; this one can still be refreshed',
    play: playKeepCurrent,
  },
  {
    section,
    title: "POST /api/logoutall/ ends all sessions of the user and no one else's, and the next login works",
    play: playLogoutAll,
  },
];

async function playLostAnswer(client: Client): Promise<void> {
  const bob = await client.person('bob');
  const token = await client.login(bob);
  const lost = await client.refresh(token);
  const repeated = await client.refresh(token);
  client.must(repeated === lost, 'the same successor', 'another one');
  await client.expect({ method: 'GET', path: '/api/dashboard/', token: lost }, greetingOf(bob.role));
  const afterUse = await client.refresh(token);
  client.must(afterUse === lost, 'the same successor', 'another one');
}

async function playList(client: Client): Promise<void> {
  const bob = await client.person('bob');
  const phone = await client.login(bob, { 'User-Agent': 'Phone/1.0' });
  const tablet = await client.login(bob, { 'User-Agent': 'Tablet/2.0 (big)' });
  const successor = await client.refresh(tablet);
  const reply = await isAlive(client, phone);
  const [newest, second] = reply.body as readonly unknown[];
  const shown = [
    { ...aSession, last_refreshed_at: aTime, device: 'Tablet/2.0 (big)', current: false },
    { ...aSession, last_refreshed_at: null, device: 'Phone/1.0', current: true },
  ];
  client.compare({ ...reply, body: [newest, second], text: JSON.stringify([newest, second]) }, list(phone), {
    status: 200,
    body: shown,
  });
  client.must(
    !showsPartOf(reply.text, [phone, tablet, successor]),
    'nothing of any token',
    'parts of a token',
  );
}

const PART = 8;

const showsPartOf = (text: string, tokens: readonly string[]): boolean =>
  tokens.some((token) =>
    Array.from({ length: token.length - PART + 1 }, (_, at) => token.slice(at, at + PART)).some((part) =>
      text.includes(part),
    ),
  );

async function playEnd(client: Client): Promise<void> {
  const bob = await client.person('bob');
  const [token, other] = [await client.login(bob), await client.login(bob)];
  const [first, second] = await listed(client, token);
  const ids = { other: String(first?.id), own: String(second?.id) };
  client.must(
    second?.current === true && first?.current === false,
    'this session as the second',
    'another order',
  );
  await client.expect(end(token, ids.other), DONE);
  await isDead(client, other);
  await client.expect(end(token, ids.other), NOT_FOUND);
  await client.expect(end(token, ids.own), DONE);
  await client.expect(end(token, ids.own), INVALID_TOKEN);
}

async function playForeignId(client: Client): Promise<void> {
  const [ada, bob] = [await client.person('ada'), await client.person('bob')];
  const id = String((await listed(client, bob.token)).find(({ current }) => current)?.id);
  for (const wanted of [id, '0123456789abcdef', 'x', `${id}0`, id.toUpperCase()])
    await client.expect(end(ada.token, wanted), NOT_FOUND);
  await isAlive(client, bob.token);
}

async function playKeepCurrent(client: Client): Promise<void> {
  const ada = await client.person('ada');
  const [token, other] = [await client.login(ada), await client.login(ada)];
  await client.expect(logoutAll(token, '?keep=current'), DONE);
  await isDead(client, other);
  const successor = await client.refresh(token);
  const left = await listed(client, successor);
  client.must(left.length === 1, 'one session', `${left.length} sessions`);
  await client.expect(logoutAll(successor, '?keep=current'), DONE);
  await isAlive(client, successor);
}

async function playLogoutAll(client: Client): Promise<void> {
  const [ada, bob] = [await client.person('ada'), await client.person('bob')];
  const tokens = [await client.login(ada), await client.login(ada)];
  await client.expect(logoutAll(tokens[0] ?? ''), DONE);
  for (const token of tokens) await isDead(client, token);
  await client.expect({ method: 'POST', path: '/api/refresh-token/', token: tokens[1] ?? '' }, INVALID_TOKEN);
  await isAlive(client, bob.token);
  const left = await listed(client, await client.login(ada));
  client.must(left.length === 1, 'one session', `${left.length} sessions`);
}
