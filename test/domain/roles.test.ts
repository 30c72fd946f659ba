import { admits, roleTitle } from '../../functions/shared/domain/roles';

it.each([
  ['CLERK', 'Clerk'],
  ['STORE_MANAGER', 'Store Manager'],
  ['TIER2_SUPPORT', 'Tier2 Support'],
])('the role %s is "%s" in words', (role, title) => {
  expect(roleTitle(role)).toBe(title);
});

it('a list of roles admits those on it, and no list admits everyone', () => {
  expect(admits(['ADMIN'], 'ADMIN')).toBe(true);
  expect(admits(['ADMIN'], 'CLERK')).toBe(false);
  expect(admits([], 'ADMIN')).toBe(false);
  expect(admits(undefined, 'CLERK')).toBe(true);
});
