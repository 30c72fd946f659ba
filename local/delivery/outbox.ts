/**
 * The messages that functions have sent, for the developer: `GET /_local/outbox/?to=…&purpose=…` lists the latest, and
 * each prints a line. AWS has no such path.
 */
import type { LineWriter } from '../functions/worker';
import type { GatewayRequest } from '../gateway/request';
import { type HttpResponse, jsonResponse } from '../gateway/responses';
import { type JsonObject, readText } from '../json';
import { sanitizeText } from '../log/terminal';

/** `to` and `purpose` are texts; other members as they were sent. */
export type Message = JsonObject;

const kept = 1000;
const outboxPath = /^\/_local\/outbox\/?$/;

export class Outbox {
  readonly #messages: Message[] = [];
  readonly #events: JsonObject[] = [];
  readonly #stdout: LineWriter;

  constructor(stdout: LineWriter) {
    this.#stdout = stdout;
  }

  addMessage(message: Message): void {
    keepLatest(this.#messages, message);
    this.#stdout.write(`${sanitizeText(describe(message))}\n`);
  }

  addEvent(event: JsonObject): void {
    keepLatest(this.#events, event);
  }

  /** Responds to a request for the outbox; undefined for every other path. */
  answer({
    path,
    method,
    query,
  }: Pick<GatewayRequest, 'path' | 'method' | 'query'>): HttpResponse | undefined {
    if (!outboxPath.test(path)) return undefined;
    if (method !== 'GET') return jsonResponse(405, { detail: `Method "${method}" not allowed.` });
    const wanted = query.filter(([name]) => name === 'to' || name === 'purpose');
    const messages = this.#messages.filter((message) =>
      wanted.every(([name, value]) => readText(message[name])?.toLowerCase() === value.toLowerCase()),
    );
    return jsonResponse(200, { messages, events: this.#events });
  }
}

function keepLatest(list: JsonObject[], entry: JsonObject): void {
  list.push(entry);
  if (list.length > kept) list.shift();
}

/** `Message: reset_password to alice@example.com, code 123456` */
function describe({ purpose, to, code, link, uid, token }: Message): string {
  const secrets = [
    [`code ${code}`, code],
    [`link ${link}`, link],
    [`uid ${uid}, token ${token}`, token],
  ];
  const [secret] = secrets.find(([, value]) => value !== undefined) ?? [];
  return [`Message: ${purpose} to ${to}`, ...(secret === undefined ? [] : [secret])].join(', ');
}
