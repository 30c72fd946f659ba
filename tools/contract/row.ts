/** One thing that the contract says, and how to see whether it is so. */
import type { Client } from './client';

export const targets = ['local', 'sam', 'aws'] as const;
/** Where the API runs: `npm start`, `sam local start-api`, or a deployed stage. */
export type Target = (typeof targets)[number];

const sections = [
  'The flow',
  'Rules for every response',
  'Status and messages',
  'Different from Django REST Framework',
  'Sessions',
  'Too many attempts',
] as const;

export interface Row {
  readonly section: (typeof sections)[number];
  /** In the contract's words. */
  readonly title: string;
  /** Targets that cannot show it, each with the reason. */
  readonly notOn?: Readonly<Partial<Record<Target, string>>>;
  /** Throws what `verdict.ts` lists; returns if the row holds. */
  play(client: Client): Promise<void>;
}
