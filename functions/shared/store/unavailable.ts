/** The database did not answer, refused, or was too slow. Becomes 503; never 401 and never access. */
export class StoreUnavailableError extends Error {
  constructor(options: { readonly cause: unknown }) {
    super('The database is unavailable.', options);
    this.name = 'StoreUnavailableError';
  }
}
