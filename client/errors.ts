/** How a call ends: with a value, or with an error that is a value too. No call of the client rejects. */

/** By field, every message that applies; `non_field_errors` for the request as a whole. */
export type FieldErrors = Readonly<Record<string, readonly string[]>>;

/** Why a call failed, told apart by `kind`. */
export type ClientError =
  /** Nobody is signed in, or the server has ended the session. Ask the user to sign in. */
  | { readonly kind: 'signed_out' }
  /** The server refuses the request: any status from 400 to 499 but 429, with JSON. */
  | {
      readonly kind: 'rejected';
      readonly status: number;
      /** The server's message, if it concerns no field. */
      readonly detail: string | undefined;
      readonly fields: FieldErrors;
      /** The whole answer, for routes of your own with other errors. */
      readonly body: unknown;
    }
  /** 429. Try again after these seconds, if the server gave any. */
  | {
      readonly kind: 'throttled';
      readonly detail: string | undefined;
      readonly retryAfterSeconds: number | undefined;
    }
  /** Any status from 500 on. Whether the request was carried out is unknown. */
  | {
      readonly kind: 'unavailable';
      readonly status: number;
      readonly detail: string | undefined;
      readonly retryAfterSeconds: number | undefined;
    }
  /** Offline, cut off, or no answer in time. Whether the request was carried out is unknown. */
  | { readonly kind: 'no_response' }
  /** The answer is not the server's, such as the page of a captive portal, or it is cut. */
  | { readonly kind: 'unexpected_response'; readonly status: number }
  /** The store could not be read or written. The session is what it was: try again, for instance once the phone is unlocked. */
  | { readonly kind: 'store_unavailable' }
  /** Another sign-in or a logout came in between. The answer was dropped. */
  | { readonly kind: 'superseded' }
  /** The caller's signal was aborted. */
  | { readonly kind: 'aborted' };

export interface Success<Value> {
  readonly ok: true;
  readonly value: Value;
}

export interface Failure {
  readonly ok: false;
  readonly error: ClientError;
}

export type Result<Value> = Success<Value> | Failure;

export const succeed = <Value>(value: Value): Success<Value> => ({ ok: true, value });
export const fail = (error: ClientError): Failure => ({ ok: false, error });
export const failAs = (
  kind: Exclude<ClientError['kind'], 'rejected' | 'throttled' | 'unavailable' | 'unexpected_response'>,
): Failure => fail({ kind });

/** Whether nothing is known of what became of the request, so that it may be worth another try. */
export const isLost = (result: Result<unknown>): boolean =>
  !result.ok && ['no_response', 'unavailable', 'unexpected_response'].includes(result.error.kind);
