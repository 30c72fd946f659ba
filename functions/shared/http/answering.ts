/** Turns whatever a function does with an event into an answer: every handler that API Gateway calls goes through here. */
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { asList } from '../environment';
import { logFailure } from '../log';
import { StoreUnavailableError } from '../store/unavailable';
import { ApiError, messages } from './errors';
import { type Answer, answerToFailure, asProxyResult } from './response';

export type Handler = (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>;
export type Action = (event: APIGatewayProxyEvent) => Answer | Promise<Answer>;

/** What every function that answers HTTP reads of its environment. */
export interface HttpEnvironment {
  readonly CORS_ORIGINS: string;
}

/** Answers every event, whatever `action` throws. Faults on our side are logged under the request's id. */
export function answering(name: string, environment: HttpEnvironment, action: Action): Handler {
  const corsOrigins = asList(environment.CORS_ORIGINS);
  const attempt: Action = async (event) => {
    try {
      return await action(event);
    } catch (thrown) {
      const error = asApiError(thrown);
      const answer = answerToFailure(error);
      if (answer.status >= 500)
        logFailure({ requestId: event.requestContext.requestId, function: name, error });
      return answer;
    }
  };
  return async (event) => asProxyResult(await attempt(event), event, corsOrigins);
}

const asApiError = (error: unknown): unknown =>
  error instanceof StoreUnavailableError
    ? new ApiError('unavailable', messages.unavailable, { cause: error.cause })
    : error;
