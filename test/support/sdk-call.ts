/** A program that makes one call to a service. Bundled with and without stand-ins for parts of the SDK, to compare the two. */
import { Readable } from 'node:stream';
import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { CALL_ATTEMPTS } from '../../functions/shared/domain/limits';

export interface Answer {
  readonly statusCode: number;
  readonly body: object;
}

interface SentRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

const calls = {
  dynamodb: (options: object) =>
    DynamoDBDocumentClient.from(new DynamoDBClient(options)).send(
      new GetCommand({ TableName: 'Users', Key: { pk: 'USER#1' } }),
    ),
  ses: (options: object) =>
    new SESv2Client(options).send(
      new SendEmailCommand({
        FromEmailAddress: 'Example <no-reply@example.com>',
        Destination: { ToAddresses: ['josé@example.com'] },
        Content: {
          Simple: { Subject: { Data: 'Ü' }, Body: { Text: { Data: 'text' }, Html: { Data: '<p>' } } },
        },
        EmailTags: [{ Name: 'purpose', Value: 'reset_password' }],
      }),
    ),
  eventbridge: (options: object) =>
    new EventBridgeClient(options).send(
      new PutEventsCommand({
        Entries: [{ EventBusName: 'bus', Source: 'token-auth', DetailType: 'AuthMessage', Detail: '{}' }],
      }),
    ),
};

export type Service = keyof typeof calls;

/** The requests that the call sends, and what it comes to. They are answered in turn, and then with an empty success. */
export async function outcomeOf(answers: readonly Answer[], service: Service = 'dynamodb') {
  const requests: object[] = [];
  const handle = async (request: SentRequest) => {
    const { statusCode, body } = answers[requests.length] ?? { statusCode: 200, body: {} };
    requests.push(essenceOf(request));
    const headers = { 'content-type': 'application/x-amz-json-1.0' };
    return { response: { statusCode, headers, body: Readable.from([Buffer.from(JSON.stringify(body))]) } };
  };
  try {
    const options = { maxAttempts: CALL_ATTEMPTS, requestHandler: { handle } };
    const { $metadata: _, ...response } = await calls[service](options);
    return { requests, response };
  } catch (error) {
    return { requests, failure: failureOf(error as Error) };
  }
}

/** Not what differs from call to call, and not the SDK's word on itself. */
const essenceOf = ({ protocol, hostname, port, path, headers, body }: SentRequest): object => ({
  protocol,
  hostname,
  port,
  path,
  headers: Object.keys(headers).sort(),
  target: headers['x-amz-target'],
  body: Buffer.from(body).toString(),
  sessionToken: headers['x-amz-security-token'],
  scope: /Credential=\S+/.exec(String(headers['authorization']))?.[0],
});

const failureOf = (error: Error): object => ({
  name: error.name,
  isConditionFailed: error instanceof ConditionalCheckFailedException,
  isCancelled: error instanceof TransactionCanceledException,
  item: (error as ConditionalCheckFailedException).Item,
  reasons: (error as TransactionCanceledException).CancellationReasons,
});
