/** Roles are upper-case names that the deployer lists. */

/** The name in words: `CLERK` is "Clerk", `STORE_MANAGER` is "Store Manager". */
export const roleTitle = (role: string): string =>
  role
    .split('_')
    .map((word) => word.charAt(0) + word.slice(1).toLowerCase())
    .join(' ');

/** Whether what is open to these roles, or to all where none are named, is open to this one. */
export const admits = (roles: readonly string[] | undefined, role: string): boolean =>
  roles === undefined || roles.includes(role);
