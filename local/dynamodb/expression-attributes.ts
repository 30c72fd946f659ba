/** Which top-level attributes an expression of DynamoDB touches. Reads names only; it does not check grammar. */
import type { Payload } from './payload';

/** Reserved by DynamoDB: no attribute can be called so without a `#` placeholder. */
const keywords = new Set(['SET', 'ADD', 'DELETE', 'AND', 'OR', 'NOT', 'BETWEEN', 'IN']);

/** A `.` before it makes a name nested, a `(` after it a function or a keyword. */
const token = /(?<nested>\.\s*)?(?<name>[:#]?\w+)(?<called>\s*\()?/g;

/** `names` is the request's ExpressionAttributeNames. Only in an update is REMOVE a keyword. */
export function topLevelAttributes(expression: string, names: Payload, isUpdate: boolean): string[] {
  return [...expression.matchAll(token)].flatMap(({ groups = {} }) => {
    const name = groups['name'] ?? '';
    const word = name.toUpperCase();
    const isKeyword = keywords.has(word) || (isUpdate && word === 'REMOVE');
    if (isKeyword || groups['nested'] || groups['called'] || !/^[#A-Za-z_]/.test(name)) return [];
    return [name.startsWith('#') ? String(names[name]) : name];
  });
}
