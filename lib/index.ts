/** What another CDK app may use; `docs/construct.md` shows how. */
// biome-ignore-all lint/performance/noBarrelFile: a package has one entrance.
export type { ProtectOptions } from './protect';
export { SettingsError } from './settings';
export { TokenAuth, type TokenAuthProps } from './token-auth';
