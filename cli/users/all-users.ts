/** Work on every user. */
import type { ListedUser } from '../../functions/shared/store/administration';
import type { Backend } from './backend';
import { type Arguments, counted } from './command';

/** Calls at a time. When a table throttles, the SDK slows them down. */
const AT_ONCE = 16;
const PROGRESS_MS = 2000;

/** Does something with every user, page by page, and says how far it is. How often it came to something. */
export async function forAllUsers(
  { stores }: Backend,
  { terminal }: Pick<Arguments, 'terminal'>,
  work: (user: ListedUser) => Promise<boolean>,
): Promise<number> {
  let seen = 0;
  let done = 0;
  let toldAt = performance.now();
  for await (const page of stores.administration.scanUsers({})) {
    for (let at = 0; at < page.length; at += AT_ONCE) {
      const outcomes = await Promise.all(page.slice(at, at + AT_ONCE).map(work));
      seen += outcomes.length;
      done += outcomes.filter(Boolean).length;
      if (performance.now() - toldAt < PROGRESS_MS) continue;
      toldAt = performance.now();
      terminal.note(`${counted(seen, 'user')} so far`);
    }
  }
  return done;
}
