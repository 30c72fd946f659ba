import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { routeList } from '../routes';
import { systemClock } from '../shared/clock';
import { passesDenialsOn, readEnvironment } from '../shared/environment';
import { requestLog } from '../shared/log/request-log';
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

const logOptions = {
  function: 'authorizer',
  clock: systemClock,
  metricsNamespace: environment.METRICS_NAMESPACE,
};

const passesOn = passesDenialsOn();
/** Only to our own endpoints, which do nothing without a principal. */
const isPassedOn = (resource: string): boolean => passesOn && routeList.some(({ path }) => path === resource);

/**
 * Rejects when the database does not answer: the gateway then says 503 and lets nobody in. A request that goes no further than here
 * gets its line in the log here; any other from its endpoint.
 */
export async function handler(event: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> {
  const { headers, resource, methodArn, httpMethod, requestContext } = event;
  const log = requestLog(logOptions, { requestContext, method: httpMethod, route: resource });
  try {
    const decision = await authorize({ headers, resource, log }, dependencies);
    if (decision.allow) return policyFor('Allow', methodArn, { ...decision.principal });
    const { detail, reason } = decision;
    log.event('request_denied', { reason });
    if (isPassedOn(resource)) return policyFor('Allow', methodArn, { detail });
    log.end({ status: 401, reason });
    return policyFor('Deny', methodArn, { detail });
  } catch (error) {
    log.failure(error);
    if (isPassedOn(resource)) return policyFor('Allow', methodArn, { unavailable: true });
    log.end({ status: 503, reason: 'unavailable' });
    // Lambda's runtime writes down whatever is thrown here, and the message of an error may hold anything.
    throw new Error('The request could not be authorized.');
  }
}
