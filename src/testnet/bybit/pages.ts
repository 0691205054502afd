/** Pages with a cursor, which Bybit gives for every page with rows, the last one too. */

export interface PageWish<Row> {
  /** As it arrived, its percent signs decoded; null for the first page. */
  readonly cursor: string | null;
  readonly limit: number;
  /** What a cursor names a row by. */
  readonly markOf: (row: Row) => string;
}

/** @param rows in the order of the list; a cursor goes on after the row it names. */
export function pageOf<Row>(
  rows: readonly Row[],
  { cursor, limit, markOf }: PageWish<Row>,
): { readonly rows: readonly Row[]; readonly cursor: string } {
  const last = cursor === null ? null : decodeURIComponent(cursor).split(",").at(-1);
  const from = last === null ? 0 : rows.findIndex((row) => markOf(row) === last) + 1;
  const isLost = last !== null && from === 0;
  const page = isLost ? [] : rows.slice(from, from + limit);
  const [first, end] = [page[0], page.at(-1)];
  if (first === undefined || end === undefined) return { rows: page, cursor: "" };
  return { rows: page, cursor: encodeURIComponent(`${markOf(first)},${markOf(end)}`) };
}
