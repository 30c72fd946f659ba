/** Commands that read: `list`, `show`. */
import { isLiveFor, toSeconds } from '../../functions/shared/domain/session';
import { isEmailVerified, ownsEmail } from '../../functions/shared/domain/user';
import { isoTime } from '../../functions/shared/http/session-list';
import type { ListedUser } from '../../functions/shared/store/administration';
import { CliError } from '../program';
import { type Arguments, type Command, columns, numberOption, textOption } from './command';
import { findUser, userOptions } from './find-user';

const PAGE = 50;

/** A user in JSON. */
export const toJson = (user: ListedUser) => ({
  id: user.id,
  username: user.username,
  email: user.email,
  role: user.role,
  is_active: user.isActive,
  email_verified: isEmailVerified(user),
  owns_email: ownsEmail(user),
  pending_email: user.pendingEmail ?? null,
  created_at: isoTime(user.createdAt),
  locator: user.locator,
});

export const list: Command = {
  summary: 'lists users, a page at a time',
  arguments: '',
  options: {
    role: { type: 'string' },
    state: { type: 'string' },
    limit: { type: 'string' },
    after: { type: 'string' },
  },
  async run({ stores }, args) {
    const limit = numberOption(args, 'limit', { min: 1, max: 100_000 }) ?? PAGE;
    const after = textOption(args, 'after');
    if (after !== undefined && !/^[0-9a-f]{10}$/.test(after))
      throw new CliError(`--after cannot be "${after}". It is what the page before ended with.`);
    // One more tells whether there is a next page.
    const found: ListedUser[] = [];
    const filter = { role: textOption(args, 'role'), isActive: readState(args), after };
    for await (const page of stores.administration.scanUsers(filter)) {
      found.push(...page.slice(0, limit + 1 - found.length));
      if (found.length > limit) break;
    }
    const users = found.slice(0, limit);
    const next = found.length > limit ? users.at(-1)?.locator : undefined;
    const rows = users.map(({ id, username, email, role, isActive }) => [
      String(id),
      username,
      email || '-',
      role,
      isActive ? 'active' : 'inactive',
    ]);
    const table = columns([['id', 'username', 'email', 'role', 'state'], ...rows]);
    return {
      json: { users: users.map(toJson), next: next ?? null },
      text: next ? `${table}\nMore: --after ${next}` : table,
    };
  },
};

/** @throws CliError for another state than the two. */
function readState(args: Arguments): boolean | undefined {
  const state = textOption(args, 'state');
  if (state === undefined || state === 'active' || state === 'inactive') return state && state === 'active';
  throw new CliError(`--state cannot be "${state}". It must be active or inactive.`);
}

export const show: Command = {
  summary: 'shows a user and the live sessions',
  arguments: '<user>',
  options: userOptions,
  async run(backend, args) {
    const user = await findUser(backend, args);
    const { sessions, isComplete } = await backend.stores.sessions.list(user.locator);
    const now = toSeconds(Date.now());
    const holder = { userId: user.id, sessionGeneration: user.sessionGeneration };
    const live = sessions
      .map(({ session }) => session)
      .filter((session) => user.isActive && isLiveFor(holder, session, now))
      .map((session) => ({
        id: session.id,
        created_at: isoTime(toSeconds(session.createdAtMs)),
        refreshed_at: isoTime(session.refreshedAt),
        expires_at: isoTime(session.expiresAt),
        device: session.device,
      }));
    const json = toJson(user);
    const rows = Object.entries(json).map(([name, value]) => [name, String(value ?? '-') || '-']);
    const shown = live.map((session) => Object.values(session).map(String));
    return {
      json: { user: json, sessions: live, all_sessions: isComplete },
      text: [
        columns([...rows, ['sessions', `${live.length}${isComplete ? '' : ' or more'}`]]),
        ...(shown.length > 0
          ? [columns([['session', 'signed in', 'refreshed', 'expires', 'device'], ...shown])]
          : []),
      ].join('\n\n'),
    };
  },
};
