import { roleTitle } from '../../functions/shared/domain/roles';

it.each([
  ['CLERK', 'Clerk'],
  ['STORE_MANAGER', 'Store Manager'],
  ['TIER2_SUPPORT', 'Tier2 Support'],
])('the role %s is "%s" in words', (role, title) => {
  expect(roleTitle(role)).toBe(title);
});
