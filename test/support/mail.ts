/** Amazon SES as far as `deliver` uses it, in this process: keeps what is sent, or refuses it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export interface ReceivedMail {
  readonly to: string;
  readonly purpose: string;
  readonly text: string;
  /** What people use of it. */
  readonly code?: string;
  readonly uid?: string;
  readonly token?: string;
}

export interface Mailbox {
  readonly endpoint: string;
  /** In the order of arrival. */
  readonly mails: readonly ReceivedMail[];
  /** From now on mails are refused for which this names an error of SES. */
  refuse(rule: (mail: ReceivedMail) => string | undefined): void;
  /** Forgets what arrived. */
  empty(): void;
  close(): Promise<void>;
}

/** Links are expected to end with `?uid={uid}#{token}`. */
export async function startMailbox(): Promise<Mailbox> {
  const mails: ReceivedMail[] = [];
  let rule: (mail: ReceivedMail) => string | undefined = () => undefined;
  const server = createServer(async (request, response) => {
    const mail = toMail((await json(request)) as Body);
    const refusal = rule(mail);
    if (!refusal) mails.push(mail);
    const status = refusal ? 400 : 200;
    // As SES does, the refusal quotes the address.
    const body = refusal ? { message: `Refused: ${mail.to}` } : { MessageId: 'message-1' };
    const headers = { ...(refusal && { 'x-amzn-errortype': refusal }), connection: 'close' };
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mails,
    refuse: (newRule) => {
      rule = newRule;
    },
    empty: () => void mails.splice(0),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

interface Body {
  readonly Destination: { readonly ToAddresses: readonly string[] };
  readonly Content: { readonly Simple: { readonly Body: { readonly Text: { readonly Data: string } } } };
  readonly EmailTags: readonly { readonly Value: string }[];
}

function toMail({ Destination, Content, EmailTags }: Body): ReceivedMail {
  const text = Content.Simple.Body.Text.Data;
  const code = /^Your code: (\d{6})$/m.exec(text)?.[1];
  const [, uid, token] = /\?uid=([\w-]+)#(\w+)$/m.exec(text) ?? [];
  return {
    to: Destination.ToAddresses.join(),
    purpose: EmailTags[0]!.Value,
    text,
    ...(code && { code }),
    ...(uid && token && { uid, token }),
  };
}
