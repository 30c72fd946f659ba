/** What another CDK app may use; `docs/construct.md` shows how. */
// biome-ignore-all lint/performance/noBarrelFile: a package has one entrance.
export { SettingsError } from './settings';
export { type ProtectOptions, TokenAuth, type TokenAuthProps } from './token-auth';
