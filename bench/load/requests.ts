/** A request as `connection.ts` sends it. */
export interface ApiRequest {
  readonly method: string;
  /** Below the base URL, without a slash in front. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}
