/** The database did not answer, refused, or was too slow. Becomes 503; never 401 and never access. The message is a constant. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
}
