/** Rows of any resource as text: a table, JSON or YAML; at once, or as they come. */
import { stringify } from "yaml";
import type { Output } from "./context.ts";
import type { Listing } from "./resources.ts";
import {
  type Cell,
  type Column,
  renderRows,
  renderTable,
  renderTitles,
  widthsOf,
} from "./table.ts";

/** Of one exchange, or of several with a column that tells them apart. */
export type Listings = readonly (readonly [exchange: string, Listing])[];

export function renderListings(listings: Listings): string {
  const table = tableOf(listings);
  return table === null ? "there are no exchanges\n" : renderTable(table.rows, table.columns);
}

export function dataText(output: Output, value: unknown): string {
  return output === "json" ? JSON.stringify(value, null, 2) + "\n" : stringify(value);
}

/** A table whose rows come one by one: titles once, columns as wide as they have been so far. */
export class GrowingTable {
  #widths: readonly number[] | null = null;

  rows(listings: Listings): string {
    const table = tableOf(listings);
    if (table === null) return "";
    const { rows, columns } = table;
    const isFirst = this.#widths === null;
    const before = this.#widths ?? [];
    this.#widths = widthsOf(rows, columns).map((width, at) => Math.max(width, before[at] ?? 0));
    return (isFirst ? renderTitles(columns, this.#widths) : "") +
      renderRows(rows, columns, this.#widths);
  }
}

function tableOf(listings: Listings) {
  const [first] = listings;
  if (first === undefined) return null;
  const [, { columns, rows }] = first;
  if (listings.length === 1) return { columns, rows };
  const withExchange: readonly Column<readonly Cell[]>[] = [
    { title: "exchange", cell: ([exchange]) => exchange },
    ...columns.map((column) => ({
      ...column,
      cell: ([, ...cells]: readonly Cell[]) => column.cell(cells),
    })),
  ];
  const all = listings.flatMap(([exchange, listing]) =>
    listing.rows.map((cells) => [exchange, ...cells])
  );
  return { columns: withExchange, rows: all };
}
