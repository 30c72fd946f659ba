/** A row's requests and answers, recorded against the real API, and played again with one answer spoiled. */
import type { Connection, Reply } from '../../../bench/load/connection';
import { Client } from '../../../tools/contract/client';
import { judge, type Outcome } from '../../../tools/contract/judge';
import { Ledger } from '../../../tools/contract/ledger';
import type { Row } from '../../../tools/contract/row';
import { Secrets } from '../../../tools/contract/secrets';

/** `undefined` where there is nothing to spoil. */
export type Spoil = (reply: Reply) => Reply | undefined;

export interface Recording {
  readonly outcome: Outcome;
  readonly replies: readonly Reply[];
  /** The names that the row gave, which its answers repeat. */
  readonly prefix: string;
}

interface Options {
  readonly prefix?: string;
  readonly hasCors?: boolean;
}

/** A client of its own, with users of its own. It does not wait for any pace. */
async function play(row: Row, connection: Connection, { prefix, hasCors = false }: Options = {}) {
  const ledger = new Ledger(prefix);
  const client = new Client({
    connect: () => connection,
    ledger,
    secrets: new Secrets(),
    hasCors,
    pause: async () => undefined,
  });
  return { outcome: await judge(row, client, 'local'), prefix: ledger.prefix };
}

export async function record(row: Row, connection: Connection, options?: Options): Promise<Recording> {
  const replies: Reply[] = [];
  const recorder: Connection = {
    close: () => undefined,
    send: async (request) => {
      const at = replies.length;
      replies.length += 1;
      const sent = await connection.send(request);
      if (sent.reply) replies[at] = sent.reply;
      return sent;
    },
  };
  return { ...(await play(row, recorder, options)), replies };
}

/** Any row against a server that answers by a function of how many answers came before. */
export async function playAgainst(
  row: Row,
  answer: (at: number) => Reply | undefined,
  options?: Options,
): Promise<Outcome> {
  let at = 0;
  const connection: Connection = {
    close: () => undefined,
    send: async () => {
      const reply = answer(at);
      at += 1;
      return reply ? { milliseconds: 0, reply } : { milliseconds: 0, failure: 'nothing more was recorded' };
    },
  };
  return (await play(row, connection, options)).outcome;
}

const withText = (reply: Reply, text: string): Reply => {
  try {
    return { ...reply, text, body: JSON.parse(text) };
  } catch {
    return { ...reply, text, body: undefined };
  }
};

const without =
  (name: string): Spoil =>
  (reply) => {
    if (reply.headers[name] === undefined) return undefined;
    return { ...reply, headers: { ...reply.headers, [name]: undefined } };
  };

const withBody =
  (change: (text: string) => string): Spoil =>
  (reply) => {
    const text = change(reply.text);
    return text === reply.text ? undefined : withText(reply, text);
  };

const bearsToken = ({ text }: Reply): boolean => /"token":"[0-9a-f]{40}"/.test(text);

export const spoilings: Readonly<Record<string, Spoil>> = {
  'another status': (reply) => ({ ...reply, status: 418 }),
  'success instead of a refusal': (reply) => (reply.status >= 400 ? { ...reply, status: 200 } : undefined),
  'a redirect': (reply) => ({ ...reply, status: 301, headers: { ...reply.headers, location: '/' } }),
  'a bug': (reply) => ({ ...withText(reply, '{"detail":"Internal server error."}'), status: 500 }),
  'no body': withBody(() => ''),
  'an empty object': withBody((text) => (text === '' ? '' : '{}')),
  'a body where none is due': withBody((text) => (text === '' ? '{}' : text)),
  'a member more': withBody((text) => text.replace(/([^{[])([}\]])$/, '$1,"extra":1$2')),
  'a byte of the first text changed': withBody((text) => text.replace(/((?::\[?|^\[)")[^"]/, '$1§')),
  'a line break at the end': withBody((text) => (text === '' ? '' : `${text}\n`)),
  'no Content-Type': (reply) => (reply.text === '' ? undefined : without('content-type')(reply)),
  HTML: (reply) =>
    reply.text === '' ? undefined : { ...reply, headers: { ...reply.headers, 'content-type': 'text/html' } },
  'no WWW-Authenticate': without('www-authenticate'),
  'no Cache-Control': (reply) =>
    reply.status === 401 || bearsToken(reply) ? without('cache-control')(reply) : undefined,
  'no Token-Expires-In': (reply) => (bearsToken(reply) ? without('token-expires-in')(reply) : undefined),
  'no Allow': without('allow'),
  'no Retry-After': without('retry-after'),
};
