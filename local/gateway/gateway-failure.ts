/** A request that the gateway answers itself, instead of the integration. The only thing thrown on purpose here. */
import type { GatewayResponseType } from '../template/gateway-response-types';

export interface FailureDetails {
  /** `$context.error.message`; AWS has none for a failed authorizer. */
  readonly message: string | null;
  /** Where API Gateway uses another status than that of the type. */
  readonly status?: number;
  /** `$context.authorizer`: what the authorizer said along with its refusal. */
  readonly authorizer?: Readonly<Record<string, unknown>>;
}

export class GatewayFailure extends Error {
  override readonly name = 'GatewayFailure';
  readonly type: GatewayResponseType;
  readonly details: FailureDetails;

  constructor(type: GatewayResponseType, details: FailureDetails) {
    super(`${type}: ${details.message}`);
    this.type = type;
    this.details = details;
  }
}

/** A function that failed, or an answer of a function that API Gateway cannot use, is 502; its own fault is 500. */
export function internalServerError(status: 500 | 502): GatewayFailure {
  return new GatewayFailure('DEFAULT_5XX', { message: 'Internal server error', status });
}
