/** A user as stored. */
export interface User {
  /** A whole number from 1 on, never given twice. */
  readonly id: number;
  /** In NFKC, in the case in which it was typed. */
  readonly username: string;
  readonly email: string;
  readonly role: string;
  readonly passwordHash: string;
  readonly isActive: boolean;
  /** Epoch seconds. */
  readonly createdAt: number;
  /** Counts how often all sessions were ended at once. A session is live only while its generation is its user's. */
  readonly sessionGeneration: number;
}
