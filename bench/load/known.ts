/** What all connections together were given: nothing of it may be given to anyone again. */

export interface Known {
  readonly ids: Set<number>;
  /** Live and dead, as long as a connection remembers them. */
  readonly tokens: Set<string>;
}

export const nothingKnown = (): Known => ({ ids: new Set(), tokens: new Set() });
