import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ConfigError, openKernel, type OpenKernelOptions } from "../mod.ts";

const EXCHANGES = { paper: { kind: "paper" } };

/** Opens a kernel that must not open. @returns the message. */
async function refused(options: object): Promise<string> {
  // As a caller without type checks could pass it.
  const given = { exchanges: EXCHANGES, ...options } as OpenKernelOptions;
  const error = await assertRejects(() => openKernel(given), ConfigError);
  return error.message;
}

const CASES: readonly (readonly [string, object, string])[] = [
  [
    "a cap that it does not know",
    { risk: { maxOrders: 5 } },
    "risk.maxOrders: unknown option, expected one of maxNotionalPerOrder, maxQuantity, " +
    "priceCollarPercent, priceMaxAgeMs, unpricedLimitOrders, maxOpenOrders, " +
    "maxOrdersPerSecond, maxOrdersPerMinute, maxModifiesPerSecond, maxModifiesPerMinute, " +
    "maxPositionNotional, maxPosition, selfTrades, duplicateWindowMs",
  ],
  [
    "a cap that allows nothing",
    { risk: { maxNotionalPerOrder: "0" } },
    "risk.maxNotionalPerOrder: expected more than 0",
  ],
  [
    "a cap without a value: nothing is unlimited",
    { exchanges: { p: { kind: "paper", risk: { maxNotionalPerOrder: null } } } },
    "exchanges.p.risk.maxNotionalPerOrder: must be a decimal number or its text",
  ],
  [
    "an unknown option",
    { exchange: {} },
    "exchange: unknown option, expected one of exchanges, store, clock, random, log, autoStart, " +
    "risk, alerts, onAlert",
  ],
  [
    "a store of another kind",
    { store: { kind: "postgres" } },
    "store.kind: expected one of memory, sqlite, got postgres",
  ],
  [
    "a path that a memory store would not use",
    { store: { kind: "memory", path: "./data" } },
    "store.path: unknown option, expected one of kind",
  ],
  [
    "a mode there is not",
    { exchanges: { p: { kind: "paper", mode: "watch" } } },
    "exchanges.p.mode: expected live or observe, got watch",
  ],
  [
    "an account that is text",
    { exchanges: { p: { kind: "paper", exclusiveAccount: "true" } } },
    "exchanges.p.exclusiveAccount: expected true or false, got string",
  ],
  [
    "a switch that is text",
    { exchanges: { p: { kind: "paper", enabled: "false" } } },
    "exchanges.p.enabled: expected true or false, got string",
  ],
  [
    "an unknown limit",
    { exchanges: { p: { kind: "paper", limits: { ordersPerMinute: 5 } } } },
    "exchanges.p.limits.ordersPerMinute: unknown option, " +
    "expected one of ordersPerSecond, weightPerMinute, budgets",
  ],
  [
    "a budget the venue does not have",
    { exchanges: { p: { kind: "paper", limits: { budgets: { rest: { capacity: 5 } } } } } },
    "exchanges.p.limits.budgets.rest: expected one of weight, orders",
  ],
  [
    "a budget that is no number",
    { exchanges: { p: { kind: "paper", limits: { budgets: { orders: { capacity: "5" } } } } } },
    "exchanges.p.limits.budgets.orders.capacity: expected a number above 0, got 5",
  ],
  [
    "an unknown word of a budget",
    { exchanges: { p: { kind: "paper", limits: { budgets: { orders: { size: 5 } } } } } },
    "exchanges.p.limits.budgets.orders.size: unknown option, expected one of capacity, " +
    "decayPerSecond",
  ],
  [
    "a limit of nothing",
    { exchanges: { p: { kind: "paper", limits: { ordersPerSecond: 0 } } } },
    "exchanges.p.limits.ordersPerSecond: expected a number above 0, got 0",
  ],
  [
    "an unknown kind",
    { exchanges: { p: { kind: "papper" } } },
    "exchanges.p.kind: expected one of paper, binance, okx, bybit, hyperliquid, coinbase, " +
    'kraken, krakenfutures, cme, nse, got papper (did you mean "paper"?)',
  ],
  [
    "a leave to withdraw that is text",
    { exchanges: { p: { kind: "paper", allowWithdrawalKeys: "true" } } },
    "exchanges.p.allowWithdrawalKeys: expected true or false, got string",
  ],
  [
    "a sandbox that the venue has not",
    { exchanges: { k: { kind: "kraken", apiKey: "k", secret: "s", testnet: true } } },
    "exchanges.k.testnet: Kraken has no sandbox with this API; use local (the testnet of this " +
    "project) or false",
  ],
  [
    "an exchange that lacks a key of its venue",
    { exchanges: { b: { kind: "binance", apiKey: "abcdefgh" } } },
    "exchanges.b.secret: Binance needs apiKey and secret: expected a text or { file: path }, got " +
    "nothing; only `testnet: local` needs no keys",
  ],
];

for (const [name, options, message] of CASES) {
  Deno.test(`openKernel refuses ${name}`, async () => {
    assertEquals(await refused(options), message);
  });
}

Deno.test("openKernel refuses an option the adapter does not know", async () => {
  const message = await refused({ exchanges: { p: { kind: "paper", latencyMS: 5 } } });
  assertStringIncludes(message, "exchanges.p");
  assertStringIncludes(message, "latencyMS");
});

Deno.test("openKernel refuses before anything is opened", async () => {
  const path = `${await Deno.makeTempDir()}/data`;
  await refused({ store: { kind: "sqlite", path }, risk: { maxOrders: 1 } });
  const exists = await Deno.stat(path).then(() => true, () => false);
  assert(!exists, "the data directory was made");
  await Deno.remove(path.replace(/\/data$/, ""), { recursive: true });
});

Deno.test("openKernel takes the settings that say what this version does", async () => {
  const exchanges = {
    p: { kind: "paper", enabled: true, mode: "live", exclusiveAccount: false, limits: {} },
  } as const;
  await using kernel = await openKernel({ exchanges });
  assertEquals(kernel.exchanges().map(({ id }) => id), ["p"]);
});
