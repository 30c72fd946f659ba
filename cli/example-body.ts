import type { Route } from '../functions/shared/definition';
import { exampleToken, exampleUser } from '../functions/shared/description';
import { toUid } from '../functions/shared/domain/challenge';
import type { FieldKinds } from '../functions/shared/http/fields';

/** A request body with these members, as this user would send it. What messages contain is made up. */
export function exampleBody(
  { access }: Route,
  members: FieldKinds,
  username: string = exampleUser.username,
): Readonly<Record<string, string | undefined>> {
  const email = `${username}@example.com`;
  const password = 'password123';
  const values: Readonly<Record<string, string>> = {
    ...{ username, password, role: exampleUser.role },
    // Who has an account can only change it.
    email: access === 'authenticated' ? `new-${email}` : email,
    current_password: password,
    new_password: `new-${password}`,
    re_new_password: `new-${password}`,
    new_username: `new-${username}`,
    uid: toUid(exampleToken.slice(0, 10)),
    token: exampleToken.slice(0, 32),
    code: '123456',
  };
  return Object.fromEntries(Object.keys(members).map((name) => [name, values[name]]));
}
