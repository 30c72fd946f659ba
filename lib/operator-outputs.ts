/** What the operator's commands need to know of a deployment besides its tables, as outputs of the stack. */
import type { AnnouncementRules } from '../functions/shared/domain/message';
import type { PasswordRules } from '../functions/shared/domain/password-rules';
import { listVariable, parseList } from '../functions/shared/environment';
import { messageChannel, type Settings } from './settings';

export interface OperatorRules {
  readonly roles: readonly string[];
  readonly announcementRules: AnnouncementRules;
  readonly passwordRules: PasswordRules;
  readonly bcryptCost: number;
  /** Of those that signup accepts, the one of who names none. */
  readonly defaultRole: string;
  readonly sessionLifetimeSeconds: number;
}

export const operatorOutputNames = ['Roles', 'Announcements', 'PasswordRules', 'NewUsers'] as const;

export type OperatorOutputs = Readonly<Record<(typeof operatorOutputNames)[number], string>>;

export const toOperatorOutputs = (settings: Settings): OperatorOutputs => ({
  Roles: listVariable(settings.roles),
  Announcements: listVariable([
    ...(messageChannel(settings) === 'none' ? [] : ['notices']),
    ...(settings.events ? ['events'] : []),
  ]),
  PasswordRules: listVariable([
    `minLength=${settings.passwordMinLength}`,
    `blocklist=${settings.passwordBlocklist ? 'on' : 'off'}`,
    `bcryptCost=${settings.bcryptCost}`,
  ]),
  NewUsers: listVariable([
    `role=${settings.signupRoles[0]}`,
    `sessionLifetimeSeconds=${settings.sessionLifetime}`,
  ]),
});

export function parseOperatorOutputs({
  Roles,
  Announcements,
  PasswordRules,
  NewUsers,
}: OperatorOutputs): OperatorRules {
  const announcements = parseList(Announcements);
  const password = toMap(PasswordRules);
  const newUsers = toMap(NewUsers);
  return {
    roles: parseList(Roles),
    announcementRules: {
      notices: announcements.includes('notices'),
      events: announcements.includes('events'),
    },
    passwordRules: {
      minLength: Number(password.get('minLength')),
      usesBlocklist: password.get('blocklist') === 'on',
    },
    bcryptCost: Number(password.get('bcryptCost')),
    defaultRole: newUsers.get('role') ?? '',
    sessionLifetimeSeconds: Number(newUsers.get('sessionLifetimeSeconds')),
  };
}

const toMap = (list: string): ReadonlyMap<string, string> =>
  new Map(parseList(list).map((rule) => rule.split('=') as [string, string]));
