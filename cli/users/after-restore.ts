/** The command `after-restore`: what a restored table Users does not know. */
import { DELETED_LISTED_SECONDS } from '../../functions/shared/domain/limits';
import { toSeconds } from '../../functions/shared/domain/session';
import type { FoundUser } from '../../functions/shared/store/users';
import { forAllUsers } from './all-users';
import type { Backend } from './backend';
import { type Command, counted, numberOption } from './command';

/** Users may have signed up and left since, without a trace in any table. Gaps between ids are fine. */
const LOST_IDS = 10_000;

export const afterRestore: Command = {
  summary:
    'after Users was restored: ends all sessions, deletes again whoever was deleted since, moves the id counter on',
  arguments: '',
  options: { 'last-id': { type: 'string' } },
  async run(backend, args) {
    const lastKnown = numberOption(args, 'last-id', { min: 1, max: 1e15 }) ?? 0;
    await args.confirm(
      `All sessions in ${backend.description} end, and users who were deleted in the last 36 days are deleted again.`,
    );
    const { administration, generations } = backend.stores;
    const deleted = new Set<number>();
    for await (const ids of administration.scanDeletedIds()) for (const id of ids) deleted.add(id);
    // Higher than any generation so far, which counts how often sessions were ended.
    const generation = toSeconds(Date.now());
    let highest = lastKnown;
    for (const id of deleted) highest = Math.max(highest, id);
    let deletions = 0;
    const ended = await forAllUsers(backend, args, async ({ locator, id }) => {
      highest = Math.max(highest, id);
      if (!deleted.has(id)) return generations.raiseGeneration({ locator, id }, generation);
      if (await deleteAgain(backend, { locator, id })) deletions += 1;
      return false;
    });
    for await (const ids of administration.scanSessionOwners())
      for (const id of ids) highest = Math.max(highest, id);
    const before = await administration.lastId();
    await administration.raiseLastId(highest + LOST_IDS);
    const after = await administration.lastId();
    return {
      json: { sessions_ended: ended, deleted_again: deletions, last_id: after, previous_last_id: before },
      text: [
        `Ended the sessions of ${counted(ended, 'user')}.`,
        `Deleted ${counted(deletions, 'user')} again, of ${deleted.size.toLocaleString('en-US')} on the list.`,
        `The last id is ${after}; it was ${before}.`,
      ].join('\n'),
      isChange: true,
    };
  },
};

/** Tells nobody: that was done at the first time. */
async function deleteAgain(
  { stores: { users, accounts } }: Backend,
  { locator, id }: Pick<FoundUser, 'locator' | 'id'>,
): Promise<boolean> {
  const user = await users.find(locator, id);
  if (!user) return false;
  const listedUntil = toSeconds(Date.now()) + DELETED_LISTED_SECONDS;
  return (await accounts.deleteUser(user, { listedUntil })) === 'deleted';
}
