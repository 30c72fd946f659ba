/** Which top-level attributes an expression of DynamoDB touches. Reads names only; it does not check grammar. */
import type { Payload } from './payload';

/** Reserved words of the grammar. None of them can be an attribute's name without a `#` placeholder. */
const keywords = new Set(['SET', 'REMOVE', 'ADD', 'DELETE', 'AND', 'OR', 'NOT', 'BETWEEN', 'IN']);

/** A `.` before it makes a name nested, a `(` after it a function or a keyword. */
const token = /(?<nested>\.\s*)?(?<name>[:#]?\w+)(?<called>\s*\()?/g;

/** `names` is the request's ExpressionAttributeNames. */
export function topLevelAttributes(expression: string, names: Payload): string[] {
  return [...expression.matchAll(token)].flatMap(({ groups = {} }) => {
    const name = groups['name'] ?? '';
    const isAttribute = /^[#A-Za-z_]/.test(name) && !keywords.has(name.toUpperCase());
    if (!isAttribute || groups['nested'] || groups['called']) return [];
    return [name.startsWith('#') ? String(names[name]) : name];
  });
}
