/**
 * Who is calling: for the functions of methods that `TokenAuth` protects.
 * @packageDocumentation
 */
// biome-ignore-all lint/performance/noBarrelFile: a package has one entrance.
export { type AuthorizedEvent, type Principal, readPrincipal } from '../functions/shared/http/principal';
