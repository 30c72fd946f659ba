/**
 * What an endpoint needs that checks a password: login, and those that ask for it again (see `http/reauthenticate.ts`). Data only, for
 * definitions. Functions, because a call that is marked as pure is left out of the bundles of other endpoints, and a spread is not.
 */
import type { Grant, Steps } from './definition';
import type { Setting } from './environment';

const settings = [
  'CORS_ORIGINS',
  'METRICS_NAMESPACE',
  'ADDRESS_WINDOW_SECONDS',
  'LOGINS_PER_ADDRESS',
  'LOGIN_FAILURES',
  'LOGIN_WAIT_SECONDS',
  'LOGIN_WAIT_MAX_SECONDS',
  'LOGIN_FAILURES_KEPT_SECONDS',
  'BCRYPT_COST',
] as const satisfies readonly Setting[];

export type PasswordCheckSetting = (typeof settings)[number];

/** The variables of `parsePasswordCheck` and of every endpoint, with those that the endpoint reads besides. */
export const settingsToCheckPassword = <const More extends Setting>(
  ...more: readonly More[]
): readonly (PasswordCheckSetting | More)[] => [...settings, ...more];

/** The user with the hash. */
export const readUser = { read: ['GetItem'] } as const satisfies Grant;

/** The steps of a request with the right password, which goes on to take these. The failures are forgotten beside the first. */
export const stepsToReauthenticate = (first: Steps[number], ...then: Steps): Steps => [
  ['UpdateItem rateLimits', 'UpdateItem rateLimits', 'GetItem users'],
  ['DeleteItem rateLimits', ...first],
  ...then,
];
