/** Inverse contracts and options: 2 BTC, no positions, the market at 50000 and calls at 0.05. */
import { assertEquals } from "@std/assert";
import type { HeldContract } from "../../actors/account.ts";
import { Risk } from "../../actors/risk.ts";
import type { IntentContext } from "../../machines/intent_context.ts";
import { priceBounds } from "../../machines/risk.ts";
import { step } from "../../machines/step.ts";
import type { Balance, Position } from "../../src/model/account.ts";
import { type Decimal, decimal, ONE, subtract, ZERO } from "../../src/model/decimal.ts";
import type { StandardOrder } from "../../src/model/order.ts";
import { type RiskLimits, riskLimits } from "../../src/model/risk.ts";
import { VirtualClock } from "../../src/system/virtual_clock.ts";
import { aContext, say } from "../machines/intent_builders.ts";
import { anOrder } from "../orders.ts";

const INVERSE = "BTC/USD:PERP@BTC";
const CALL = "BTC/USD:OPT:C:100000:20271224@BTC";
const PUT = "BTC/USD:OPT:P:30000:20271224@BTC";
const PRICES: Readonly<Record<string, string>> = {
  "BTC/USDT": "50000",
  [INVERSE]: "50000",
  [CALL]: "0.05",
  [PUT]: "0.05",
};
const LARGE = { maxNotionalPerOrder: "10000000", maxPositionNotional: "10000000" };

class Desk {
  readonly #balances = new Map<string, Balance>();
  readonly #held = new Map<string, HeldContract>();
  prices: Record<string, string> = { ...PRICES };
  readonly risk: Risk;

  constructor(limits: Partial<RiskLimits> = {}) {
    const large = {
      maxNotionalPerOrder: decimal(LARGE.maxNotionalPerOrder),
      maxPositionNotional: decimal(LARGE.maxPositionNotional),
    };
    this.risk = new Risk({
      clock: new VirtualClock(),
      limits: riskLimits({ ...large, priceCollarPercent: decimal("20"), ...limits }),
      account: {
        isRead: true,
        balance: (asset) => this.#balances.get(asset),
        held: (symbolId) => this.#held.get(symbolId) ?? FLAT,
        positions: () => [...this.#held.keys()].map((symbolId) => ({ symbolId }) as Position),
      },
      prices: {
        fresh: (symbolId) => {
          const price = this.prices[symbolId];
          return price === undefined ? null : priceBounds(decimal(price), decimal("20"));
        },
        dollars: (asset) => asset === "BTC" ? this.#dollars : ONE,
        want: () => null,
      },
    });
    this.told("2");
  }

  get #dollars(): Decimal | null {
    const price = this.prices["BTC/USDT"];
    return price === undefined ? null : decimal(price);
  }

  told(total: string, locked = "0", updatedAt = 0): void {
    this.#balances.set("BTC", {
      assetId: "BTC",
      total: decimal(total),
      available: subtract(decimal(total), decimal(locked)),
      locked: decimal(locked),
      borrowed: ZERO,
      interest: ZERO,
      updatedAt,
    });
  }

  holds(symbolId: string, quantity: string, leverage: string | null = "10", updatedAt = 0): void {
    this.#held.set(symbolId, {
      quantity: decimal(quantity),
      markPrice: null,
      leverage: leverage === null ? null : decimal(leverage),
      updatedAt,
    });
  }

  run(context: IntentContext, ...events: Parameters<typeof step>[1][]): IntentContext {
    this.risk.onTurn(null, context);
    return events.reduce((before, event) => {
      const after = step(before, event);
      this.risk.onTurn(before, after);
      return after;
    }, context);
  }

  asks(order: Partial<StandardOrder>): string {
    const refusal = this.risk.checkPlace(anOrder(order), { isNamed: true });
    return refusal === null ? "ok" : `${refusal.code} ${refusal.limit} ${refusal.actual}`;
  }

  sends(order: Partial<StandardOrder>, amount: string): string | null {
    const send = { kind: "submit", intentId: "i1", order: anOrder(order) } as const;
    return this.risk.checkSend({ ...send, amount: decimal(amount) })?.code ?? null;
  }
}

const FLAT: HeldContract = { quantity: ZERO, markPrice: null, leverage: null, updatedAt: 0 };

function of(symbolId: string, side: "BUY" | "SELL", amount: string, limitPrice: string | null) {
  const price = limitPrice === null ? null : decimal(limitPrice);
  return { symbolId, side, amount: decimal(amount), limitPrice: price };
}

const inverse = (side: "BUY" | "SELL", amount: string, price: string | null = "50000") =>
  of(INVERSE, side, amount, price);

Deno.test("inverse: the margin is in the base asset, quantity ÷ price by the leverage", () => {
  const desk = new Desk();
  assertEquals(desk.asks(inverse("BUY", "100000")), "ok");
  assertEquals(desk.asks(inverse("BUY", "100100")), "INSUFFICIENT_MARGIN 2 2.002");
  desk.holds(INVERSE, "0", "10");
  assertEquals(desk.asks(inverse("SELL", "1000000")), "ok");
  assertEquals(desk.asks(inverse("SELL", "1000100")), "INSUFFICIENT_MARGIN 2 2.0002");
});

Deno.test("inverse: what is needed is rounded up", () => {
  const desk = new Desk();
  desk.told("0.000033333333333333");
  assertEquals(
    desk.asks(inverse("BUY", "1.666666666666666666", "49999.999999999999999999")),
    "INSUFFICIENT_MARGIN 0.000033333333333333 0.000033333333333334",
  );
});

Deno.test("inverse: a BUY above the market is margined at the market, a sale at its own price", () => {
  const desk = new Desk();
  assertEquals(desk.asks(inverse("BUY", "100100", "55000")), "INSUFFICIENT_MARGIN 2 2.002");
  assertEquals(desk.asks(inverse("SELL", "110000", "55000")), "ok");
  assertEquals(desk.asks(inverse("SELL", "90000", "45000")), "ok");
  assertEquals(desk.asks(inverse("SELL", "90900", "45000")), "INSUFFICIENT_MARGIN 2 2.02");
});

Deno.test("inverse: a live BUY above the market is still counted at the market, as at the door", () => {
  const desk = new Desk();
  desk.run(aContext(inverse("BUY", "50000", "55000")), say.granted());
  assertEquals(desk.asks(inverse("BUY", "50000")), "ok");
  assertEquals(desk.asks(inverse("BUY", "50100")), "INSUFFICIENT_MARGIN 2 2.002");
  desk.prices = { ...PRICES, [INVERSE]: "40000" }; // What was added stays as it was.
  assertEquals(desk.asks(of("BTC/USDT", "SELL", "1", "50000")), "ok");
  assertEquals(
    desk.asks(of("BTC/USDT", "SELL", "1.1", "50000")),
    "INSUFFICIENT_BALANCE 2 2.1",
  );
});

Deno.test("inverse: a market sale counts at the far edge of the collar", () => {
  const desk = new Desk();
  assertEquals(desk.asks(inverse("SELL", "80000", null)), "ok");
  assertEquals(desk.asks(inverse("SELL", "80100", null)), "INSUFFICIENT_MARGIN 2 2.0025");
  assertEquals(desk.asks(inverse("BUY", "100000", null)), "ok");
});

Deno.test("inverse: with live orders only the larger side counts, and what closes needs nothing", () => {
  const desk = new Desk({ selfTrades: "allow" });
  desk.holds(INVERSE, "50000", "1");
  desk.run(aContext(inverse("BUY", "40000")), say.granted());
  assertEquals(desk.asks(inverse("BUY", "10000")), "ok");
  assertEquals(desk.asks(inverse("BUY", "10100")), "INSUFFICIENT_MARGIN 2 2.002");
  assertEquals(desk.asks(inverse("SELL", "150000")), "ok");
  assertEquals(desk.asks(inverse("SELL", "150100")), "INSUFFICIENT_MARGIN 2 2.002");
});

Deno.test("inverse: what reduce-only orders may close first, other sales open", () => {
  const desk = new Desk({ maxPosition: { BTC: decimal("1.5") } });
  desk.holds(INVERSE, "50000", "1");
  assertEquals(desk.asks(inverse("SELL", "125000")), "ok");
  const reducing = { ...inverse("SELL", "20000"), reduceOnly: true };
  const live = desk.run(aContext(reducing), say.granted(), say.accepted());
  assertEquals(desk.asks(inverse("SELL", "105000")), "ok");
  assertEquals(desk.asks(inverse("SELL", "105100")), "MAX_POSITION 1.5 1.502");
  desk.risk.onTurn(live, step(live, filledLater(INVERSE, "20000", "50000", "SELL")));
  assertEquals(desk.asks(inverse("SELL", "105000")), "ok");
  assertEquals(desk.asks(inverse("SELL", "105100")), "MAX_POSITION 1.5 1.502");
});

Deno.test("inverse: spot sales and inverse contracts share the coin they need", () => {
  const desk = new Desk();
  desk.run(aContext(inverse("BUY", "50000")), say.granted());
  assertEquals(desk.asks(of("BTC/USDT", "SELL", "1", "50000")), "ok");
  assertEquals(
    desk.asks(of("BTC/USDT", "SELL", "1.1", "50000")),
    "INSUFFICIENT_BALANCE 2 2.1",
  );
});

Deno.test("inverse: last before the wire it is counted once", () => {
  const desk = new Desk();
  const order = inverse("BUY", "100000");
  desk.run(aContext(order), say.granted());
  assertEquals(desk.sends(order, "100000"), null);
  desk.told("1.99", "0", 1);
  assertEquals(desk.sends(order, "100000"), "INSUFFICIENT_MARGIN");
});

Deno.test("inverse: a change to a lower price needs more, one to a higher price does not", () => {
  const desk = new Desk();
  const live = desk.run(aContext(inverse("BUY", "100000")), say.granted(), say.accepted());
  desk.told("1", "0", 1); // Somebody took coins out of the account.
  const change = (amount: string, price: string) =>
    desk.risk.checkChange(live, anOrder(inverse("BUY", amount, price)))?.code ?? "ok";
  assertEquals(change("100000", "49000"), "INSUFFICIENT_MARGIN");
  assertEquals(change("90000", "50000"), "ok");
});

Deno.test("inverse: position caps count it in base units at its own price or the market's", () => {
  const desk = new Desk({ maxPosition: { BTC: decimal("1") } });
  desk.holds(INVERSE, "0", "100");
  assertEquals(desk.asks(inverse("BUY", "50000")), "ok");
  assertEquals(desk.asks(inverse("BUY", "50000", "49999")).split(" ")[0], "MAX_POSITION");
  assertEquals(desk.asks(inverse("SELL", "50000", "60000")), "ok");
  assertEquals(desk.asks(inverse("SELL", "50100", "60000")), "MAX_POSITION 1 1.002");
});

Deno.test("inverse: in dollars a position is its quantity, however far away it would be opened", () => {
  const desk = new Desk({ maxPositionNotional: decimal("50000") });
  desk.holds(INVERSE, "0", "100");
  assertEquals(desk.asks(inverse("SELL", "50000", "60000")), "ok");
  assertEquals(desk.asks(inverse("SELL", "50100", "60000")), "MAX_POSITION_NOTIONAL 50000 50100");
});

Deno.test("inverse: a position that nothing values is not taken for none", () => {
  const desk = new Desk();
  desk.holds(INVERSE, "-10000", "10");
  desk.prices = { "BTC/USDT": "50000" };
  assertEquals(desk.asks(inverse("SELL", "100")).split(" ")[0], "VALUE_UNKNOWN");
});

Deno.test("inverse: a fill moves the position by its quantity, and no balance", () => {
  const desk = new Desk();
  const live = desk.run(aContext(inverse("BUY", "50000")), say.granted(), say.accepted());
  desk.risk.onTurn(live, step(live, filledLater(INVERSE, "50000", "50000")));
  assertEquals(desk.asks(inverse("BUY", "50000")), "ok");
  assertEquals(desk.asks(inverse("BUY", "50100")), "INSUFFICIENT_MARGIN 2 2.002");
});

Deno.test("option: to buy one takes its premium, whatever the leverage", () => {
  const desk = new Desk();
  desk.holds(CALL, "0", "10");
  assertEquals(desk.asks(of(CALL, "BUY", "40", "0.05")), "ok");
  assertEquals(desk.asks(of(CALL, "BUY", "40.01", "0.05")), "INSUFFICIENT_MARGIN 2 2.0005");
  desk.run(aContext(of(CALL, "BUY", "20", "0.05")), say.granted());
  assertEquals(desk.asks(of(CALL, "BUY", "20", "0.05")), "ok");
  assertEquals(desk.asks(of(PUT, "BUY", "20.01", "0.05")), "INSUFFICIENT_MARGIN 2 2.0005");
});

Deno.test("option: a call that is sold is covered coin by coin, one that is held is just sold", () => {
  const desk = new Desk();
  assertEquals(desk.asks(of(CALL, "SELL", "2", "0.05")), "ok");
  assertEquals(desk.asks(of(CALL, "SELL", "2.01", "0.05")), "INSUFFICIENT_MARGIN 2 2.01");
  desk.holds(CALL, "1");
  assertEquals(desk.asks(of(CALL, "SELL", "3", "0.05")), "ok");
  desk.run(aContext(of(CALL, "SELL", "3", "0.05")), say.granted());
  assertEquals(desk.asks(of(CALL, "SELL", "0.01", "0.05")), "INSUFFICIENT_MARGIN 2 2.01");
});

Deno.test("option: a put is sold as far as it is held, and no further: nothing would cover it", () => {
  const desk = new Desk();
  assertEquals(desk.asks(of(PUT, "SELL", "0.01", "0.05")), "OPTION_SHORT_PUT 0 0.01");
  desk.holds(PUT, "1");
  assertEquals(desk.asks(of(PUT, "SELL", "1", "0.05")), "ok");
  assertEquals(desk.asks(of(PUT, "SELL", "1.01", "0.05")), "OPTION_SHORT_PUT 0 0.01");
  const order = of(PUT, "SELL", "0.6", "0.05");
  const live = desk.run(aContext(order), say.granted());
  assertEquals(desk.sends(order, "0.6"), null);
  assertEquals(desk.asks(of(PUT, "SELL", "0.5", "0.05")), "OPTION_SHORT_PUT 0 0.1");
  const change = (amount: string) =>
    desk.risk.checkChange(live, anOrder(of(PUT, "SELL", amount, "0.05")))?.code ?? "ok";
  assertEquals(change("1"), "ok");
  assertEquals(change("1.01"), "OPTION_SHORT_PUT");
  desk.holds(PUT, "0.5"); // Sold by somebody else meanwhile.
  assertEquals(desk.sends(order, "0.6"), "OPTION_SHORT_PUT");
});

Deno.test("option: puts that somebody else sold are covered with what they cost, or coin by coin", () => {
  const desk = new Desk();
  desk.holds(PUT, "-1");
  assertEquals(desk.asks(of(CALL, "SELL", "1", "0.05")), "ok");
  assertEquals(desk.asks(of(CALL, "SELL", "1.01", "0.05")), "INSUFFICIENT_MARGIN 2 2.01");
  desk.prices = { ...PRICES, [PUT]: "1.5" };
  assertEquals(desk.asks(of(CALL, "SELL", "0.51", "0.05")), "INSUFFICIENT_MARGIN 2 2.01");
});

Deno.test("option: what was paid or received for one counts until the balance is as new", () => {
  const desk = new Desk();
  const live = desk.run(aContext(of(CALL, "BUY", "10", "0.05")), say.granted(), say.accepted());
  desk.risk.onTurn(live, step(live, filledLater(CALL, "10", "0.05")));
  assertEquals(desk.asks(of(PUT, "BUY", "30", "0.05")), "ok");
  assertEquals(desk.asks(of(PUT, "BUY", "30.01", "0.05")), "INSUFFICIENT_MARGIN 1.5 1.5005");
});

Deno.test("option: position caps count the whole underlying, on either side", () => {
  const desk = new Desk({ maxPosition: { BTC: decimal("1") } });
  assertEquals(desk.asks(of(CALL, "BUY", "1", "0.05")), "ok");
  assertEquals(desk.asks(of(CALL, "BUY", "1.01", "0.05")), "MAX_POSITION 1 1.01");
  const dollars = new Desk({ maxPositionNotional: decimal("50000") });
  assertEquals(dollars.asks(of(CALL, "BUY", "1", "0.05")), "ok");
  assertEquals(
    dollars.asks(of(CALL, "BUY", "1.01", "0.05")),
    "MAX_POSITION_NOTIONAL 50000 50500",
  );
});

Deno.test("option: without a price of the coin nobody knows what one is worth", () => {
  const desk = new Desk();
  desk.prices = { [CALL]: "0.05" };
  assertEquals(desk.asks(of(CALL, "BUY", "1", "0.05")).split(" ")[0], "VALUE_UNKNOWN");
});

Deno.test("risk: what is settled in a third asset is refused, and so are options paid in the quote", () => {
  const desk = new Desk();
  for (const symbolId of ["ETH/USD:PERP@BTC", "BTC/USDT:OPT:C:100000:20271224"]) {
    assertEquals(desk.asks({ symbolId }).split(" ")[0], "INSTRUMENT_UNSUPPORTED");
  }
});

/** The whole of an order, newer than any balance here. */
function filledLater(
  symbolId: string,
  quantity: string,
  price: string,
  side: "BUY" | "SELL" = "BUY",
) {
  const event = say.filled("t1", quantity, { filled: decimal(quantity), status: "FILLED" });
  if (event.type !== "order.filled") return event;
  const at = { venueTime: 5_000, symbolId, side, price: decimal(price), fee: null };
  return { ...event, fills: event.fills.map((fill) => ({ ...fill, ...at })) };
}
