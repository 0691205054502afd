import { assertEquals } from "@std/assert";
import { ageOf } from "../../src/cli/resources.ts";
import { type Column, renderTable } from "../../src/cli/table.ts";

interface Row {
  readonly name: string;
  readonly amount: string | null;
}

const COLUMNS: readonly Column<Row>[] = [
  { title: "name", cell: (row) => row.name },
  { title: "amount", align: "right", cell: (row) => row.amount },
];

Deno.test("table: columns are as wide as their widest cell, numbers stand right", () => {
  const rows = [{ name: "a", amount: "10.5" }, { name: "a long name", amount: "1234567.1" }];
  assertEquals(
    renderTable(rows, COLUMNS),
    "NAME            AMOUNT\na                 10.5\na long name  1234567.1\n",
  );
});

Deno.test("table: what is absent is a dash, no rows leave the titles", () => {
  assertEquals(renderTable([{ name: "", amount: null }], COLUMNS), "NAME  AMOUNT\n-          -\n");
  assertEquals(renderTable([], COLUMNS), "NAME  AMOUNT\n");
});

Deno.test("table: control characters do not reach the terminal", () => {
  const rows = [{ name: "a\u001b[2J\nb", amount: "1" }];
  assertEquals(renderTable(rows, COLUMNS).split("\n")[1], "a·[2J·b       1");
});

Deno.test("table: ages by their largest unit", () => {
  const ages = [0, 59_999, 60_000, 3_600_000, 86_400_000, -5].map((ms) => ageOf(0, ms));
  assertEquals(ages, ["0s", "59s", "1m", "1h", "1d", "0s"]);
});
