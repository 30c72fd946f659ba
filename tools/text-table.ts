/** Tables of plain text for programs that a person runs. */

/** The rows as lines with aligned columns, those that are named here to the right. */
export function textTable(
  rows: readonly (readonly string[])[],
  toTheRight: readonly number[] = [],
): readonly string[] {
  const widths = rows.reduce<readonly number[]>(
    (widest, row) => row.map((cell, column) => Math.max(cell.length, widest[column] ?? 0)),
    [],
  );
  const align = (cell: string, column: number): string =>
    toTheRight.includes(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0);
  return rows.map((row) => row.map(align).join('  ').trimEnd());
}
