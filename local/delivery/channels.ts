/**
 * Takes what functions send by SES (SendEmail of API v2) and EventBridge (PutEvents), if their roles allow it, and puts
 * it into the outbox. Also serves the outbox.
 * https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import * as v from 'valibot';
import { type GatewayRequest, headerValue, readRequest } from '../gateway/request';
import { type HttpResponse, jsonResponse } from '../gateway/responses';
import type { AccessRequest } from '../iam/policy';
import type { RefuseCall } from '../iam/role-access';
import { isRecord, type JsonObject } from '../json';
import { buildArn } from '../template/deployment';
import type { Outbox } from './outbox';

interface ChannelOptions {
  readonly outbox: Outbox;
  readonly refuse: RefuseCall;
}

export interface RunningChannels {
  /** Without a slash at the end. */
  readonly url: string;
  close(): Promise<void>;
}

export async function startChannels(options: ChannelOptions): Promise<RunningChannels> {
  // Leaves idle connections to the client: closing one could reset a request in transit.
  const server = createServer({ keepAliveTimeout: 0 }, async (message, response) => {
    try {
      const request = readRequest(message);
      const body = await buffer(message);
      const { status, headers, body: content } = answer(request, body.toString(), options);
      response.writeHead(status, [...headers, ['x-amzn-RequestId', request.id]].flat()).end(content);
    } catch (error) {
      response.destroy(error as Error); // The client is gone.
    }
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A request that is refused, in the form that AWS SDKs turn into a typed exception. */
class ChannelError extends Error {
  readonly status: number;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = code;
    this.status = status;
  }
}

function answer(request: GatewayRequest, body: string, { outbox, refuse }: ChannelOptions): HttpResponse {
  try {
    return outbox.answer(request) ?? jsonResponse(200, receive(request, body, { outbox, refuse }));
  } catch (error) {
    if (!(error instanceof ChannelError)) throw error;
    const {
      status,
      headers,
      body: content,
    } = jsonResponse(error.status, {
      __type: error.name,
      message: error.message,
    });
    return { status, headers: [...headers, ['x-amzn-ErrorType', error.name]], body: content };
  }
}

function receive(request: GatewayRequest, body: string, { outbox, refuse }: ChannelOptions): object {
  const { method, path, headers } = request;
  const accessKeyId = / Credential=([^/,\s]+)\//.exec(headerValue(headers, 'Authorization') ?? '')?.[1];
  const authorise = (access: AccessRequest): void => {
    const message = refuse(accessKeyId ?? '', access);
    if (message !== undefined) throw new ChannelError(403, 'AccessDeniedException', message);
  };
  const action = `${method} ${path} ${headerValue(headers, 'X-Amz-Target') ?? ''}`.trim();
  if (action === 'POST /v2/email/outbound-emails') return sendEmail(body, { outbox, authorise });
  if (action === 'POST / AWSEvents.PutEvents') return putEvents(body, { outbox, authorise });
  throw new ChannelError(404, 'UnknownOperationException', `${action} is not understood here.`);
}

interface Reception {
  readonly outbox: Outbox;
  /** Throws ChannelError. */
  readonly authorise: (access: AccessRequest) => void;
}

function parse<Schema extends v.GenericSchema>(
  schema: Schema,
  body: string,
  errorCode: string,
): v.InferOutput<Schema> {
  const { success, output, issues } = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), body);
  if (success) return output;
  const path = v.getDotPath(issues[0]) ?? 'the body';
  throw new ChannelError(400, errorCode, `${path}: ${issues[0].message}`);
}

// SES

const content = v.object({ Data: v.string() });
const emailSchema = v.object({
  FromEmailAddress: v.string(),
  Destination: v.object({ ToAddresses: v.pipe(v.array(v.string()), v.minLength(1)) }),
  Content: v.object({
    Simple: v.object({
      Subject: content,
      Body: v.object({ Text: v.optional(content), Html: v.optional(content) }),
    }),
  }),
  ConfigurationSetName: v.optional(v.string()),
  EmailTags: v.optional(v.array(v.object({ Name: v.string(), Value: v.string() })), []),
});

function sendEmail(body: string, { outbox, authorise }: Reception): object {
  const { FromEmailAddress, Destination, Content, ConfigurationSetName, EmailTags } = parse(
    emailSchema,
    body,
    'BadRequestException',
  );
  const from = /<([^>]*)>\s*$/.exec(FromEmailAddress)?.[1] ?? FromEmailAddress;
  const resources = [`identity/${from}`];
  if (ConfigurationSetName !== undefined) resources.push(`configuration-set/${ConfigurationSetName}`);
  for (const resource of resources) {
    const context = { 'ses:FromAddress': [from], 'ses:Recipients': Destination.ToAddresses };
    authorise({ action: 'ses:SendEmail', resource: buildArn('ses', resource), context });
  }
  const { Subject, Body } = Content.Simple;
  const text = Body.Text?.Data;
  for (const to of Destination.ToAddresses) {
    outbox.addMessage({
      to,
      purpose: EmailTags.find(({ Name }) => Name === 'purpose')?.Value,
      subject: Subject.Data,
      text,
      html: Body.Html?.Data,
      code: /\bcode:?\s+(\d{6})\b/i.exec(text ?? '')?.[1],
      link: /https?:\/\/[^\s<>"]+/.exec(text ?? '')?.[0],
    });
  }
  return { MessageId: randomUUID() };
}

// EventBridge

const eventsSchema = v.object({
  Entries: v.pipe(
    v.array(
      v.object({
        Source: v.string(),
        DetailType: v.string(),
        Detail: v.string(),
        EventBusName: v.optional(v.string(), 'default'),
      }),
    ),
    v.minLength(1),
    v.maxLength(10),
  ),
});

function putEvents(body: string, { outbox, authorise }: Reception): object {
  const { Entries } = parse(eventsSchema, body, 'ValidationException');
  for (const { Source, DetailType, EventBusName } of Entries) {
    authorise({
      action: 'events:PutEvents',
      resource: EventBusName.startsWith('arn:')
        ? EventBusName
        : buildArn('events', `event-bus/${EventBusName}`),
      context: { 'events:source': [Source], 'events:detail-type': [DetailType] },
    });
  }
  const results = Entries.map(({ DetailType, Detail }) => {
    const detail = readDetail(Detail);
    if (detail === undefined) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
    if (DetailType === 'AuthMessage') outbox.addMessage(detail);
    else outbox.addEvent({ name: DetailType, ...detail });
    return { EventId: randomUUID() };
  });
  return { FailedEntryCount: results.filter(({ ErrorCode }) => ErrorCode).length, Entries: results };
}

function readDetail(text: string): JsonObject | undefined {
  try {
    const detail: unknown = JSON.parse(text);
    return isRecord(detail) ? detail : undefined;
  } catch {
    return undefined;
  }
}
