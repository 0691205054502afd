import { assertEquals } from "@std/assert";
import { retryAfter } from "../../../src/exchanges/ccxt/wire/verdict.ts";

const DEFAULT_MS = 10_000;
const DAY_MS = 24 * 3_600_000;
const DATE = "Sat, 21 Nov 2026 15:00:00 GMT";

const CASES: readonly (readonly [name: string, headers: Record<string, string>, ms: number])[] = [
  ["seconds", { "retry-after": "7" }, 7_000],
  ["a fraction, never too short", { "retry-after": "0.0001" }, 1],
  ["a time by the venue's clock", {
    "retry-after": "Sat, 21 Nov 2026 15:02:00 GMT",
    date: DATE,
  }, 120_000],
  ["a time without the venue's own", {
    "retry-after": "Sat, 21 Nov 2026 15:02:00 GMT",
  }, DEFAULT_MS],
  ["a time that is past", {
    "retry-after": "Sat, 21 Nov 2026 14:00:00 GMT",
    date: DATE,
  }, DEFAULT_MS],
  ["nothing", {}, DEFAULT_MS],
  ["nonsense", { "retry-after": "soon" }, DEFAULT_MS],
  ["a negative number", { "retry-after": "-5" }, DEFAULT_MS],
  ["more than the longest ban", { "retry-after": "99999999999" }, 3 * DAY_MS],
];

for (const [name, headers, ms] of CASES) {
  Deno.test(`retry-after: ${name} is ${ms} ms`, () => {
    assertEquals(retryAfter(new Headers(headers), DEFAULT_MS), ms);
  });
}
