/** The cost cannot be told; the message says what is missing. Nothing is taken for free because it is not known. */
export class CostError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CostError';
  }
}
