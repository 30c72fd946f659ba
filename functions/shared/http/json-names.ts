/** Finds the members of a JSON object with repetitions: JSON.parse silently keeps the last (RFC 8259, section 4). */

const STRING_OR_PUNCTUATION = /"(?:[^"\\]|\\.)*"|[{}[\]:]/g;

/**
 * The names of the outermost object of `json`, unescaped, in order, repeated ones included.
 * @param json valid JSON whose outermost value is an object.
 */
export function memberNames(json: string): string[] {
  const names: string[] = [];
  let depth = 0;
  let lastString = '""';
  for (const [part] of json.matchAll(STRING_OR_PUNCTUATION)) {
    if (part.startsWith('"')) lastString = part;
    else if (part === '{' || part === '[') depth += 1;
    else if (part === '}' || part === ']') depth -= 1;
    else if (depth === 1) names.push(JSON.parse(lastString));
  }
  return names;
}
