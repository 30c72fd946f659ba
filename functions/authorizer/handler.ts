import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { systemClock } from '../shared/clock';
import { readEnvironment } from '../shared/environment';
import { logFailure } from '../shared/log';
import { readSessionAndOwner } from '../shared/store/authentication';
import { connect } from '../shared/store/database';
import { endSession, noteFirstUse } from '../shared/store/sessions';
import { type AuthorizerDependencies, authorize } from './authorizer';
import { policyFor } from './policy';

const environment = readEnvironment('authorizer');
const database = connect({ users: environment.USERS_TABLE, tokens: environment.TOKENS_TABLE });

const dependencies: AuthorizerDependencies = {
  clock: systemClock,
  readSessionAndOwner: (address) => readSessionAndOwner(database, address),
  noteFirstUse: (address, use) => noteFirstUse(database, address, use),
  endSession: (address, id) => endSession(database, address, id),
};

/** Rejects when the database does not answer: the gateway then says 503 and lets nobody in. */
export async function handler(event: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> {
  const { headers, resource, methodArn, requestContext } = event;
  const { requestId } = requestContext;
  try {
    const decision = await authorize({ headers, resource, requestId }, dependencies);
    return decision.allow
      ? policyFor('Allow', methodArn, { ...decision.principal })
      : policyFor('Deny', methodArn, { detail: decision.detail });
  } catch (error) {
    logFailure({ requestId, function: 'authorizer', error });
    throw error;
  }
}
