/**
 * The backend as a construct for another CDK app; `docs/construct.md` shows how.
 * @packageDocumentation
 */
// biome-ignore-all lint/performance/noBarrelFile: a package has one entrance.
export type { TokenAuthTables } from './auth-tables';
export type { ProtectOptions } from './protect';
export { SettingsError } from './settings';
export { TokenAuth } from './token-auth';
export type { TokenAuthProps } from './token-auth-props';
