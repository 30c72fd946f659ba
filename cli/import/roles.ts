/** Which role a user of Django gets, by rules like `group:Managers=MANAGER`. No rule that was not given makes anybody more than the rest. */
import { CliError } from '../program';

/** What a rule looks at. Groups are there by name. */
interface RoleFacts {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly groups: readonly string[];
}

export interface RoleRules {
  /** The role, and a value of a field that is no role here. */
  roleOf(facts: RoleFacts): { readonly role: string; readonly unknown?: string };
}

type Rule = (facts: RoleFacts) => { readonly role?: string; readonly unknown?: string };

/** @throws CliError for a rule that is none, or a role that there is not. */
export function parseRoleRules(
  written: readonly string[],
  { roles, defaultRole }: { readonly roles: readonly string[]; readonly defaultRole: string },
): RoleRules {
  const check = (role: string, where: string): string => {
    if (roles.includes(role)) return role;
    throw new CliError(`${where} names the role ${role}. The roles here are ${roles.join(', ')}.`);
  };
  const fallback = check(defaultRole, '--default');
  const rules = written.map((text): Rule => {
    const [, source = '', role] = /^([^=]+)(?:=([^=]+))?$/.exec(text) ?? [];
    const [kind, name = ''] = split(source);
    if (kind === 'field' && name !== '' && role === undefined)
      return (facts) => roleInField(facts, name, roles);
    const to = role === undefined ? undefined : check(role, `--role ${text}`);
    if (to !== undefined && kind === 'group' && name !== '')
      return ({ groups }) => (groups.includes(name) ? { role: to } : {});
    if (to !== undefined && (source === 'superuser' || source === 'staff'))
      return ({ fields }) => (fields[`is_${source}`] === true ? { role: to } : {});
    throw new CliError(
      `--role cannot be "${text}". It must be group:<name>=<ROLE>, superuser=<ROLE>, staff=<ROLE> or field:<name>.`,
    );
  });
  return {
    roleOf(facts) {
      let unknown: string | undefined;
      for (const rule of rules) {
        const found = rule(facts);
        if (found.role !== undefined) return { role: found.role };
        unknown ??= found.unknown;
      }
      return { role: fallback, ...(unknown !== undefined && { unknown }) };
    },
  };
}

const split = (source: string): readonly [string, string?] => {
  const at = source.indexOf(':');
  return at < 0 ? [source] : [source.slice(0, at), source.slice(at + 1)];
};

function roleInField({ fields }: RoleFacts, name: string, roles: readonly string[]): ReturnType<Rule> {
  const value = fields[name];
  if (value === undefined || value === null || value === '') return {};
  const role = String(value);
  return roles.includes(role) ? { role } : { unknown: role };
}
