import { assertEquals } from "@std/assert";
import { admit, refusalText } from "../../machines/admission.ts";
import { decimal } from "../../src/model/decimal.ts";
import { type SymbolMetadata, SymbolMetadataSchema } from "../../src/model/instrument.ts";
import type { StandardOrder } from "../../src/model/order.ts";
import { symbolMetadataInput } from "../model/builders.ts";
import { anOrder } from "../orders.ts";

const MARKET: SymbolMetadata = SymbolMetadataSchema.parse(symbolMetadataInput());

function verdict(order: Partial<StandardOrder>, lastPrice: string | null = null): string {
  const price = lastPrice === null ? null : decimal(lastPrice);
  const admission = admit({ order: anOrder(order), market: MARKET, lastPrice: price });
  return admission.kind === "admitted" ? "admitted" : admission.reason.code;
}

const stop = { kind: "STOP_LOSS" } as unknown as StandardOrder["conditionalTriggers"][number];

/** What is asked, and the first rule that it breaks. */
const CASES: readonly (readonly [Partial<StandardOrder>, string])[] = [
  [{}, "admitted"],
  [{ amount: decimal("0") }, "AMOUNT_NOT_POSITIVE"],
  [{ amount: decimal("0.000001") }, "AMOUNT_BELOW_MINIMUM"],
  [{ amount: decimal("9001") }, "AMOUNT_ABOVE_MAXIMUM"],
  [{ amount: decimal("1.000001") }, "AMOUNT_OFF_STEP"],
  [{ limitPrice: decimal("0") }, "PRICE_NOT_POSITIVE"],
  [{ limitPrice: decimal("0.001") }, "PRICE_BELOW_MINIMUM"],
  [{ limitPrice: decimal("1000001") }, "PRICE_ABOVE_MAXIMUM"],
  [{ limitPrice: decimal("100.005") }, "PRICE_OFF_TICK"],
  [{ amount: decimal("0.01") }, "NOTIONAL_BELOW_MINIMUM"],
  [{ timeInForce: "DAY" }, "TIF_UNSUPPORTED"],
  [{ timeInForce: "GTD" }, "TIF_UNSUPPORTED"],
  [{ amountType: "QUOTE" }, "AMOUNT_TYPE_UNSUPPORTED"],
  [{ conditionalTriggers: [stop] }, "TRIGGERS_UNSUPPORTED"],
  [{ icebergQty: decimal("1") }, "ICEBERG_UNSUPPORTED"],
  [{ positionSide: "LONG" }, "POSITION_SIDE_UNSUPPORTED"],
  [{ marginMode: "CROSS" }, "MARGIN_UNSUPPORTED"],
  [{ leverage: decimal("2") }, "MARGIN_UNSUPPORTED"],
  [{ reduceOnly: true }, "REDUCE_ONLY_UNSUPPORTED"],
  [{ selfTradePrevention: "EXPIRE_TAKER" }, "STP_UNSUPPORTED"],
];

for (const [order, expected] of CASES) {
  Deno.test(`admission: ${JSON.stringify(order)} is ${expected}`, () => {
    assertEquals(verdict(order), expected);
  });
}

Deno.test("admission: a market order's notional is judged by the last price, if one is known", () => {
  const order = { limitPrice: null, amount: decimal("0.01") };
  assertEquals(verdict(order, "100"), "NOTIONAL_BELOW_MINIMUM");
  assertEquals(verdict(order, "1000"), "admitted");
  assertEquals(verdict(order), "admitted");
});

for (const [side, price] of [["BUY", "100"], ["SELL", "100.01"]] as const) {
  Deno.test(`admission: asked to round, a ${side} price moves away from crossing, the amount down`, () => {
    const order = anOrder({
      side,
      round: true,
      limitPrice: decimal("100.005"),
      amount: decimal("1.000009"),
    });
    const admission = admit({ order, market: MARKET, lastPrice: null });
    assertEquals(
      admission.kind === "admitted" && [admission.order.limitPrice, admission.order.amount],
      [decimal(price), decimal("1")],
    );
  });
}

Deno.test("admission: what the symbol cannot do is refused, never ignored", () => {
  const { capabilities } = MARKET;
  const market = { ...MARKET, capabilities: { ...capabilities, postOnly: "NO", market: "NO" } };
  const code = (order: Partial<StandardOrder>) => {
    const admission = admit({
      order: anOrder(order),
      market: market as SymbolMetadata,
      lastPrice: null,
    });
    return admission.kind === "inadmissible" && admission.reason.code;
  };
  assertEquals(code({ postOnly: true }), "POST_ONLY_UNSUPPORTED");
  assertEquals(code({ limitPrice: null }), "MARKET_UNSUPPORTED");
});

Deno.test("admission: a refusal names action, rule and value", () => {
  const admission = admit({
    order: anOrder({ limitPrice: decimal("100.005") }),
    market: MARKET,
    lastPrice: null,
  });
  assertEquals(
    admission.kind === "inadmissible" && refusalText("place order", admission.reason),
    "Cannot place order: limitPrice must be a multiple of the tick size 0.01 of BTC/USDT, " +
      "got 100.005",
  );
});
