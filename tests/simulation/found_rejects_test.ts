/** What worlds found where one request was delivered twice, as small scenarios. */
import { assert, assertEquals } from "@std/assert";
import { Accountant } from "../../actors/accountant.ts";
import { Refused } from "../../actors/refused.ts";
import { Traded } from "../../actors/traded.ts";
import type { LookupOutcome, OrderRef } from "../../src/exchanges/exchange.ts";
import { decimal } from "../../src/model/decimal.ts";
import { spotInstrument } from "../../src/exchanges/paper/catalogue.ts";
import { aFill, aVenueOrder } from "../machines/intent_builders.ts";
import {
  CAPABILITIES,
  clientIdOf,
  type Desk,
  fakeExecution,
  openDesk,
  place,
} from "../actors/fakes.ts";

const REFUSED = {
  kind: "refused",
  reason: { code: "INSUFFICIENT_FUNDS", venueCode: "-2010", message: "no" },
};
/** As some venues list trades: whose order it was is not said. */
const NAMELESS = { clientOrderId: null, exchangeOrderId: "x1" } as const;

function watching(desk: Desk, lookup: (ref: OrderRef) => LookupOutcome): Refused {
  return new Refused({
    exchangeId: "main",
    clock: desk.clock,
    adapter: {
      execution: { ...fakeExecution([]), lookup: (ref) => Promise.resolve(lookup(ref)) },
      capabilities: CAPABILITIES,
    },
    runner: desk.runner,
    router: desk.router,
    journal: desk.journal,
    store: desk.held.store,
    onCrash: (error) => {
      throw error;
    },
  });
}

async function refused(desk: Desk) {
  const entry = place(desk);
  await desk.settle();
  const before = entry.context;
  desk.calls[0]?.answer(REFUSED);
  await desk.settle();
  assertEquals(entry.context.phase, "FAILED");
  return { entry, before };
}

Deno.test("found: a trade without a name may be of an order that was refused first", async () => {
  const desk = openDesk();
  const { entry, before } = await refused(desk);
  const order = aVenueOrder({
    clientOrderId: clientIdOf(entry),
    exchangeOrderId: "x1",
    status: "FILLED",
    filled: decimal("1"),
  });
  const asked: string[] = [];
  const watch = watching(desk, ({ clientOrderId }) => {
    asked.push(clientOrderId);
    return { kind: "found", order, venueTime: desk.clock.now() };
  });
  watch.onTurn(before, entry.context);
  watch.foreign(aFill("t1", "1", NAMELESS));
  watch.foreign(aFill("t2", "1", NAMELESS));
  await desk.clock.advanceAsync(40_000);
  await desk.settle();
  assertEquals(asked, [clientIdOf(entry)]);
  assertEquals(entry.context.attempts[0]?.outcome, "ACCEPTED");
  assertEquals(entry.context.attempts[0]?.reported, decimal("1"));
  assert(desk.calls.some(({ kind }) => kind === "fillsOf"), "its trades are fetched");
  watch.stop();
  desk.close();
});

Deno.test("found: a restart looks up what was refused just before it", async () => {
  const desk = openDesk();
  const { entry, before } = await refused(desk);
  const absent = () => ({ kind: "absent", venueTime: desk.clock.now() }) as const;
  const first = watching(desk, absent);
  first.onTurn(before, entry.context);
  await desk.settle();
  first.stop();
  const asked: string[] = [];
  const second = watching(desk, ({ clientOrderId }) => {
    asked.push(clientOrderId);
    return absent();
  });
  second.start();
  await desk.clock.advanceAsync(60_000);
  assertEquals(asked, [clientIdOf(entry)]);
  second.stop();
  desk.close();
});

Deno.test("found: a trade counts once, told as ours and listed without a name", async () => {
  const found: unknown[] = [];
  const market = spotInstrument({ base: "BTC", quote: "USDT", tickSize: "0.01", stepSize: "0.01" });
  const accountant = new Accountant({
    clock: { now: () => 10_000, monotonic: () => 10_000, setTimer: () => () => {} },
    instruments: { get: () => market, list: () => [market] },
    symbols: () => [market.symbolId],
    waiting: () => 0,
    refetch: () => Promise.resolve(true),
    drifts: {
      found: (finding) => {
        found.push(finding);
        return "d1";
      },
      gone: () => {},
      leave: () => {},
      isClosed: () => false,
    },
  });
  const read = (at: number, quantity: string) =>
    accountant.read({
      kind: "asset",
      quantities: [{ subject: { kind: "asset", assetId: "BTC" }, quantity: decimal(quantity) }],
      from: at,
      to: at,
    });
  read(1_000, "0");
  const fill = { ...aFill("t1", "1"), symbolId: market.symbolId, venueTime: 2_000, fee: null };
  accountant.booked([fill]);
  accountant.foreign({ ...fill, clientOrderId: null });
  for (const at of [5_000, 9_000]) {
    read(at, "1");
    await accountant.check();
  }
  // Of the quote asset nothing was read, so that it is off by all of the price.
  assertEquals(found.filter((each) => JSON.stringify(each).includes('"BTC"')), []);
});

Deno.test("found: trades of a second order are ours where they do not say so", async () => {
  const desk = openDesk();
  const entry = place(desk);
  await desk.settle();
  const clientOrderId = clientIdOf(entry);
  const first = aVenueOrder({ clientOrderId, exchangeOrderId: "x1" });
  desk.calls[0]?.answer({ kind: "accepted", order: first });
  await desk.settle();
  const nameless = aFill("t9", "1", { clientOrderId: null, exchangeOrderId: "x2" });
  assertEquals(desk.router.fill(nameless), false, "nobody knows the order yet");
  desk.router.order({ ...first, exchangeOrderId: "x2" });
  assertEquals(desk.router.fill(nameless), true);
  await desk.settle();
  assertEquals(entry.context.filled, decimal("1"));
  desk.close();
});

Deno.test("found: a start reads the trades of symbols whose intents had all ended", async () => {
  const desk = openDesk();
  const options = { exchangeId: "main", clock: desk.clock, journal: desk.journal };
  const traded = new Traded({ ...options, store: desk.held.store });
  const entry = place(desk);
  traded.onTurn(entry.context);
  await desk.settle();
  const usedAt = desk.clock.now();
  const after = () => new Traded({ ...options, store: desk.held.store }).since;
  assertEquals([...after()], [[entry.symbolId, usedAt]]);
  desk.calls[0]?.answer(REFUSED);
  await desk.settle();
  traded.onTurn(entry.context);
  await desk.settle();
  assertEquals([...after()], [[entry.symbolId, usedAt]], "an answer is no use of the symbol");
  desk.close();
});
