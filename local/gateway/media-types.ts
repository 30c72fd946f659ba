/** Media types, and whether the API's list has it that a body of one is bytes. */

/** `pattern` is a media type, or one with `*` for its subtype or for both. Parameters do not matter. */
export function isBinary(contentType: string | undefined, patterns: readonly string[]): boolean {
  const [type = '', subtype = ''] = mediaTypeOf(contentType ?? '').split('/');
  return patterns.some((pattern) => {
    const [wantedType = '', wantedSubtype = ''] = mediaTypeOf(pattern).split('/');
    const isSameType = wantedType === '*' || wantedType === type;
    return isSameType && (wantedSubtype === '*' || wantedSubtype === subtype);
  });
}

/** Without parameters, in lower case. */
export function mediaTypeOf(header: string): string {
  return (header.split(';')[0] ?? '').trim().toLowerCase();
}
