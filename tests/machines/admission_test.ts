import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { admit, refusalText } from "../../machines/admission.ts";
import { compare, decimal } from "../../src/model/decimal.ts";
import {
  type Support,
  type SymbolMetadata,
  SymbolMetadataSchema,
} from "../../src/model/instrument.ts";
import type { StandardOrder } from "../../src/model/order.ts";
import { isOnGrid } from "../../src/model/price_grid.ts";
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

const DIGITS: SymbolMetadata = {
  ...MARKET,
  price: {
    ...MARKET.price,
    tickSize: decimal("0.0001"),
    spacing: "DYNAMIC",
    min: null,
    significantDigits: 5,
  },
};
const BANDS: SymbolMetadata = {
  ...MARKET,
  price: {
    ...MARKET.price,
    spacing: "DYNAMIC",
    bands: [{ from: decimal("100"), tickSize: decimal("0.5") }],
  },
};

/** The market, the price, and what is admitted of it, asked to round or not. */
const GRIDS: readonly (readonly [string, SymbolMetadata, string, string, string])[] = [
  ["digits", DIGITS, "1234.5", "1234.5", "1234.5"],
  ["digits", DIGITS, "1234.56", "PRICE_OFF_TICK", "1234.5"],
  ["digits", DIGITS, "123456", "123456", "123456"],
  ["digits", DIGITS, "123456.7", "PRICE_OFF_TICK", "123456"],
  ["digits", DIGITS, "9.99999", "PRICE_OFF_TICK", "9.9999"],
  ["bands", BANDS, "99.99", "99.99", "99.99"],
  ["bands", BANDS, "100.01", "PRICE_OFF_TICK", "100"],
  ["bands", BANDS, "100.5", "100.5", "100.5"],
];

for (const [name, market, price, plain, rounded] of GRIDS) {
  Deno.test(`admission: by ${name} a price of ${price} is ${plain}, rounded ${rounded}`, () => {
    const admitted = (round: boolean) => {
      const order = anOrder({ round, limitPrice: decimal(price), amount: decimal("10") });
      const admission = admit({ order, market, lastPrice: null });
      return admission.kind === "admitted" ? admission.order.limitPrice : admission.reason.code;
    };
    assertEquals<unknown>([admitted(false), admitted(true)], [plain, rounded]);
  });
}

Deno.test("admission: a price off a tick that depends on it is told so", () => {
  const order = anOrder({ limitPrice: decimal("1234.56"), amount: decimal("10") });
  const admission = admit({ order, market: DIGITS, lastPrice: null });
  assertEquals(
    admission.kind === "inadmissible" && refusalText("place order", admission.reason),
    "Cannot place order: limitPrice must be a multiple of the tick size 0.1 of BTC/USDT " +
      "at this price, got 1234.56",
  );
});

Deno.test("admission: asked to round, any order's price and amount are taken by the grid", () => {
  const text = fc.tuple(fc.integer({ min: 1, max: 99_999_999 }), fc.integer({ min: 0, max: 6 }))
    .map(([digits, places]) => decimal((digits / 10 ** places).toFixed(places)));
  const market = fc.constantFrom(DIGITS, BANDS, MARKET);
  const side = fc.constantFrom("BUY" as const, "SELL" as const);
  fc.assert(
    fc.property(text, text, market, side, (limitPrice, amount, market, side) => {
      const asked = anOrder({ round: true, side, limitPrice, amount });
      const admission = admit({ order: asked, market, lastPrice: null });
      if (admission.kind === "inadmissible") {
        assert(!/OFF_TICK|OFF_STEP/.test(admission.reason.code), admission.reason.code);
        return;
      }
      const { order } = admission;
      assert(order.limitPrice !== null && isOnGrid(order.limitPrice, market.price));
      assert(compare(order.limitPrice, limitPrice) * (side === "BUY" ? 1 : -1) <= 0);
      assert(compare(order.amount, amount) <= 0);
    }),
    { seed: 20261121, numRuns: 1_000 },
  );
});

Deno.test("admission: reduce-only is taken where the venue itself holds to it, nowhere else", () => {
  const order = anOrder({ reduceOnly: true });
  const asked = (reduceOnly: Support) => {
    const market = { ...MARKET, capabilities: { ...MARKET.capabilities, reduceOnly } };
    const admission = admit({ order, market, lastPrice: null });
    return admission.kind === "admitted" ? "admitted" : admission.reason.code;
  };
  assertEquals(asked("NATIVE"), "admitted");
  assertEquals(asked("EMULATED"), "REDUCE_ONLY_UNSUPPORTED");
  assertEquals(asked("NO"), "REDUCE_ONLY_UNSUPPORTED");
});
