/** The rows as lines of plain text with aligned columns; those in `alignedRight` to the right. */
export function textTable(
  rows: readonly (readonly string[])[],
  alignedRight: readonly number[] = [],
): readonly string[] {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, column) => {
      widths[column] = Math.max(cell.length, widths[column] ?? 0);
    });
  const align = (cell: string, column: number): string =>
    alignedRight.includes(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0);
  return rows.map((row) => row.map(align).join('  ').trimEnd());
}
