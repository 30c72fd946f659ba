/** The command `outbox`: messages and events that wait, and those that could not be sent. */
import { toSeconds } from '../../functions/shared/domain/session';
import { isoTime } from '../../functions/shared/http/session-list';
import type { StoredMessage } from '../../functions/shared/store/outbox';
import { CliError } from '../program';
import type { Backend } from './backend';
import { type Command, columns, counted, type Report } from './command';

export const outbox: Command = {
  summary: 'lists what waits to be sent, or sends it again: one id, or --all',
  arguments: '<list|retry> [id]',
  options: { all: { type: 'boolean' } },
  async run(backend, { positionals: [verb, id], values }) {
    const isAll = values['all'] === true;
    if (verb === 'list' && id === undefined && !isAll) return listMessages(backend);
    if (verb === 'retry' && isAll !== (id !== undefined)) return retry(backend, id);
    throw new CliError('Usage: npm run users -- outbox list | retry <id> | retry --all');
  },
};

async function readMessages({ stores }: Backend): Promise<readonly StoredMessage[]> {
  const found: StoredMessage[] = [];
  for await (const page of stores.outbox.scanMessages()) found.push(...page);
  return found.sort((one, other) => one.createdAt - other.createdAt);
}

/** A message in JSON. */
const toJson = (message: StoredMessage, now: number) => ({
  id: message.id,
  purpose: message.purpose === 'event' ? message.event : message.purpose,
  user_id: 'userId' in message ? message.userId : null,
  to: recipientOf(message),
  created_at: isoTime(message.createdAt),
  expires_at: isoTime(message.expiresAt),
  attempts: message.attempts ?? 0,
  state: stateOf(message, now),
});

/** An address; that of a user whom the entry names by id is looked up when it is sent. */
function recipientOf(message: StoredMessage): string | null {
  if ('to' in message) return message.to;
  return 'email' in message ? message.email : null;
}

function stateOf({ claimedUntil = 0, attempts = 0 }: StoredMessage, now: number) {
  if (claimedUntil > now) return 'sending';
  return attempts > 0 ? 'failed' : 'waiting';
}

async function listMessages(backend: Backend): Promise<Report> {
  const now = toSeconds(Date.now());
  const messages = (await readMessages(backend)).map((message) => toJson(message, now));
  const rows = messages.map(({ id, purpose, user_id, to, created_at, attempts, state }) => [
    id,
    purpose,
    user_id === null ? '-' : String(user_id),
    to ?? '-',
    created_at,
    String(attempts),
    state,
  ]);
  return {
    json: { messages },
    text:
      messages.length === 0
        ? 'Nothing waits to be sent.'
        : columns([['id', 'purpose', 'user', 'to', 'since', 'attempts', 'state'], ...rows]),
  };
}

async function retry(backend: Backend, id: string | undefined): Promise<Report> {
  const { stores } = backend;
  const now = toSeconds(Date.now());
  // All are read before the first is renewed, or the new ones would be read as well.
  const ids = id === undefined ? (await readMessages(backend)).map((message) => message.id) : [id];
  const retried: { id: string; new_id: string }[] = [];
  let skipped = 0;
  for (const each of ids) {
    const outcome = await stores.outbox.retryMessage(each, now);
    if (typeof outcome !== 'string') retried.push({ id: each, new_id: outcome.id });
    else if (id === undefined) skipped += 1;
    else
      throw new CliError(
        `The message ${id} ${outcome === 'gone' ? 'is not in the outbox' : 'is being sent now'}.`,
      );
  }
  const left = skipped > 0 ? ` ${counted(skipped, 'other')} were sent meanwhile, or are being sent now.` : '';
  const later = backend.isLocal ? ' npm start sends them.' : '';
  return {
    json: { retried, skipped },
    text: `Put ${counted(retried.length, 'message')} into the outbox again.${left}${later}`,
    isChange: true,
  };
}
