/** IAM's wildcards: `*` is any text, `?` any one character. Matches whole names only. */

/** Action names ignore case, as in IAM. */
export function matchesAction(pattern: string, action: string): boolean {
  return expressionFor(pattern, 'i').test(action);
}

/** As `StringLike` compares. */
export function matchesText(pattern: string, text: string): boolean {
  return expressionFor(pattern, '').test(text);
}

/** A wildcard in one of an ARN's first five parts stays within it; only a lone `*` is any resource. */
export function matchesResource(pattern: string, arn: string): boolean {
  if (pattern === '*') return true;
  const parts = partsOf(arn);
  const patterns = partsOf(pattern);
  return (
    parts.length === patterns.length &&
    patterns.every((part, index) => expressionFor(part, '').test(parts[index] ?? ''))
  );
}

/** The name of the resource itself, the sixth part, may hold further colons. */
function partsOf(arn: string): string[] {
  const parts = arn.split(':');
  return [...parts.slice(0, 5), ...(parts.length > 5 ? [parts.slice(5).join(':')] : [])];
}

function expressionFor(pattern: string, flags: string): RegExp {
  const literal = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${literal.replaceAll('*', '.*').replaceAll('?', '.')}$`, `s${flags}`);
}
