import { assert, assertEquals, assertRejects } from "@std/assert";
import { CIRCUIT_COOL_DOWN_MS } from "../../machines/timeouts.ts";
import type { SubmitOutcome } from "../../src/exchanges/exchange.ts";
import type { PaperAdapter } from "../../src/exchanges/paper/adapter.ts";
import { DeniedError } from "../../src/model/errors.ts";
import { CIRCUIT_ACCOUNT_REFUSALS, CIRCUIT_REFUSALS } from "../../src/model/limits.ts";
import { openPaperKernel, RESTING } from "./paper_kernel.ts";

/** A venue that answers submits and open-order reads as told, once something is told. */
class Venue {
  refusesWith: string | null = null;
  readsFailWith: string | null = null;
  submits = 0;
  reads = 0;

  readonly prepare = (adapter: PaperAdapter): void => {
    const { submit, openOrders } = adapter.execution;
    Object.assign(adapter.execution, {
      submit: (...args: Parameters<typeof submit>): Promise<SubmitOutcome> => {
        this.submits += 1;
        const code = this.refusesWith;
        if (code === null) return submit.apply(adapter.execution, args);
        return Promise.resolve({
          kind: "refused",
          reason: { code, venueCode: "-1", message: "no" },
        });
      },
      openOrders: (symbolId?: string) => {
        this.reads += 1;
        const code = this.readsFailWith;
        if (code === null) return openOrders.call(adapter.execution, symbolId);
        return Promise.resolve({ kind: "failed", cause: { code, message: "no" } });
      },
    });
  };
}

async function setup() {
  const venue = new Venue();
  const t = await openPaperKernel(["a"], undefined, venue.prepare);
  await t.run(60_000);
  const facade = t.kernel.exchange("a");
  const place = async () => {
    const placed = facade.placeOrder(RESTING, { waitFor: "durable" });
    placed.catch(() => {}); // It is awaited below, once time has moved.
    await t.run(100);
    return await placed;
  };
  return { ...t, venue, facade, place };
}

Deno.test("requests: orders refused alike are denied after a while, with code and time", async () => {
  const { clock, venue, facade, place, run, close } = await setup();
  const rests = await place();
  venue.refusesWith = "INSUFFICIENT_FUNDS";
  for (let i = 0; i < CIRCUIT_REFUSALS; i++) await place();
  const sent = venue.submits;
  const error = await assertRejects(place, DeniedError, "with INSUFFICIENT_FUNDS");
  assertEquals(error.code, "CIRCUIT_OPEN");
  const [circuit] = facade.healthCheck().circuits;
  assertEquals([circuit?.code, circuit?.symbolId, circuit?.state], [
    "INSUFFICIENT_FUNDS",
    RESTING.symbolId,
    "open",
  ]);
  assert((circuit?.until ?? 0) > clock.now());
  assertEquals(facade.healthCheck().errors["circuit.INSUFFICIENT_FUNDS"], 1);
  assertEquals(venue.submits, sent, "nothing more was sent");

  const canceled = facade.cancelOrder(rests, { waitFor: "final" });
  await run(1_000);
  await canceled; // cancels pass

  venue.refusesWith = null;
  await run(CIRCUIT_COOL_DOWN_MS);
  const id = await place();
  assertEquals(facade.getOrderState(id).reconciliationStatus, "ACTIVE");
  assertEquals(facade.healthCheck().circuits, []);
  await close();
});

for (const amendInPlace of [true, false]) {
  const title = amendInPlace
    ? "a change in place passes an open circuit: it is no new order"
    : "a replacement is denied behind an open circuit, and the order stands";
  Deno.test(`requests: ${title}`, async () => {
    const { venue, facade, place, run, close, exchange } = await setup();
    Object.assign(exchange("a").adapter.capabilities, { amendInPlace });
    const id = await place();
    venue.refusesWith = "FILTER";
    for (let i = 0; i < CIRCUIT_REFUSALS; i++) await place();
    const modified = facade.modifyOrder(id, { ...RESTING, limitPrice: "20001" });
    modified.catch(() => {}); // It is awaited below, once time has moved.
    await run(1_000);
    if (amendInPlace) await modified;
    else await assertRejects(() => modified, DeniedError, "Cannot modify order");
    const { reconciliationStatus, exchangeOrderId } = facade.getOrderState(id);
    assertEquals([reconciliationStatus, exchangeOrderId === null], ["ACTIVE", false]);
    await close();
  });
}

Deno.test("requests: expired keys hold the exchange, without a storm, and intents keep their state", async () => {
  const { venue, facade, place, run, close } = await setup();
  const rests = await place();
  venue.refusesWith = "AUTHENTICATION";
  venue.readsFailWith = "AUTHENTICATION";
  for (let i = 0; i < CIRCUIT_ACCOUNT_REFUSALS; i++) await place();
  assertEquals(facade.healthCheck().ready, false);
  await assertRejects(place, DeniedError, "any symbol with AUTHENTICATION");
  const [submits, reads] = [venue.submits, venue.reads];
  await run(600_000);
  assertEquals(venue.submits, submits);
  assert(venue.reads - reads < 40, `${venue.reads - reads} reads in ten minutes`);
  assertEquals(facade.getOrderState(rests).reconciliationStatus, "ACTIVE");

  venue.refusesWith = null;
  venue.readsFailWith = null;
  await run(60_000);
  assertEquals(facade.healthCheck().ready, true);
  const id = await place();
  assertEquals(facade.getOrderState(id).reconciliationStatus, "ACTIVE");
  await close();
});

Deno.test("requests: an audit that finds the keys expired holds the exchange", async () => {
  const { venue, facade, run, close } = await setup();
  venue.readsFailWith = "AUTHENTICATION";
  await run(120_000);
  assertEquals(facade.healthCheck().ready, false);
  await close();
});

Deno.test("requests: a stepped wall clock sends nothing before the clock was measured again", async () => {
  const { clock, venue, facade, place, close, kernel, exchange } = await setup();
  await place();
  clock.stepWall(7_200_000);
  const gate = exchange("a").gate;
  const wire = gate.forSubmit(Number.MAX_SAFE_INTEGER, clock);
  assertEquals(wire.check({ signedAt: clock.now(), validForMs: 0 }), "HELD");
  assertEquals([gate.isOpen, facade.healthCheck().errors["doubt.CLOCK"]], [false, 1]);
  await clock.advanceAsync(5_000);
  assertEquals(gate.isOpen, true);
  const sent = venue.submits;
  const id = await place();
  assertEquals(venue.submits, sent + 1);
  assertEquals(kernel.exchange("a").getOrderState(id).reconciliationStatus, "ACTIVE");
  await close();
});

Deno.test("requests: nobody connects while the venue has banned us", async () => {
  let connects = 0;
  const { kernel, run, close } = await openPaperKernel(["a"], undefined, (adapter) => {
    let told: Parameters<PaperAdapter["onFact"]>[0] = () => {};
    const { onFact, connect } = adapter;
    adapter.onFact = (listener) => onFact.call(adapter, told = listener);
    adapter.connect = (signal) => {
      connects += 1;
      if (connects > 1) return connect.call(adapter, signal);
      told({ kind: "banned", status: 418, retryAfterMs: 120_000 });
      return Promise.reject(new Error("banned"));
    };
  });
  await run(118_000);
  assertEquals(connects, 1);
  await run(60_000);
  assertEquals(connects, 2);
  assertEquals(kernel.exchange("a").healthCheck().ready, true);
  await close();
});

Deno.test("requests: an order granted before a ban leaves after it, and not during it", async () => {
  const { held, tell, venue, facade, run, close } = await setup();
  held.hold();
  const placed = facade.placeOrder(RESTING, { intentId: "i1" });
  await run(0); // granted, and its commit is under way
  tell("a", { kind: "banned", status: 429, retryAfterMs: 30_000 });
  held.release();
  await run(1_000);
  await placed;
  const { state, attempts } = facade.getOrderState("i1");
  assertEquals([state, attempts[0]?.outcome, attempts[0]?.reason], [
    "PENDING.ready",
    "NOT_SENT",
    "BANNED",
  ]);
  assertEquals([attempts[0]?.sentAt, venue.submits], [null, 1]);
  await run(60_000);
  assertEquals(facade.getOrderState("i1").state, "ACTIVE.open");
  assertEquals(facade.getOrderState("i1").attempts.length, 2);
  await close();
});
