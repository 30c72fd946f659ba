/** Numbers that are not settings, each with its reason. */

/** An API body has four short fields. More than this is refused before it is parsed. */
export const MAX_BODY_BYTES = 64 * 1024;

/** Tokens of JSON, fields of a form, or lines of a multipart form: so that no body costs more than a few milliseconds to parse. */
export const MAX_BODY_PARTS = 500;

/** A longer Content-Type is not parsed: Node.js takes time in the square of its length. */
export const MAX_CONTENT_TYPE_CHARACTERS = 500;

/** Django's column widths, which the apps' forms were made for. A text may be no longer as typed, and no longer in NFKC. */
export const MAX_USERNAME_CHARACTERS = 150;
export const MAX_EMAIL_CHARACTERS = 254;
export const MAX_PASSWORD_CHARACTERS = 128;

/** In UTF-8. No letter of 150 has a longer canonical form than five bytes. */
export const MAX_CANONICAL_USERNAME_BYTES = 5 * MAX_USERNAME_CHARACTERS;

/** A longer password matches no hash from elsewhere. One of more than a quarter as many characters is not normalised at login. */
export const MAX_LOGIN_PASSWORD_BYTES = 4096;

/**
 * How long a refreshed-away token may still be refreshed after its successor was first used. Covers requests that were
 * already under way on a slow network when the new token was put to use.
 */
export const REFRESH_RETRY_SECONDS = 30;

/** How far two functions' clocks may be apart: so long after its end a session is kept, as another clock may still be behind. */
export const CLOCK_SKEW_SECONDS = 300;

/** How many sessions one request deletes at most. A login adds one, so a pile shrinks all the same. */
export const MAX_DELETED_SESSIONS = 25;

/** How many pages of a user's sessions one request reads at most; a page is 1 MB, some 2,500 sessions. */
export const MAX_SESSION_PAGES = 4;

/** How many sessions a request reads first that only tidies: all of an ordinary user's, and enough of a pile. */
export const SESSIONS_TO_TIDY = 100;

/**
 * A healthy table answers in milliseconds. A call is tried three times of at most 0.7 seconds, and is given up altogether after the
 * worst case. The functions' time-outs are multiples of that, so an answer is ready before Lambda gives up.
 */
export const CALL_ATTEMPTS = 3;
export const CALL_ATTEMPT_TIMEOUT_MS = 700;
export const WORST_CASE_CALL_SECONDS = 2.5;

/** How long a transaction is tried again that meets others on the same items, and the first pause, which then doubles. */
export const CONFLICT_PATIENCE_MS = 2000;
export const CONFLICT_PAUSE_MS = 25;

/** For how long a request reads further pages of sessions, or deletes sessions, before it leaves the rest to a later one. */
export const TIDYING_PATIENCE_MS = 2000;

/**
 * How many refreshes back a token is still known to have belonged to its session. Looking costs a few microseconds for each
 * refresh that the session has seen, and only when a token that opens nothing comes to be refreshed.
 */
export const MAX_KNOWN_REFRESHES = 10_000;

/** What is kept of a client's User-Agent to tell sessions apart. */
export const MAX_DEVICE_CHARACTERS = 120;

/** How often a user may export the account in a window of so many seconds: an export reads all there is. */
export const EXPORTS_PER_WINDOW = 5;
export const EXPORT_WINDOW_SECONDS = 3600;

/** How long the id of a deleted user is listed: longer than a table can be restored, which is 35 days. */
export const DELETED_LISTED_SECONDS = 36 * 86_400;

/** From how many networks an account is let in while somebody else guesses at it: home, work, mobile, and two more. */
export const KNOWN_NETWORKS = 5;

/** Messages to one address: one a minute, five a day (of UTC). So a code can be guessed at 25 times a day. */
export const MESSAGE_RULES = { attempts: 5, windowSeconds: 86_400, apartSeconds: 60 };

/** How long a message waits to be sent, and in the end for the operator. */
export const OUTBOX_KEPT_SECONDS = 7 * 86_400;

/** How long one run of the function that sends has a message for itself: longer than it takes, and then another may try. */
export const CLAIM_SECONDS = 60;

/** ASVS 5.0, 6.5.5: a code that can be guessed lives ten minutes at most. */
export const MAX_CODE_SECONDS = 600;

/** After that many wrong ones, a code is worthless. A link stays good, so that guessing cannot void it. */
export const MAX_CODE_GUESSES = 5;

/** What is looked at of a code as typed. */
export const MAX_TYPED_CODE_CHARACTERS = 40;

/**
 * The most work that a password hash from elsewhere may ask for: whoever wrote it chooses what a login costs. Above, a hash is refused at
 * import and never computed (CWE-400). Login's time-out and memory follow from these.
 */
export const HASH_LIMITS = {
  characters: 1024,
  pbkdf2Iterations: 4_000_000,
  scryptBytes: 64 * 1024 * 1024,
  argon2Kibibytes: 256 * 1024,
  argon2Passes: 10,
  /** Of scrypt and argon2. */
  parallelism: 16,
} as const;

/** DynamoDB takes no more items in a transaction. */
export const MAX_TRANSACTION_ITEMS = 100;
