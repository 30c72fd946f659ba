/** Commands that change one user; `end-sessions` also all of them. */
import { stopwatch } from '../../functions/shared/clock';
import { accountDigest } from '../../functions/shared/domain/attempts';
import { type Announcement, announce, type Outgoing } from '../../functions/shared/domain/message';
import { toSeconds } from '../../functions/shared/domain/session';
import { deleteAccount } from '../../functions/shared/http/delete-account';
import type { Edit } from '../../functions/shared/store/administration';
import { reauthenticationLimitKey } from '../../functions/shared/store/schema';
import type { FoundUser } from '../../functions/shared/store/users';
import { CliError } from '../program';
import { forAllUsers } from './all-users';
import type { Backend } from './backend';
import { type Command, counted, type Report } from './command';
import { checkRole } from './create';
import { deletedMeanwhile, findUser, nameOf, userOptions } from './find-user';

const outgoing = (announcement: Announcement, user: FoundUser, { announcementRules }: Backend): Outgoing => ({
  entries: announce(announcement, user, announcementRules),
  now: toSeconds(Date.now()),
});

/** @throws CliError if the user is gone. */
function report(
  user: FoundUser,
  edit: Edit,
  {
    json = {},
    did,
    was,
  }: { readonly json?: Report['json']; readonly did: (before: FoundUser) => string; readonly was: string },
): Report {
  if (edit === 'gone') throw deletedMeanwhile(user);
  const { before, isChanged } = edit;
  return {
    json: { id: user.id, username: before.username, ...json, changed: isChanged },
    text: isChanged ? did(before) : `Nothing to do: ${nameOf(before)} ${was}.`,
    isChange: true,
  };
}

export const setRole: Command = {
  summary: 'gives a user a role; sessions go on with it',
  arguments: '<user> <role>',
  options: userOptions,
  async run(backend, args) {
    const role = checkRole(backend, args.positionals[1]);
    const user = await findUser(backend, args);
    const announced = outgoing({ event: 'role.changed' }, user, backend);
    const edit = await backend.stores.administration.setRole(user, { role, outgoing: announced });
    return report(user, edit, {
      json: { role, ...(edit !== 'gone' && { previous_role: edit.before.role }) },
      did: (before) => `The role of ${nameOf(before)} is now ${role}; it was ${before.role}.`,
      was: `has the role ${role}`,
    });
  },
};

/** Lets a user in or locks the user out, by the operation of that name. */
const changeActivity = (
  operation: 'activate' | 'deactivate',
  words: Pick<Command, 'summary'> & Pick<Parameters<typeof report>[2], 'did' | 'was'>,
): Command => ({
  summary: words.summary,
  arguments: '<user>',
  options: userOptions,
  async run(backend, args) {
    const user = await findUser(backend, args);
    const announced = outgoing({ event: `user.${operation}d` }, user, backend);
    const edit = await backend.stores.administration[operation](user, announced);
    return report(user, edit, {
      json: { is_active: operation === 'activate' },
      did: words.did,
      was: words.was,
    });
  },
});

export const deactivate = changeActivity('deactivate', {
  summary: 'locks a user out and ends the sessions',
  did: (before) => `Locked ${nameOf(before)} out. All sessions are ended.`,
  was: 'is locked out',
});

export const activate = changeActivity('activate', {
  summary: 'lets a user in again; ended sessions stay ended',
  did: (before) => `Let ${nameOf(before)} in again.`,
  was: 'is active',
});

export const endSessions: Command = {
  summary: 'ends all sessions of a user, or with --all of all users',
  arguments: '[user]',
  options: { ...userOptions, all: { type: 'boolean' } },
  async run(backend, args) {
    const { generations } = backend.stores;
    const isAll = args.values['all'] === true;
    if (isAll === args.positionals.length > 0)
      throw new CliError('Whose sessions? Name a user, or give --all.');
    if (isAll) {
      await args.confirm(
        `All sessions of all users in ${backend.description} end, and everybody signs in again.`,
      );
      const ended = await forAllUsers(backend, args, async ({ locator, id }) => {
        return (await generations.endAllSessions(locator, id)) !== undefined;
      });
      return {
        json: { users: ended },
        text: `Ended the sessions of ${counted(ended, 'user')}.`,
        isChange: true,
      };
    }
    const user = await findUser(backend, args);
    if ((await generations.endAllSessions(user.locator, user.id)) === undefined) throw deletedMeanwhile(user);
    const { id, username } = user;
    return { json: { id, username }, text: `Ended all sessions of ${nameOf(user)}.`, isChange: true };
  },
};

export const sendReset: Command = {
  summary: 'sends a user a message to set a new password',
  arguments: '<user>',
  options: userOptions,
  async run(backend, args) {
    const user = await findUser(backend, args);
    const { id, username, email, locator } = user;
    const refuse = (reason: string) => new CliError(`No message for ${nameOf(user)}: ${reason}.`);
    if (!backend.announcementRules.notices)
      throw refuse('the deployment sends none. Set emailFrom or messages: docs/deploy.md');
    if (email === '') throw refuse('there is no e-mail address');
    if (!user.isActive) throw refuse('the user is locked out');
    const entry = { purpose: 'reset_password', locator, userId: id } as const;
    await backend.stores.outbox.enqueue(entry, { now: toSeconds(Date.now()) });
    return {
      json: { id, username, email },
      text: `A message to set a new password is on its way to ${email}, for ${nameOf(user)}.`,
      isChange: true,
    };
  },
};

export const unlock: Command = {
  summary: 'forgets failed logins, so that a user need not wait',
  arguments: '<user>',
  options: userOptions,
  async run({ stores, ...backend }, args) {
    const user = await findUser({ stores, ...backend }, args);
    const failures = await stores.rateLimits.forgetFailures(accountDigest(user.username));
    const { sessions } = await stores.sessions.list(user.locator);
    const counters = sessions.map(({ session }) => reauthenticationLimitKey(user.locator, session.id));
    await stores.rateLimits.removeCounters(counters);
    const { id, username } = user;
    return {
      json: { id, username, failures },
      text: `Forgot ${counted(failures, 'failed login')} of ${nameOf(user)}.`,
      isChange: true,
    };
  },
};

/** How often a deletion is tried that a change of the password overtakes. */
const DELETIONS = 5;

export const deleteUser: Command = {
  summary: 'deletes a user with everything of the account',
  arguments: '<user>',
  options: userOptions,
  async run(backend, args) {
    const { stores, announcementRules } = backend;
    const found = await findUser(backend, args);
    await args.confirm(`Delete ${nameOf(found)} in ${backend.description}.`);
    const log = {
      event: () => undefined,
      failure: () => args.terminal.note('Some counters or sessions, which open nothing, are left to expire.'),
    };
    const dependencies = {
      clock: Date.now,
      announcementRules,
      deletion: { ...stores.accounts, ...stores.sessions, ...stores.rateLimits },
    };
    for (let attempt = 0; attempt < DELETIONS; attempt += 1) {
      const user = attempt === 0 ? found : await stores.users.find(found.locator, found.id);
      if (!user) break;
      const caller = { sourceIp: 'operator', device: '' };
      const request = { caller, log: { ...log, identify: () => undefined, end: () => undefined } };
      const outcome = await deleteAccount({ user, elapsed: stopwatch() }, request, dependencies);
      if (outcome === 'gone') break;
      if (outcome === 'overtaken') continue;
      const { id, username } = user;
      return { json: { id, username }, text: `Deleted ${nameOf(user)}.`, isChange: true };
    }
    throw deletedMeanwhile(found);
  },
};
