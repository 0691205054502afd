import { assertEquals } from "@std/assert";
import { type StandardOrder, StandardOrderSchema } from "../../src/model/order.ts";

const ORDER = { symbolId: "BTC/USDT", side: "BUY", amount: "0.01", limitPrice: "50000" };
const STOP = { kind: "STOP_LOSS", triggerPrice: "45000" };
const TRAIL = { kind: "TRAILING_STOP", trailingOffset: "2", trailingOffsetType: "PERCENT" };

function read(input: Record<string, unknown>): StandardOrder {
  return StandardOrderSchema.parse({ ...ORDER, ...input });
}

/** `field CODE` of every issue; empty when the order is accepted. */
function faults(input: Record<string, unknown>): readonly string[] {
  const result = StandardOrderSchema.safeParse({ ...ORDER, ...input });
  if (result.success) return [];
  return result.error.issues.map((issue) =>
    `${issue.path.join(".")} ${issue.code === "custom" ? issue.params?.["code"] : issue.code}`
  );
}

Deno.test("order: what is left out gets the domain's defaults", () => {
  assertEquals<unknown>(read({}), {
    symbolId: "BTC/USDT",
    side: "BUY",
    amount: "0.01",
    amountType: "BASE",
    limitPrice: "50000",
    timeInForce: "GTC",
    goodTillTime: null,
    conditionalTriggers: [],
    conditionalMode: "UNIFIED_ADJUSTING",
    reduceOnly: false,
    postOnly: false,
    icebergQty: null,
    positionSide: null,
    marginMode: null,
    leverage: null,
    selfTradePrevention: null,
    onAbsent: "RETRY",
    submitBy: null,
    round: false,
    onExternalCancel: "ACCEPT",
  });
});

Deno.test("order: reading a read order changes nothing", () => {
  for (
    const input of [
      {},
      { limitPrice: null },
      { timeInForce: "IOC" },
      { onAbsent: "FAIL", leverage: "3", marginMode: "CROSS" },
      { conditionalTrigger: STOP },
      { conditionalTriggers: [STOP, TRAIL], conditionalMode: "PER_FILL" },
    ]
  ) {
    const order = read(input);
    assertEquals(StandardOrderSchema.parse(order), order);
  }
});

Deno.test("order: numbers and texts of one value are one order", () => {
  assertEquals(read({ amount: 0.01, limitPrice: 50000 }), read({ amount: "0.0100" }));
});

Deno.test("order: a missing limit price, like null, is a market order", () => {
  const { limitPrice: _, ...market } = ORDER;
  assertEquals(StandardOrderSchema.parse(market), read({ limitPrice: null }));
  assertEquals(StandardOrderSchema.parse(market).limitPrice, null);
});

Deno.test("order: only orders that rest are retried by default", () => {
  assertEquals(read({ timeInForce: "DAY" }).onAbsent, "RETRY");
  for (const input of [{ limitPrice: null }, { timeInForce: "IOC" }, { timeInForce: "FOK" }]) {
    assertEquals(read(input).onAbsent, "FAIL");
  }
  assertEquals(read({ limitPrice: null, onAbsent: "RETRY" }).onAbsent, "RETRY");
});

Deno.test("order: a single trigger is a list of one, with its defaults", () => {
  const order = read({ conditionalTrigger: STOP });
  assertEquals<unknown>(order.conditionalTriggers, [{
    kind: "STOP_LOSS",
    triggerPrice: "45000",
    trailingOffset: null,
    trailingOffsetType: null,
    limitPrice: null,
    source: "LAST",
    role: "PROTECT",
  }]);
  assertEquals("conditionalTrigger" in order, false);
});

Deno.test("order: one trigger and a list of them together are refused", () => {
  assertEquals(faults({ conditionalTrigger: STOP, conditionalTriggers: [STOP] }), [
    "conditionalTrigger TRIGGERS_GIVEN_TWICE",
  ]);
});

Deno.test("order: amounts and prices are greater than zero", () => {
  for (const value of ["0", "-1", "-0"]) {
    assertEquals(faults({ amount: value }), ["amount AMOUNT_NOT_POSITIVE"]);
    assertEquals(faults({ limitPrice: value }), ["limitPrice PRICE_NOT_POSITIVE"]);
    assertEquals(faults({ icebergQty: value }), ["icebergQty ICEBERG_NOT_POSITIVE"]);
    assertEquals(faults({ leverage: value }), ["leverage LEVERAGE_NOT_POSITIVE"]);
  }
});

Deno.test("order: unknown and reserved fields are refused", () => {
  assertEquals(faults({ amont: "1" }), [" unrecognized_keys"]);
  for (const key of ["__proto__", "constructor", "prototype"]) {
    const input: unknown = JSON.parse(JSON.stringify(ORDER).replace("{", `{"${key}":{"a":1},`));
    assertEquals(StandardOrderSchema.safeParse(input).success, false, key);
  }
});

Deno.test("order: words outside the vocabulary are refused", () => {
  assertEquals(faults({ side: "buy" }), ["side invalid_value"]);
  assertEquals(faults({ timeInForce: "GTX" }), ["timeInForce invalid_value"]);
  assertEquals(faults({ postOnly: "true" }), ["postOnly invalid_type"]);
  assertEquals(faults({ symbolId: "" }).includes("symbolId too_small"), true);
  assertEquals(faults({ symbolId: "BTC/USDT\n" }), ["symbolId invalid_format"]);
});

Deno.test("order: goodTillTime comes with GTD, and only with it", () => {
  assertEquals(faults({ timeInForce: "GTD" }), ["goodTillTime GOOD_TILL_TIME_REQUIRED"]);
  assertEquals(faults({ goodTillTime: 1 }), ["goodTillTime GOOD_TILL_TIME_WITHOUT_GTD"]);
  assertEquals(faults({ timeInForce: "GTD", goodTillTime: 1_800_000_000_000 }), []);
  for (const time of [-1, 1.5, 1e17, "1800000000000"]) {
    assertEquals(faults({ timeInForce: "GTD", goodTillTime: time }).length > 0, true, String(time));
  }
});

Deno.test("order: postOnly and iceberg are for orders that rest", () => {
  assertEquals(faults({ postOnly: true }), []);
  assertEquals(faults({ postOnly: true, limitPrice: null }), ["postOnly POST_ONLY_MARKET"]);
  for (const timeInForce of ["IOC", "FOK"]) {
    assertEquals(faults({ postOnly: true, timeInForce }), ["postOnly POST_ONLY_TIME_IN_FORCE"]);
    assertEquals(faults({ icebergQty: "0.001", timeInForce }), ["icebergQty ICEBERG_NOT_RESTING"]);
  }
});

Deno.test("order: the shown part of an iceberg is at most the amount", () => {
  assertEquals(faults({ icebergQty: "0.01" }), []);
  assertEquals(faults({ icebergQty: "0.010000001" }), ["icebergQty ICEBERG_ABOVE_AMOUNT"]);
});

Deno.test("order: a trailing stop has an offset, the other triggers a price", () => {
  const at = (trigger: Record<string, unknown>) => faults({ conditionalTrigger: trigger });
  const path = "conditionalTrigger";
  assertEquals(at(TRAIL), []);
  assertEquals(at({ kind: "STOP_LOSS" }), [`${path}.triggerPrice TRIGGER_PRICE_REQUIRED`]);
  assertEquals(at({ ...STOP, trailingOffset: "1" }), [
    `${path}.trailingOffset TRAILING_WITHOUT_TRAILING_STOP`,
  ]);
  assertEquals(at({ ...STOP, trailingOffsetType: "PRICE" }), [
    `${path}.trailingOffsetType TRAILING_WITHOUT_TRAILING_STOP`,
  ]);
  assertEquals(at({ ...TRAIL, triggerPrice: "1" }), [
    `${path}.triggerPrice TRIGGER_PRICE_WITH_TRAILING_STOP`,
  ]);
  assertEquals(at({ kind: "TRAILING_STOP", trailingOffset: "1" }), [
    `${path}.trailingOffsetType TRAILING_OFFSET_REQUIRED`,
  ]);
  assertEquals(at({ ...TRAIL, trailingOffset: "100" }), [
    `${path}.trailingOffset TRAILING_OFFSET_TOO_LARGE`,
  ]);
  assertEquals(at({ ...TRAIL, trailingOffset: "100", trailingOffsetType: "PRICE" }), []);
});

Deno.test("order: an order waits for one entry trigger at one price", () => {
  const entry = { ...STOP, role: "ENTRY" };
  assertEquals(faults({ conditionalTriggers: [entry, TRAIL] }), []);
  assertEquals(faults({ conditionalTriggers: [entry, entry] }), [
    "conditionalTriggers ENTRY_TRIGGERS_MANY",
  ]);
  const priced = { ...entry, limitPrice: "46000" };
  assertEquals(faults({ conditionalTriggers: [priced] }), ["limitPrice ENTRY_PRICES_DIFFER"]);
  assertEquals(faults({ conditionalTriggers: [priced], limitPrice: "46000.0" }), []);
  assertEquals(faults({ conditionalTriggers: [priced], limitPrice: null }), []);
});

Deno.test("order: at most eight triggers", () => {
  assertEquals(faults({ conditionalTriggers: Array(8).fill(STOP) }), []);
  assertEquals(faults({ conditionalTriggers: Array(9).fill(STOP) }), [
    "conditionalTriggers too_big",
  ]);
});
