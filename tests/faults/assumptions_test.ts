/** What the promises rest on, per venue: the constants of the profile, as `docs/SAFETY.md` has them. */
import { assert, assertEquals } from "@std/assert";
import { SEND_SLACK_MS } from "../../machines/timeouts.ts";
import { BINANCE_ERRORS } from "../../src/exchanges/ccxt/profiles/binance/errors.ts";
import { binanceSpot } from "../../src/exchanges/ccxt/profiles/binance.ts";
import { windowOf } from "../budgets.ts";
import { documented, rewrite, type Table } from "./document.ts";

const READ = "2026-11-21";
const SECOND = 1_000;
const DAY = 86_400_000;

const { timing, rateLimits, deadMansSwitch } = binanceSpot;
const weight = windowOf(rateLimits.budgets["weight"]);
const orders = windowOf(rateLimits.budgets["orders"]);

const ROWS: Table = [
  ["Constant", "Value", "Source", "Read"],
  [
    "validity of a request",
    `${timing.validityMs / SECOND} s`,
    "rest-api.md, Timing security: default and largest recommended recvWindow; checked before " +
    "the request goes to the matching engine",
    READ,
  ],
  [
    "engine bound",
    `${timing.engineBoundMs / SECOND} s`,
    "rest-api.md, General API Information: -1007 comes after 10 s. That nothing takes effect " +
    "later is ours to assume",
    READ,
  ],
  [
    "settle time of reads",
    `${timing.settleMs / SECOND} s`,
    "not documented (rest-api.md, Data Sources: Memory => Database); our own choice",
    READ,
  ],
  [
    "retention",
    `${timing.retentionMs / DAY} days`,
    "errors.md, -2026: canceled or expired orders without a fill are archived",
    READ,
  ],
  [
    "request weight",
    `${weight.capacity} in ${weight.intervalMs / SECOND} s`,
    "rateLimits of GET /api/v3/exchangeInfo",
    READ,
  ],
  [
    "new orders",
    `${orders.capacity} in ${orders.intervalMs / SECOND} s`,
    "rateLimits of GET /api/v3/exchangeInfo",
    READ,
  ],
  [
    "errors that prove a refusal",
    `${BINANCE_ERRORS.filter(({ verdict }) => verdict === "refused").length} rules`,
    "errors.md of 2025-01-09; all else is unknown",
    READ,
  ],
  ["dead-man's switch", deadMansSwitch.kind, "rest-api.md: spot has no such endpoint", READ],
];

Deno.test("assumptions: docs/SAFETY.md has the constants of the profile", async () => {
  if (Deno.args.includes("--update")) await rewrite("assumptions", ROWS);
  assertEquals(await documented("assumptions"), ROWS);
});

Deno.test("assumptions: what may still land is over before absence is proven", () => {
  const { validityMs, engineBoundMs, settleMs, retentionMs } = timing;
  const provenAfterMs = SEND_SLACK_MS + validityMs + engineBoundMs + settleMs;
  assertEquals(provenAfterMs, 19_000);
  assert(retentionMs > 1_000 * provenAfterMs, "the venue remembers far longer than a proof takes");
  assert(validityMs <= 60_000, "the venue refuses a longer recvWindow");
});
