/**
 * The functions' clock on this machine: the real one, moved by an offset that lies in memory which all workers share. There is no such
 * thing in AWS; a function only ever asks for the time.
 */
export class LocalClock {
  /** Milliseconds as one Float64; handed to the workers, which add it to the time they tell. */
  readonly offset = new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT);
  readonly #milliseconds = new Float64Array(this.offset);

  get movedByMilliseconds(): number {
    return this.#milliseconds[0] ?? 0;
  }

  /** Epoch milliseconds, as the functions see it. */
  now(): number {
    return Date.now() + this.movedByMilliseconds;
  }

  advance(milliseconds: number): void {
    this.#milliseconds[0] = this.movedByMilliseconds + milliseconds;
  }

  reset(): void {
    this.#milliseconds[0] = 0;
  }
}
