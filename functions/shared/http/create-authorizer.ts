/** Turns a decision about a request into an answer to API Gateway: every Lambda authorizer goes through here. */
import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { systemClock } from '../clock';
import { type RequestLog, requestLog } from '../log/request-log';
import type { Decision, Refusal } from './authenticate';
import { type Headers, joinRepeated } from './headers';
import { createPolicy } from './policy';

export interface AuthorizationRequest {
  /** Lines of the same name are joined by commas. */
  readonly headers: Headers;
  /** The route as the gateway matched it, without slash. */
  readonly resource: string;
  readonly log: RequestLog;
}

export interface Authorizer {
  readonly name: string;
  readonly metricsNamespace: string;
  /** Rejects when the database does not answer. */
  decide(request: AuthorizationRequest): Promise<Decision>;
  /** The answer by which API Gateway tells the caller. May throw what API Gateway knows. */
  refuse(refusal: Refusal, methodArn: string): APIGatewayAuthorizerResult;
  /**
   * Whether a refusal goes on to the endpoint of a route, which does nothing then but answer; absent: never. No reason: the database did
   * not answer.
   */
  isAnsweredByEndpoint?(resource: string, reason: Refusal['reason'] | undefined): boolean;
}

/**
 * A handler that rejects when the database does not answer: the gateway then says 503 and lets nobody in. A request that goes no
 * further gets its line in the log here; any other from its endpoint.
 */
export function createAuthorizer({
  name,
  metricsNamespace,
  decide,
  refuse,
  isAnsweredByEndpoint,
}: Authorizer) {
  const options = { function: name, clock: systemClock, metricsNamespace };
  return async (event: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> => {
    const { resource, methodArn, httpMethod, requestContext } = event;
    const log = requestLog(options, { requestContext, method: httpMethod, route: resource });
    const decision = await decide({ headers: joinRepeated(event), resource, log }).catch((error) => {
      log.failure(error);
      return undefined;
    });
    if (decision?.allow) return createPolicy('Allow', methodArn, { ...decision.principal });
    if (decision) log.event('request_denied', { reason: decision.reason });
    if (isAnsweredByEndpoint?.(resource, decision?.reason))
      return createPolicy('Allow', methodArn, messageTo(decision));
    log.end(toOutcome(decision));
    // Lambda's runtime writes down whatever is thrown here, and the message of an error may hold anything.
    if (!decision) throw new Error('The request could not be authorized.');
    return refuse(decision, methodArn);
  };
}

/** What the endpoint is to answer, for `toRefusalError` there. */
function messageTo(refusal: Refusal | undefined): Readonly<Record<string, string | boolean>> {
  if (!refusal) return { unavailable: true };
  return refusal.reason === 'role_not_admitted' ? { forbidden: true } : { detail: refusal.detail };
}

function toOutcome(refusal: Refusal | undefined) {
  if (!refusal) return { status: 503, reason: 'unavailable' };
  return { status: refusal.reason === 'role_not_admitted' ? 403 : 401, reason: refusal.reason };
}
