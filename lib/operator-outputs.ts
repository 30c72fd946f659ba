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
}

export const operatorOutputNames = ['Roles', 'Announcements', 'PasswordRules'] as const;

type OperatorOutputs = Readonly<Record<(typeof operatorOutputNames)[number], string>>;

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
});

export function parseOperatorOutputs({
  Roles,
  Announcements,
  PasswordRules,
}: OperatorOutputs): OperatorRules {
  const announcements = parseList(Announcements);
  const password = new Map(parseList(PasswordRules).map((rule) => rule.split('=') as [string, string]));
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
  };
}
