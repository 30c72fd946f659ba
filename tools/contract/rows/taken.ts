/** What is answered when a name or an address is taken. */
import type { Reply } from '../../../bench/load/connection';
import type { Client } from '../client';
import { differenceBetween, headerOf, inShort } from '../expected';
import { anId, aRole, aToken } from '../pattern';
import type { Row } from '../row';
import { ThrottledError } from '../verdict';
import { TAKEN_EMAIL, TAKEN_USERNAME } from './answers';

const section = 'Status and messages';

async function expectTaken(
  client: Client,
  account: object,
  fields: Readonly<Record<string, string[]>>,
): Promise<void> {
  const body = { ...client.ledger.newAccount(), ...account };
  await client.expect({ method: 'POST', path: '/api/signup/', body }, { status: 400, body: fields });
}

export const taken: readonly Row[] = [
  {
    section,
    title: 'taken e-mail, in any case: 400 user with this email address already exists.',
    async play(client) {
      const { email } = await client.person('ada');
      await expectTaken(client, { email: email.toUpperCase() }, { email: [TAKEN_EMAIL] });
    },
  },
  {
    section,
    title: 'taken username, in any case and Unicode form, and taken e-mail: both at once',
    async play(client) {
      const { username, email } = await client.person('ada');
      const wide = username.toUpperCase().replace('CONTRACT', 'ＣＯＮＴＲＡＣＴ');
      await expectTaken(
        client,
        { username: wide, email },
        { username: [TAKEN_USERNAME], email: [TAKEN_EMAIL] },
      );
    },
  },
  {
    section,
    title:
      'of parallel signups for one name exactly one gets 201, the other: 400 A user with that username already exists.',
    play: playRace,
  },
];

async function playRace(client: Client): Promise<void> {
  const [one, other] = [client.ledger.newAccount(), client.ledger.newAccount()];
  const bodies = [one, { ...other, username: one.username.toUpperCase() }];
  const replies = await client.together(
    bodies.map((body) => ({ method: 'POST', path: '/api/signup/', body })),
  );
  for (const reply of replies)
    if (reply.status === 429) throw new ThrottledError(Number(headerOf(reply, 'Retry-After')));
  const outcomes = replies.map((reply, at) => outcomeOf(reply, bodies[at]));
  client.must(
    [...outcomes].sort().join() === 'made,taken',
    'one 201 with the user, and one 400 that the name is taken',
    replies.map(inShort).join('  and  '),
  );
}

function outcomeOf(reply: Reply, { username, email } = { username: '', email: '' }): string {
  const user = { id: anId, username, email, role: aRole };
  if (!differenceBetween(reply, { status: 201, body: { user, token: aToken } })) return 'made';
  return differenceBetween(reply, { status: 400, body: { username: [TAKEN_USERNAME] } }) ? 'wrong' : 'taken';
}
