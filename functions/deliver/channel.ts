/** The ways in which messages and events leave. */
import { domainToASCII } from 'node:url';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import type { ChallengePurpose } from '../shared/domain/challenge';
import type { Notice, UserEvent } from '../shared/domain/message';
import { render, type Texts } from './texts';

/** The secrets of a message, of which a user needs one. Times are epoch seconds. */
export interface Secrets {
  readonly uid: string;
  readonly token: string;
  readonly tokenExpiresAt: number;
  readonly code?: string;
  readonly codeExpiresAt?: number;
  readonly link?: string;
}

export interface Message {
  readonly purpose: ChallengePurpose | Notice;
  readonly to: string;
  readonly userId: number;
  readonly secrets?: Secrets;
  /** When it is sent. */
  readonly now: number;
}

/** The message, or event, may not have left. AWS's own words are left out, for they quote the address. */
class NotSentError extends Error {
  /** @param cause its name is AWS's code, such as `TooManyRequestsException`. */
  constructor({ name = 'NotSentError' }: { readonly name?: string | undefined }) {
    super('It was not sent.');
    this.name = name;
  }
}

/** Sends a message. @throws NotSentError */
export type Channel = (message: Message) => Promise<void>;

/** An event for other services. */
export interface PublishedEvent {
  readonly event: UserEvent;
  readonly userId: number;
  readonly sessionId?: string | undefined;
  /** Epoch seconds. */
  readonly at: number;
}

export type Publish = (event: PublishedEvent) => Promise<void>;

/** So that a message takes less time than its claim lasts. */
const client = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 2000, requestTimeout: 5000, throwOnRequestTimeout: true },
};

/** By mail, with SES. */
export function createMailChannel(from: string, texts: Texts): Channel {
  const ses = new SESv2Client(client);
  return async ({ purpose, to, secrets, now }) => {
    const { subject, text, html } = render(texts[purpose], toValues(secrets, now));
    const content = (Data: string) => ({ Data, Charset: 'UTF-8' });
    const command = new SendEmailCommand({
      FromEmailAddress: from,
      Destination: { ToAddresses: [toAsciiAddress(to)] },
      Content: {
        Simple: { Subject: content(subject), Body: { Text: content(text), Html: content(html) } },
      },
      EmailTags: [{ Name: 'purpose', Value: purpose }],
    });
    await ses.send(command).catch(rethrow);
  };
}

const toValues = (secrets: Secrets | undefined, now: number) => ({
  ...(secrets?.code && { code: secrets.code }),
  ...(secrets?.codeExpiresAt && { codeMinutes: minutesUntil(secrets.codeExpiresAt, now) }),
  ...(secrets?.link && { link: secrets.link }),
  ...(secrets && { linkMinutes: minutesUntil(secrets.tokenExpiresAt, now) }),
});

const minutesUntil = (end: number, now: number): string => String(Math.floor((end - now) / 60));

/** SES takes domains in their DNS form. */
function toAsciiAddress(address: string): string {
  const at = address.lastIndexOf('@') + 1;
  return address.slice(0, at) + domainToASCII(address.slice(at));
}

/** Who reads messages on the bus sends them. */
export const createEventChannel =
  (put: PutEvent): Channel =>
  ({ purpose, to, userId, secrets }) =>
    put('AuthMessage', {
      purpose,
      to,
      user_id: userId,
      ...(secrets && {
        uid: secrets.uid,
        token: secrets.token,
        expires_at: secrets.tokenExpiresAt,
        code: secrets.code,
        code_expires_at: secrets.codeExpiresAt,
        link: secrets.link,
      }),
    });

export const createPublish =
  (put: PutEvent): Publish =>
  ({ event, userId, sessionId, at }) =>
    put(event, { user_id: userId, session_id: sessionId, at });

export type PutEvent = (detailType: string, detail: object) => Promise<void>;

/** Puts events on a bus. */
export function createPutEvent(busName: string): PutEvent {
  const eventBridge = new EventBridgeClient(client);
  return async (DetailType, detail) => {
    const Entries = [
      { EventBusName: busName, Source: 'token-auth', DetailType, Detail: JSON.stringify(detail) },
    ];
    // Also a request that succeeds may have an entry that failed.
    const { FailedEntryCount = 0, Entries: results } = await eventBridge
      .send(new PutEventsCommand({ Entries }))
      .catch(rethrow);
    if (FailedEntryCount > 0) throw new NotSentError({ name: results?.[0]?.ErrorCode });
  };
}

function rethrow(error: Error): never {
  throw new NotSentError(error);
}
