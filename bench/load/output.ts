/** Where the program writes. */
export interface Output {
  write(text: string): void;
  readonly isTerminal: boolean;
  /** Of a terminal. */
  readonly columns?: number | undefined;
}
