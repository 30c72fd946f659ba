/** Numbers that are not settings, each with its reason. */

/** An API body has four short fields. More than this is refused before it is parsed. */
export const MAX_BODY_BYTES = 64 * 1024;

/** Django's column widths, which the apps' forms were made for. */
export const MAX_USERNAME_CHARACTERS = 150;
export const MAX_EMAIL_CHARACTERS = 254;
export const MAX_PASSWORD_CHARACTERS = 128;

/** bcrypt reads no further than this; what it would cut is refused instead (CVE-2025-22228). */
export const MAX_PASSWORD_BYTES = 72;

/**
 * How long a refreshed-away token may still be refreshed after its successor was first used. Covers requests that were
 * already under way on a slow network when the new token was put to use.
 */
export const REFRESH_RETRY_SECONDS = 30;
