/**
 * Puts one market through the suite and through the fault matrix, and compares `docs/EXCHANGES.md`
 * with what came of it. After a change the document is written again by
 * `deno test --no-prompt -P=test tests/conformance -- --update`.
 */
import { assertEquals } from "@std/assert";
import {
  capabilityTable,
  type ConformanceTarget,
  readScorecard,
  runConformance,
  type Scorecard,
  verdictTable,
} from "../../src/conformance/mod.ts";
import { systemClock } from "../../src/system/clock.ts";
import { documented, rewrite, type Table } from "../faults/document.ts";
import { faultMatrix, type MatrixOperation } from "../faults/venue_matrix.ts";
import { type MarketName, MARKETS, TARGETS } from "./markets.ts";
import { openTestnetTarget, type TestnetMarket } from "./testnet_target.ts";

export const DOCUMENT = "docs/EXCHANGES.md";
export const MATRIX_HEAD = [
  "Market",
  "Operation",
  "Faults",
  "Duplicates",
  "Lost",
  "False states",
  "Left out",
];

/** A market of the local testnet: both. */
export function marketTests(name: MarketName): void {
  const market: TestnetMarket = MARKETS[name];
  Deno.test(`conformance: ${name}`, async () => {
    await using opened = openTestnetTarget(name, market);
    await conforms(opened.target);
  });
  for (const operation of ["submit", "cancel"] as const) {
    Deno.test(`fault matrix: ${name}: ${operation}`, () => survives(name, operation));
  }
}

/** A target of its own making: the suite alone. */
export function targetTest(target: ConformanceTarget): void {
  Deno.test(`conformance: ${target.name}`, () => conforms(target));
}

async function conforms(target: ConformanceTarget): Promise<void> {
  const card = await runConformance(target, { clock: systemClock });
  assertEquals(failuresOf(card), []);
  assertEquals(readScorecard(JSON.parse(JSON.stringify(card))), card);
  await compare("capabilities", capabilityTable([card]));
  await compare("cases", verdictTable([card]));
}

async function survives(name: MarketName, operation: MatrixOperation): Promise<void> {
  const market: TestnetMarket = MARKETS[name];
  const { faults, duplicates, lost, falseStates, wrong } = await faultMatrix(market, operation);
  assertEquals(wrong, []);
  const leftOut = market.leftOut?.map(([fault, reason]) => `${fault}: ${reason}`).join("; ") ?? "–";
  const counts = [faults, duplicates, lost, falseStates].map(String);
  await compare("fault matrix", [MATRIX_HEAD, [name, operation, ...counts, leftOut]], 2);
}

export function failuresOf({ results }: Scorecard): readonly string[] {
  return results.filter(({ verdict }) => verdict === "failed")
    .map(({ case: name, detail }) => `${name}: ${detail}`);
}

/** Of the document's table the row of this one. @param keys how many cells name a row. */
async function compare(table: string, [head, row]: Table, keys = 1): Promise<void> {
  const isIt = (other: readonly string[]) => keyOf(other, keys) === keyOf(row!, keys);
  if (Deno.args.includes("--update")) {
    const [, ...rows] = await documented(table, DOCUMENT);
    const others = rows.filter((other) => other.length === head!.length && !isIt(other));
    const place = (each: readonly string[]) => TARGETS.indexOf(each[0] ?? "");
    const sorted = [...others, row!].sort((a, b) => place(a) - place(b));
    await rewrite(table, [head!, ...sorted], DOCUMENT);
  }
  const [first, ...rows] = await documented(table, DOCUMENT);
  assertEquals(first, head);
  assertEquals(rows.find(isIt), row);
}

function keyOf(row: readonly string[], keys: number): string {
  return row.slice(0, keys).join(" ");
}
