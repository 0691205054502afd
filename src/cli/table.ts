/** Columns of text, as wide as their widest cell. */

export type Cell = string | number | boolean | null | undefined;

export interface Column<T> {
  readonly title: string;
  readonly cell: (row: T) => Cell;
  /** Numbers are read from the right. */
  readonly align?: "left" | "right";
}

/** Two spaces apart, titles in capitals; what is absent is `-`. Ends with a line feed. */
export function renderTable<T>(rows: readonly T[], columns: readonly Column<T>[]): string {
  const cells = rows.map((row) => columns.map((column) => textOf(column.cell(row))));
  const widths = columns.map(({ title }, at) =>
    cells.reduce((width, row) => Math.max(width, row[at]!.length), title.length)
  );
  const line = (texts: readonly string[]) =>
    texts.map((text, at) =>
      columns[at]!.align === "right" ? text.padStart(widths[at]!) : text.padEnd(widths[at]!)
    ).join("  ").trimEnd() + "\n";
  return line(columns.map(({ title }) => title.toUpperCase())) + cells.map(line).join("");
}

/** Venues' texts may hold control characters, which a terminal would obey. */
function textOf(value: Cell): string {
  const text = value === null || value === undefined || value === "" ? "-" : String(value);
  return text.replace(/\p{Cc}/gu, "·");
}
