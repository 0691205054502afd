import { assertEquals } from "@std/assert";
import type { HeldContract } from "../../actors/account.ts";
import { Risk } from "../../actors/risk.ts";
import type { IntentContext } from "../../machines/intent_context.ts";
import { priceBounds } from "../../machines/risk.ts";
import { step } from "../../machines/step.ts";
import type { Balance } from "../../src/model/account.ts";
import { decimal, ONE, subtract, ZERO } from "../../src/model/decimal.ts";
import type { StandardOrder } from "../../src/model/order.ts";
import { type RiskLimits, riskLimits } from "../../src/model/risk.ts";
import { VirtualClock } from "../../src/system/virtual_clock.ts";
import { aContext, say } from "../machines/intent_builders.ts";
import { anOrder } from "../orders.ts";

/** An account of 200 USDT and no BTC; the market stands at 100. */
class Desk {
  readonly balances = new Map<string, Balance>();
  price: string | null = "100";
  /** Of every contract. */
  held: HeldContract = { quantity: ZERO, markPrice: null, leverage: null, updatedAt: 0 };
  readonly risk: Risk;

  constructor(limits: Partial<RiskLimits> = {}) {
    const percent = decimal("10");
    this.risk = new Risk({
      clock: new VirtualClock(),
      limits: riskLimits(limits),
      account: {
        isRead: true,
        balance: (asset) => this.balances.get(asset),
        held: () => this.held,
        positions: () => [],
      },
      prices: {
        fresh: () => this.price === null ? null : priceBounds(decimal(this.price), percent),
        dollars: () => ONE,
        want: () => null,
      },
    });
    this.told("USDT", "200", "0", 0);
  }

  told(assetId: string, total: string, locked: string, updatedAt: number): void {
    const none = { borrowed: decimal("0"), interest: decimal("0") };
    const available = subtract(decimal(total), decimal(locked));
    const held = { total: decimal(total), locked: decimal(locked), available };
    this.balances.set(assetId, { assetId, ...held, ...none, updatedAt });
  }

  /** Takes an intent through `events`, and the sums with it. */
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

  /** The gate's question about an intent that is held already. */
  sends(order: Partial<StandardOrder>, amount = "1"): string | null {
    const send = { kind: "submit", intentId: "i1", order: anOrder(order) } as const;
    return this.risk.checkSend({ ...send, amount: decimal(amount) })?.code ?? null;
  }
}

const two = { amount: decimal("2") };

Deno.test("risk funds: all of a balance may be ordered, and not a unit more", () => {
  const desk = new Desk();
  assertEquals(desk.asks(two), "ok");
  desk.run(aContext({ amount: decimal("1.5") }), say.granted());
  assertEquals(desk.asks({ amount: decimal("0.5") }), "ok");
  assertEquals(desk.asks({ amount: decimal("0.50001") }), "INSUFFICIENT_BALANCE 200 200.001");
});

Deno.test("risk funds: a market BUY needs what it costs at the edge of the collar", () => {
  const desk = new Desk();
  const market = (amount: string) => ({ amount: decimal(amount), limitPrice: null });
  assertEquals(desk.asks(market("1.81")), "ok");
  assertEquals(desk.asks(market("1.82")), "INSUFFICIENT_BALANCE 200 200.2");
});

Deno.test("risk funds: what the venue has locked for us is not counted twice", () => {
  const desk = new Desk();
  desk.run(aContext({ amount: decimal("1.5") }), say.granted(), say.accepted());
  desk.told("USDT", "200", "150", 1);
  assertEquals(desk.asks({ amount: decimal("0.5") }), "ok");
});

Deno.test("risk funds: what somebody else has locked at the venue counts", () => {
  const desk = new Desk();
  desk.told("USDT", "200", "120", 1);
  assertEquals(desk.asks({ amount: decimal("0.8") }), "ok");
  assertEquals(desk.asks({ amount: decimal("0.81") }), "INSUFFICIENT_BALANCE 200 201");
});

Deno.test("risk funds: an order is counted as live while its outcome is unknown", () => {
  const desk = new Desk();
  desk.run(aContext({ amount: decimal("1.5") }), say.granted(), say.unknown());
  assertEquals(desk.asks(ONE_MORE), "INSUFFICIENT_BALANCE 200 250");
});

Deno.test("risk funds: an order that ended holds nothing any more", () => {
  const desk = new Desk();
  desk.run(aContext({ amount: decimal("1.5") }), say.granted(), say.refused());
  assertEquals(desk.asks(two), "ok");
  assertEquals(desk.risk.openCount, 0);
});

Deno.test("risk funds: what a fill took is not locked any more though the balance is older", () => {
  const desk = new Desk();
  const live = desk.run(aContext(two), say.granted(), say.accepted());
  desk.told("USDT", "200", "200", 1);
  const order = { filled: decimal("0.8"), status: "PARTIALLY_FILLED" } as const;
  const filled = step(live, later(say.filled("t1", "0.8", order)));
  desk.risk.onTurn(live, filled);
  // 120 USDT are left, and what is left of the order needs them all.
  assertEquals(desk.sends(two, "1.2"), null);
  assertEquals(desk.asks({ amount: decimal("0.1") }), "INSUFFICIENT_BALANCE 120 130");
});

Deno.test("risk funds: what a fill bought can be sold before the balance tells of it", () => {
  const desk = new Desk();
  const live = desk.run(aContext({ amount: decimal("1") }), say.granted(), say.accepted());
  const order = { filled: decimal("1"), status: "FILLED" } as const;
  const sale = { side: "SELL", limitPrice: decimal("101") } as const;
  assertEquals(desk.asks({ ...sale, amount: decimal("0.9") }), "INSUFFICIENT_BALANCE 0 0.9");
  desk.risk.onTurn(live, step(live, later(say.filled("t1", "1", order))));
  assertEquals(desk.asks({ ...sale, amount: decimal("0.999") }), "ok");
  assertEquals(
    desk.asks({ ...sale, amount: decimal("0.9991") }),
    "INSUFFICIENT_BALANCE 0.999 0.9991",
  );
  desk.told("BTC", "0.5", "0", 10_000); // It has told since, and knows better.
  assertEquals(desk.asks({ ...sale, amount: decimal("0.51") }), "INSUFFICIENT_BALANCE 0.5 0.51");
});

Deno.test("risk funds: a market order of an earlier run locks nothing that is known", () => {
  const desk = new Desk();
  desk.price = null;
  desk.run(aContext({ limitPrice: null }), say.granted(), say.unknown());
  assertEquals(desk.asks(ONE_MORE), "BALANCE_UNKNOWN known nothing yet");
  desk.price = "100";
  assertEquals(desk.asks({ amount: decimal("0.9") }), "ok");
  assertEquals(desk.asks(ONE_MORE), "INSUFFICIENT_BALANCE 200 210");
});

Deno.test("risk funds: a position is what is held and what live orders may still buy", () => {
  const desk = new Desk({ maxPosition: { BTC: decimal("2") } });
  desk.told("BTC", "0.7", "0", 1);
  desk.run(aContext({ amount: decimal("1"), limitPrice: decimal("10") }), say.granted());
  const cheap = { limitPrice: decimal("20") };
  assertEquals(desk.asks({ ...cheap, amount: decimal("0.3") }), "ok");
  assertEquals(desk.asks({ ...cheap, amount: decimal("0.31") }), "MAX_POSITION 2 2.01");
  const sale = { side: "SELL", limitPrice: decimal("101"), amount: decimal("0.7") } as const;
  assertEquals(desk.asks(sale), "ok", "what reduces a position is not stopped by its cap");
});

Deno.test("risk funds: a change to less passes where nothing new would", () => {
  const desk = new Desk({ maxPosition: { BTC: decimal("0.1") } });
  const live = desk.run(aContext(two), say.granted(), say.accepted());
  desk.told("USDT", "50", "50", 1); // Somebody took money out of the account.
  const change = (order: Partial<StandardOrder>) =>
    desk.risk.checkChange(live, anOrder({ ...two, ...order }))?.code ?? "ok";
  assertEquals(change({ amount: decimal("1.5") }), "ok");
  assertEquals(change({ limitPrice: decimal("99") }), "ok");
  assertEquals(change({ amount: decimal("2.1") }), "INSUFFICIENT_BALANCE");
  assertEquals(change({ limitPrice: decimal("101") }), "INSUFFICIENT_BALANCE");
});

Deno.test("risk funds: last before the wire the open orders are counted once more", () => {
  const desk = new Desk({ maxOpenOrders: 1 });
  desk.run(aContext(ONE_MORE), say.granted());
  assertEquals(desk.sends(ONE_MORE), null);
  // Two that an earlier run has left under a higher cap.
  const other = aContext(ONE_MORE);
  desk.run({ ...other, intent: { ...other.intent, intentId: "i2" } });
  assertEquals(desk.sends(ONE_MORE), "MAX_OPEN_ORDERS");
  desk.risk.forget("i2");
  assertEquals(desk.sends(ONE_MORE), null);
});

const PERP = { symbolId: "BTC/USDT:PERP" };
const of = (quantity: string, updatedAt = 0, leverage: string | null = "10"): HeldContract => ({
  quantity: decimal(quantity),
  markPrice: null,
  leverage: leverage === null ? null : decimal(leverage),
  updatedAt,
});
const sale = { ...PERP, side: "SELL" } as const;

Deno.test("risk funds: a contract needs its margin, on either side, by the leverage told", () => {
  const desk = new Desk();
  desk.held = of("0");
  for (const side of [PERP, sale]) {
    assertEquals(desk.asks({ ...side, amount: decimal("20") }), "ok");
    assertEquals(desk.asks({ ...side, amount: decimal("20.1") }), "INSUFFICIENT_MARGIN 200 201");
  }
});

Deno.test("risk funds: a leverage that the venue does not tell counts as 1", () => {
  const desk = new Desk();
  assertEquals(desk.asks({ ...PERP, amount: decimal("2") }), "ok");
  assertEquals(desk.asks({ ...PERP, amount: decimal("2.1") }), "INSUFFICIENT_MARGIN 200 210");
});

Deno.test("risk funds: a sale below the market is margined at the market", () => {
  const desk = new Desk();
  const low = { ...sale, limitPrice: decimal("95") };
  assertEquals(desk.asks({ ...low, amount: decimal("2.01") }), "INSUFFICIENT_MARGIN 200 201");
});

Deno.test("risk funds: what closes a position needs no margin, what turns it needs the new one", () => {
  const desk = new Desk();
  desk.held = of("20");
  assertEquals(desk.asks({ ...PERP, amount: decimal("0.1") }), "INSUFFICIENT_MARGIN 200 201");
  assertEquals(desk.asks({ ...sale, amount: decimal("20") }), "ok");
  assertEquals(desk.asks({ ...sale, amount: decimal("40") }), "ok");
  assertEquals(desk.asks({ ...sale, amount: decimal("40.1") }), "INSUFFICIENT_MARGIN 200 201");
});

Deno.test("risk funds: positions and contract orders leave less for spot orders", () => {
  const desk = new Desk();
  desk.held = of("10");
  desk.run(aContext({ ...PERP, amount: decimal("5") }), say.granted());
  assertEquals(desk.asks({ amount: decimal("0.5") }), "ok");
  assertEquals(desk.asks({ amount: decimal("0.51") }), "INSUFFICIENT_BALANCE 200 201");
});

Deno.test("risk funds: a reduce-only order needs nothing and binds no margin", () => {
  const desk = new Desk({ maxPosition: { BTC: decimal("40") } });
  desk.held = of("20");
  const reduce = { ...sale, reduceOnly: true, amount: decimal("45") };
  desk.told("USDT", "1", "1", 1);
  assertEquals(desk.asks(reduce), "ok", "the venue knows better than we what there is to reduce");
  desk.run(aContext(reduce), say.granted());
  assertEquals(desk.sends(reduce, "45"), null);
  desk.told("USDT", "200", "0", 2);
  assertEquals(desk.asks({ ...sale, amount: decimal("40") }), "ok");
});

Deno.test("risk funds: an order that stops to be reduce-only is asked for all of its margin", () => {
  const desk = new Desk();
  const amount = decimal("45");
  const live = desk.run(
    aContext({ ...sale, reduceOnly: true, amount }),
    say.granted(),
    say.accepted(),
  );
  const change = desk.risk.checkChange(live, anOrder({ ...sale, amount }));
  assertEquals([change?.code, change?.actual], ["INSUFFICIENT_MARGIN", "4500"]);
});

Deno.test("risk funds: a position cap counts long and short contracts with their open orders", () => {
  const desk = new Desk({ maxPosition: { BTC: decimal("2") } });
  desk.held = of("-1", 0, "100");
  desk.run(aContext({ ...sale, amount: decimal("0.5") }), say.granted());
  assertEquals(desk.asks({ ...sale, amount: decimal("0.5") }), "ok");
  assertEquals(desk.asks({ ...sale, amount: decimal("0.6") }), "MAX_POSITION 2 2.1");
  const below = { ...PERP, limitPrice: decimal("99") };
  assertEquals(desk.asks({ ...below, amount: decimal("3") }), "ok", "it turns, and stays within");
  assertEquals(desk.asks({ ...below, amount: decimal("3.1") }), "MAX_POSITION 2 2.1");
});

Deno.test("risk funds: above a cap, what brings a contract nearer to it passes", () => {
  const desk = new Desk({ maxPosition: { BTC: decimal("2") } });
  desk.held = of("5", 0, "100");
  assertEquals(desk.asks({ ...sale, amount: decimal("5") }), "ok");
  assertEquals(desk.asks({ ...PERP, amount: decimal("0.1") }), "MAX_POSITION 2 5.1");
});

Deno.test("risk funds: last before the wire a contract is counted once, and refused when short", () => {
  const desk = new Desk();
  desk.held = of("0");
  const order = { ...PERP, amount: decimal("20") };
  desk.run(aContext(order), say.granted());
  assertEquals(desk.sends(order, "20"), null);
  desk.told("USDT", "199", "0", 1);
  assertEquals(desk.sends(order, "20"), "INSUFFICIENT_MARGIN");
});

Deno.test("risk funds: a fill moves the position until the venue's word is as new", () => {
  const desk = new Desk({ maxPosition: { BTC: decimal("2") } });
  desk.held = of("0", 0, "100");
  const live = desk.run(aContext({ ...PERP }), say.granted(), say.accepted());
  const order = { filled: decimal("1"), status: "FILLED" } as const;
  desk.risk.onTurn(live, step(live, later(say.filled("t1", "1", order), PERP)));
  assertEquals(desk.asks({ ...PERP, amount: decimal("1.1") }), "MAX_POSITION 2 2.1");
  desk.held = of("1", 10_000, "100");
  assertEquals(desk.asks({ ...PERP, amount: decimal("1.1") }), "MAX_POSITION 2 2.1");
  desk.held = of("0.5", 10_001, "100");
  assertEquals(desk.asks({ ...PERP, amount: decimal("1.1") }), "ok");
});

Deno.test("risk funds: a market order of a contract without any price is not taken for free", () => {
  const desk = new Desk();
  desk.held = of("0");
  desk.price = null;
  desk.run(aContext({ ...sale, limitPrice: null }), say.granted(), say.unknown());
  assertEquals(desk.asks({ ...PERP }), "BALANCE_UNKNOWN known nothing yet");
});

Deno.test("risk funds: amounts beyond all counting are refused, not thrown upon", () => {
  const desk = new Desk({ maxNotionalPerOrder: decimal("99999999999999999999") });
  const huge = decimal("99999999999999999999.999999999999999999");
  assertEquals(
    desk.asks({ amount: huge, limitPrice: decimal("110") }).split(" ")[0],
    "VALUE_UNKNOWN",
  );
});

const ONE_MORE = { amount: decimal("1") };

/** Newer than any balance here but those of 10 s on. */
function later(
  event: ReturnType<typeof say.filled>,
  changes: { readonly symbolId?: string } = {},
): ReturnType<typeof say.filled> {
  if (event.type !== "order.filled") return event;
  const fills = event.fills.map((fill) => ({ ...fill, venueTime: 5_000, ...changes }));
  return { ...event, fills };
}
