/** Woken by the table's stream when something was put into the outbox. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Context, DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { systemClock } from '../shared/clock';
import { parseEmailVerification, parseWholeNumber, readEnvironment, tableNames } from '../shared/environment';
import { requestLog } from '../shared/log/request-log';
import { bind } from '../shared/store/bind';
import { findChallenge, replaceChallenge } from '../shared/store/challenges';
import { connect } from '../shared/store/database';
import { claim, release, remove } from '../shared/store/outbox';
import { consumeSpacedWindow } from '../shared/store/rate-limits';
import { findAccount, findByEmail } from '../shared/store/users';
import {
  type Channel,
  createEventChannel,
  createMailChannel,
  createPublish,
  createPutEvent,
} from './channel';
import { definition } from './definition';
import { deliver } from './deliver';
import { parseTexts } from './texts';

const environment = readEnvironment(definition);
const database = connect(tableNames(definition, environment));
export const { ready } = database;

const optional = (value: string): string | undefined => (value === 'none' ? undefined : value);

const busName = optional(environment.EVENT_BUS_NAME);
const putEvent = busName === undefined ? undefined : createPutEvent(busName);

function createChannel(): Channel | undefined {
  switch (environment.MESSAGE_CHANNEL) {
    case 'ses':
      return createMailChannel(
        environment.EMAIL_FROM,
        parseTexts(readFileSync(join(__dirname, 'messages.json'), 'utf8')),
      );
    case 'eventbridge':
      return putEvent && createEventChannel(putEvent);
    default:
      return undefined;
  }
}

const dependencies = {
  clock: systemClock,
  outbox: bind(database, { claim, release, remove }),
  users: bind(database, { findAccount, findByEmail }),
  challenges: bind(database, { findChallenge, replaceChallenge }),
  rateLimits: bind(database, { consumeSpacedWindow }),
  channel: createChannel(),
  publish: putEvent && createPublish(putEvent),
  emailVerification: parseEmailVerification(environment),
  bcryptCost: parseWholeNumber(environment.BCRYPT_COST),
  lifetimeSeconds: parseWholeNumber(environment.MESSAGE_LIFETIME_SECONDS),
  needsLink: environment.MESSAGE_CHANNEL === 'ses',
  links: {
    reset_password: optional(environment.RESET_URL),
    activation: optional(environment.ACTIVATION_URL),
    deletion: optional(environment.DELETION_URL),
  },
};

/** A run that has less time left begins no other message, nor waits for one: it takes at most so long. */
const MESSAGE_MS = 45_000;

/**
 * Works on a batch to its end, and names the first record that failed: it and all after it come again, and those that were sent are gone.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 */
export async function handler(
  { Records }: DynamoDBStreamEvent,
  context: Context,
): Promise<DynamoDBBatchResponse> {
  const options = {
    function: 'deliver',
    clock: systemClock,
    metricsNamespace: environment.METRICS_NAMESPACE,
  };
  const request = { requestContext: { requestId: context.awsRequestId }, method: '', route: '' };
  const failed: DynamoDBRecord[] = [];
  const leaveTimeFor = (milliseconds: number): void => {
    if (context.getRemainingTimeInMillis() < milliseconds) throw new Error('The run has no time left.');
  };
  const pause = (milliseconds: number): Promise<void> => {
    leaveTimeFor(milliseconds + MESSAGE_MS);
    return new Promise((resolve) => setTimeout(resolve, milliseconds));
  };
  for (const record of Records) {
    const log = requestLog(options, request);
    try {
      leaveTimeFor(MESSAGE_MS);
      await deliver(record.dynamodb?.Keys?.['pk']?.S ?? '', { log }, { ...dependencies, pause });
    } catch (error) {
      log.failure(error);
      failed.push(record);
    }
  }
  return {
    batchItemFailures: failed
      .slice(0, 1)
      .map((record) => ({ itemIdentifier: record.dynamodb?.SequenceNumber ?? '' })),
  };
}
