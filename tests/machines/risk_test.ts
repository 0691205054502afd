import { assertEquals } from "@std/assert";
import {
  checkBalance,
  checkOpenOrders,
  checkOrder,
  checkPosition,
  duplicateRefusal,
  notionalOf,
  type OrderQuestion,
  type PriceBounds,
  priceBounds,
  rateRefusal,
  type RiskOrder,
} from "../../machines/risk.ts";
import { type Decimal, decimal, ONE, toUnits } from "../../src/model/decimal.ts";
import { riskDetails, type RiskLimits, riskLimits, riskText } from "../../src/model/risk.ts";

const LIMITS = riskLimits({ maxNotionalPerOrder: decimal("10000") });
const MARKET = priceBounds(decimal("50000"), decimal("5"));

interface Ask {
  readonly limits?: Partial<RiskLimits>;
  readonly order?: Partial<RiskOrder>;
  readonly before?: OrderQuestion["before"];
  readonly market?: PriceBounds | null;
  readonly dollars?: Decimal | null;
  readonly opposite?: Decimal | null;
}

/** Asks about a BUY of 0.1 BTC at 50000, unless told otherwise. */
function ask({ limits, order, before, market, dollars, opposite }: Ask = {}) {
  return checkOrder({
    limits: riskLimits(LIMITS, limits),
    order: {
      symbolId: "BTC/USDT",
      kind: "spot",
      side: "BUY",
      amount: decimal("0.1"),
      limitPrice: decimal("50000"),
      postOnly: false,
      ...order,
    },
    before: before ?? null,
    market: market === undefined ? MARKET : market,
    dollars: dollars === undefined ? ONE : dollars,
    opposite: opposite ?? null,
  });
}

const code = (question: Ask) => ask(question)?.code ?? "ok";
const at = (price: string, amount = "0.1") => ({
  limitPrice: decimal(price),
  amount: decimal(amount),
});

Deno.test("risk: an order within every cap passes", () => {
  assertEquals(ask(), null);
});

Deno.test("risk: an order above maxNotionalPerOrder is denied with rule, limit and value", () => {
  const refusal = ask({ order: at("50000", "0.20000001") });
  assertEquals(refusal, {
    code: "MAX_NOTIONAL_PER_ORDER",
    rule: "amount × price in dollars must be at most",
    limit: "10000",
    actual: "10000.0005",
  });
  assertEquals(
    riskText("place order", refusal!),
    "Cannot place order: amount × price in dollars must be at most 10000, got 10000.0005",
  );
  assertEquals(riskDetails(refusal!), {
    rule: "amount × price in dollars must be at most",
    limit: "10000",
    actual: "10000.0005",
  });
});

Deno.test("risk: an order exactly at maxNotionalPerOrder passes, to the last decimal", () => {
  assertEquals(code({ order: at("50000", "0.2") }), "ok");
  assertEquals(code({ order: at("50000", "0.200000000000000001") }), "MAX_NOTIONAL_PER_ORDER");
});

Deno.test("risk: a market order is worth what the market says", () => {
  const order = { limitPrice: null, amount: decimal("0.2") };
  assertEquals(code({ order }), "ok");
  assertEquals(code({ order: { ...order, amount: decimal("0.20001") } }), "MAX_NOTIONAL_PER_ORDER");
});

Deno.test("risk: a sale below the market is worth what it is worth there", () => {
  const order = { side: "SELL" as const, ...at("48000", "0.205") };
  assertEquals(code({ order }), "MAX_NOTIONAL_PER_ORDER");
  assertEquals(
    notionalOf({ kind: "spot", ...order }, decimal("50000"), ONE),
    toUnits(decimal("10250")),
  );
  assertEquals(notionalOf({ kind: "spot", ...order }, null, ONE), toUnits(decimal("9840")));
});

Deno.test("risk: an inverse contract is worth its amount of the quote, at any price", () => {
  for (const price of ["40000", "50000"]) {
    const order = { kind: "inverse", ...at(price, "10000") } as const;
    assertEquals(code({ order }), "ok");
    assertEquals(code({ order: { ...order, amount: decimal("10001") } }), "MAX_NOTIONAL_PER_ORDER");
  }
});

Deno.test("risk: an option counts with its whole underlying, or its premium where that is more", () => {
  const asked = (side: "BUY" | "SELL", amount: string, price = "0.05") =>
    code({
      order: { kind: "option", side, ...at(price, amount) },
      market: priceBounds(decimal(price), decimal("5")),
      dollars: decimal("50000"),
    });
  for (const side of ["BUY", "SELL"] as const) {
    assertEquals(asked(side, "0.2"), "ok");
    assertEquals(asked(side, "0.21"), "MAX_NOTIONAL_PER_ORDER");
    assertEquals(asked(side, "0.1", "2"), "ok");
    assertEquals(asked(side, "0.11", "2"), "MAX_NOTIONAL_PER_ORDER");
  }
});

Deno.test("risk: another quote asset counts at its price in dollars", () => {
  const order = { symbolId: "ETH/BTC", ...at("0.05", "4") };
  const market = priceBounds(decimal("0.05"), decimal("5"));
  assertEquals(code({ order, market, dollars: decimal("50000") }), "ok");
  assertEquals(code({ order, market, dollars: decimal("50001") }), "MAX_NOTIONAL_PER_ORDER");
  assertEquals(code({ order, market, dollars: null }), "VALUE_UNKNOWN");
});

Deno.test("risk: maxQuantity holds for the symbol it names, in base units", () => {
  const limits = { maxQuantity: { "BTC/USDT": decimal("0.1") } };
  assertEquals(code({ limits }), "ok");
  assertEquals(ask({ limits, order: at("50000", "0.10001") }), {
    code: "MAX_QUANTITY",
    rule: "amount of BTC/USDT must be at most",
    limit: "0.1",
    actual: "0.10001",
  });
  const other = { symbolId: "ETH/USDT", ...at("50000", "0.11") };
  assertEquals(code({ limits, order: other }), "ok");
  assertEquals(code({ limits, order: { symbolId: "toString" } }), "ok");
});

Deno.test("risk: the collar lets a BUY pay up to 5 % more than the market, exactly", () => {
  assertEquals(code({ order: at("52500") }), "ok");
  assertEquals(ask({ order: at("52500.01") }), {
    code: "PRICE_COLLAR",
    rule: "limitPrice within 5 % of the market price 50000 must be at most",
    limit: "52500",
    actual: "52500.01",
  });
  assertEquals(code({ order: at("100") }), "ok", "far below the market nobody is hurt");
});

Deno.test("risk: the collar lets a SELL take up to 5 % less than the market, exactly", () => {
  const side = "SELL" as const;
  assertEquals(code({ order: { side, ...at("47500") } }), "ok");
  assertEquals(code({ order: { side, ...at("47499.99") } }), "PRICE_COLLAR");
  assertEquals(code({ order: { side, ...at("90000") } }), "ok");
});

Deno.test("risk: a collar of more than everything leaves no price below zero", () => {
  assertEquals(priceBounds(decimal("10"), decimal("200")).sellMin, "0");
});

Deno.test("risk: without a fresh price a market order is denied, a limit order is not", () => {
  assertEquals(code({ order: { limitPrice: null }, market: null }), "NO_MARKET_PRICE");
  assertEquals(code({ market: null }), "ok");
  assertEquals(code({ market: null, order: at("50000", "0.21") }), "MAX_NOTIONAL_PER_ORDER");
});

Deno.test("risk: unpricedLimitOrders: deny asks for a price for limit orders, too", () => {
  const limits = { unpricedLimitOrders: "deny" as const };
  assertEquals(code({ market: null, limits }), "NO_MARKET_PRICE");
  assertEquals(code({ limits }), "ok");
});

Deno.test("risk: an order that would meet one of ours on the other side is denied", () => {
  const opposite = decimal("50000");
  assertEquals(ask({ opposite }), {
    code: "SELF_TRADE",
    rule: "price must be below our own SELL of BTC/USDT at",
    limit: "50000",
    actual: "50000",
  });
  assertEquals(code({ opposite, order: at("49999.99") }), "ok");
  const sell = (price: string) => ({ side: "SELL" as const, ...at(price) });
  assertEquals(code({ opposite, order: sell("50000") }), "SELF_TRADE");
  assertEquals(code({ opposite, order: sell("50000.01") }), "ok");
});

Deno.test("risk: a market order is denied when ours stands at the market or better", () => {
  const order = { limitPrice: null };
  assertEquals(code({ order, opposite: decimal("50000") }), "SELF_TRADE");
  assertEquals(code({ order, opposite: decimal("50000.01") }), "ok");
});

Deno.test("risk: a market order is denied when ours is the best offer in the book", () => {
  const book = { bid: decimal("49990"), ask: decimal("50010") };
  const market = priceBounds(decimal("50000"), decimal("5"), book);
  const buy = { limitPrice: null };
  assertEquals(code({ order: buy, market, opposite: decimal("50010") }), "SELF_TRADE");
  assertEquals(code({ order: buy, market, opposite: decimal("50010.01") }), "ok");
  const sell = { ...buy, side: "SELL" as const };
  assertEquals(code({ order: sell, market, opposite: decimal("49990") }), "SELF_TRADE");
  assertEquals(code({ order: sell, market, opposite: decimal("49989.99") }), "ok");
});

Deno.test("risk: post-only never takes, and selfTrades: allow asks nobody", () => {
  const opposite = decimal("50000");
  assertEquals(code({ opposite, order: { postOnly: true } }), "ok");
  assertEquals(code({ opposite, limits: { selfTrades: "allow" } }), "ok");
});

const CHANGES: readonly (readonly [string, Ask, string])[] = [
  ["less of what is above maxNotionalPerOrder", { order: at("50000", "0.5") }, "ok"],
  ["more of it", { order: at("50000", "0.7") }, "MAX_NOTIONAL_PER_ORDER"],
  ["a worse price outside of the collar", { order: at("53001", "0.1") }, "PRICE_COLLAR"],
  ["a better one, though outside still", { order: at("52999", "0.1") }, "ok"],
  ["no other price though ours stands there", {
    order: at("53000", "0.1"),
    opposite: decimal("53000"),
  }, "ok"],
  ["another price that meets ours", {
    order: at("52999", "0.1"),
    opposite: decimal("52999"),
  }, "SELF_TRADE"],
  ["less of what nobody can value", { order: at("53000", "0.1"), dollars: null }, "ok"],
  ["more of what nobody can value", {
    order: at("53000", "0.7"),
    dollars: null,
  }, "VALUE_UNKNOWN"],
];

for (const [name, question, expected] of CHANGES) {
  Deno.test(`risk: a change to ${name}: ${expected}`, () => {
    assertEquals(code({ before: at("53000", "0.6"), ...question }), expected);
  });
}

Deno.test("risk: a change to less quantity passes a maxQuantity it is still above", () => {
  const limits = { maxQuantity: { "BTC/USDT": decimal("0.05") } };
  assertEquals(code({ limits, before: at("50000", "0.2") }), "ok");
  assertEquals(code({ limits, before: at("50000", "0.09") }), "MAX_QUANTITY");
});

Deno.test("risk: maxOpenOrders counts the order in question", () => {
  const limits = riskLimits({ maxOpenOrders: 3 });
  assertEquals(checkOpenOrders(limits, 3), null);
  assertEquals(checkOpenOrders(limits, 4), {
    code: "MAX_OPEN_ORDERS",
    rule: "open orders must be at most",
    limit: "3",
    actual: "4",
  });
});

Deno.test("risk: a position counts what is held and what may still be bought, in units", () => {
  const limits = riskLimits({ maxPosition: { BTC: decimal("2") } });
  const question = { limits, of: "asset", base: "BTC", value: decimal("50000") } as const;
  assertEquals(checkPosition({ ...question, position: toUnits(decimal("2")) }), null);
  const above = checkPosition({ ...question, position: toUnits(decimal("2")) + 1n });
  assertEquals(
    [above?.code, above?.limit, above?.actual],
    ["MAX_POSITION", "2", "2.000000000000000001"],
  );
});

Deno.test("risk: every position has a cap in dollars, and a value that is not known is denied", () => {
  const limits = riskLimits({ maxPositionNotional: decimal("100000") });
  const question = { limits, of: "asset", base: "BTC", value: decimal("50000") } as const;
  assertEquals(checkPosition({ ...question, position: toUnits(decimal("2")) }), null);
  const above = checkPosition({ ...question, position: toUnits(decimal("2.00000001")) });
  assertEquals([above?.code, above?.actual], ["MAX_POSITION_NOTIONAL", "100000.0005"]);
  assertEquals(checkPosition({ ...question, value: null, position: 0n })?.code, "VALUE_UNKNOWN");
});

Deno.test("risk: orders may need all there is of an asset and nothing more", () => {
  const question = { asset: "USDT", held: 1_000n, isLockKnown: true };
  assertEquals(checkBalance({ ...question, locked: 1_000n }), null);
  assertEquals(checkBalance({ ...question, locked: 1_001n })?.code, "INSUFFICIENT_BALANCE");
});

Deno.test("risk: selling what is not there is denied: there is no short sale on spot", () => {
  const short = checkBalance({
    asset: "BTC",
    held: 0n,
    locked: toUnits(decimal("0.1")),
    isLockKnown: true,
  });
  assertEquals(short, {
    code: "INSUFFICIENT_BALANCE",
    rule: "BTC that orders need must be at most",
    limit: "0",
    actual: "0.1",
  });
});

Deno.test("risk: a balance or a lock that is not known is not guessed", () => {
  const unread = checkBalance({ asset: "USDT", held: null, locked: 0n, isLockKnown: true });
  assertEquals(
    riskText("send", unread!),
    "Cannot send: the balance of USDT must be known, got nothing yet",
  );
  const unpriced = checkBalance({ asset: "USDT", held: 5n, locked: 0n, isLockKnown: false });
  assertEquals([unread?.code, unpriced?.code], ["BALANCE_UNKNOWN", "BALANCE_UNKNOWN"]);
});

Deno.test("risk: refusals of rates and of duplicates name the window", () => {
  assertEquals(
    riskText("place order", rateRefusal("order", { limit: 100, spanMs: 1_000 })),
    "Cannot place order: placements in any second must be at most 100, got 101",
  );
  assertEquals(
    riskText("modify order", rateRefusal("modify", { limit: 3_000, spanMs: 60_000 })),
    "Cannot modify order: changes in any minute must be at most 3000, got 3001",
  );
  const duplicate = duplicateRefusal(LIMITS, 12.7);
  assertEquals(
    [duplicate.code, duplicate.limit, duplicate.actual],
    ["DUPLICATE_MARKET_ORDER", "1000", "12"],
  );
});

Deno.test("risk: later caps win, key by key, and what is not given keeps its default", () => {
  const limits = riskLimits({ maxOpenOrders: 5, selfTrades: "allow" }, { maxOpenOrders: 7 });
  assertEquals([limits.maxOpenOrders, limits.selfTrades], [7, "allow"]);
  assertEquals(limits.maxNotionalPerOrder, "10000");
});
