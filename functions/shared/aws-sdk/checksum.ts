/** In place of `@smithy/core/checksum`, which brings a SHA-256 of its own for browsers: what signs requests here has Node's. */
export const Sha256 = undefined;
