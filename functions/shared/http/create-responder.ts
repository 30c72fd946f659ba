/** Turns whatever a function does with an event into a response: every handler that API Gateway calls goes through here. */
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { systemClock } from '../clock';
import { parseList } from '../environment';
import { type RequestLog, requestLog } from '../log/request-log';
import { StoreUnavailableError } from '../store/unavailable';
import { ApiError, messages, toReason } from './errors';
import { type HttpResponse, toErrorResponse, toProxyResult } from './response';

export type Handler = (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>;
export type Action = (event: APIGatewayProxyEvent, log: RequestLog) => HttpResponse | Promise<HttpResponse>;

/** What every function that answers HTTP reads of its environment. */
export interface HttpEnvironment {
  readonly CORS_ORIGINS: string;
  readonly METRICS_NAMESPACE: string;
}

/** Answers every event, whatever `action` throws, and leaves one line about it in the log. */
export function createResponder(name: string, environment: HttpEnvironment, action: Action): Handler {
  const corsOrigins = parseList(environment.CORS_ORIGINS);
  const options = { function: name, clock: systemClock, metricsNamespace: environment.METRICS_NAMESPACE };
  return async (event) => {
    const log = requestLog(options, {
      requestContext: event.requestContext,
      method: event.httpMethod,
      route: event.resource,
    });
    const { response, reason } = await attempt(action, event, log);
    log.end({ status: response.status, reason });
    return toProxyResult(response, event, corsOrigins);
  };
}

async function attempt(
  action: Action,
  event: APIGatewayProxyEvent,
  log: RequestLog,
): Promise<{ readonly response: HttpResponse; readonly reason?: string }> {
  try {
    return { response: await action(event, log) };
  } catch (thrown) {
    const error = asApiError(thrown);
    const response = toErrorResponse(error);
    if (response.status >= 500) log.failure(error);
    return { response, reason: toReason(error) };
  }
}

const asApiError = (error: unknown): unknown =>
  error instanceof StoreUnavailableError
    ? new ApiError('unavailable', messages.unavailable, { cause: error })
    : error;
