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
  const widths = widthsOf(rows, columns);
  return renderTitles(columns, widths) + renderRows(rows, columns, widths);
}

/** Of each column, titles included. */
export function widthsOf<T>(rows: readonly T[], columns: readonly Column<T>[]): readonly number[] {
  return columns.map(({ title, cell }) =>
    rows.reduce((width, row) => Math.max(width, textOf(cell(row)).length), title.length)
  );
}

export function renderTitles<T>(
  columns: readonly Column<T>[],
  widths: readonly number[],
): string {
  return line(columns.map(({ title }) => title.toUpperCase()), columns, widths);
}

/** Without titles; a cell wider than its column pushes the others along. */
export function renderRows<T>(
  rows: readonly T[],
  columns: readonly Column<T>[],
  widths: readonly number[],
): string {
  return rows.map((row) => line(columns.map(({ cell }) => textOf(cell(row))), columns, widths))
    .join("");
}

function line<T>(
  texts: readonly string[],
  columns: readonly Column<T>[],
  widths: readonly number[],
): string {
  return texts.map((text, at) =>
    columns[at]?.align === "right" ? text.padStart(widths[at]!) : text.padEnd(widths[at]!)
  ).join("  ").trimEnd() + "\n";
}

/** Venues' texts may hold control characters, which a terminal would obey. */
export function textOf(value: Cell): string {
  const text = value === null || value === undefined || value === "" ? "-" : String(value);
  return text.replace(/\p{Cc}/gu, "·");
}
