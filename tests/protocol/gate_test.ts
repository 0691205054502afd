/** The last check before the wire, and the deadline it holds a request to (order safety, 2). */
import { assertEquals } from "@std/assert";
import { ExchangeGate, type WireGate } from "../../actors/gate.ts";
import { intentPolicy } from "../../actors/intent_policy.ts";
import { SEND_SLACK_MS } from "../../machines/timeouts.ts";
import { binanceSpot } from "../../src/exchanges/ccxt/profiles/binance.ts";
import { VirtualClock } from "../../src/system/virtual_clock.ts";
import { openPaperKernel, type PaperKernel, RESTING } from "../actors/paper_kernel.ts";
import { CAPABILITIES } from "../actors/fakes.ts";

const DEADLINE = 10_000;
const IN_TIME = { signedAt: DEADLINE - 5_000, validForMs: 5_000 };
const CAP = { code: "MAX_NOTIONAL", message: "too much" };

Deno.test("gate: a request valid up to its deadline passes, one valid a millisecond longer does not", () => {
  const wire = opened().forSubmit(DEADLINE, new VirtualClock());
  assertEquals(wire.check(IN_TIME), null);
  assertEquals(wire.check({ ...IN_TIME, signedAt: IN_TIME.signedAt + 1 }), "TOO_LATE");
  assertEquals(wire.check({ ...IN_TIME, validForMs: 5_001 }), "TOO_LATE");
});

Deno.test("gate: all that may stop a request is read at the moment of the check, the caps last", () => {
  const gate = opened();
  const asked: string[] = [];
  const wire = gate.forSubmit(DEADLINE, new VirtualClock(), () => {
    asked.push("caps");
    return CAP;
  });
  assertEquals([wire.check(IN_TIME), wire.denial], ["MAX_NOTIONAL", CAP]);
  // From the least to the most: each is seen through everything before it.
  stops(wire, { ...IN_TIME, validForMs: 9_000 }, "TOO_LATE");
  gate.halt("STORE_BEHIND_VENUE");
  stops(wire, IN_TIME, "STORE_BEHIND_VENUE");
  gate.isClockTrusted = () => false;
  stops(wire, IN_TIME, "HELD");
  gate.refuse("KERNEL_DRAINING");
  stops(wire, IN_TIME, "KERNEL_DRAINING");
  gate.latch = { refusal: "KILL_SWITCH", since: null, deny: () => {} };
  stops(wire, IN_TIME, "KILL_SWITCH");
  gate.observe();
  stops(wire, IN_TIME, "OBSERVE_ONLY");
  assertEquals(asked, ["caps"], "what is stopped before asks for no cap");
});

Deno.test("gate: an attempt's deadline is the venue's time at its ticket + validity + slack", async () => {
  const aheadMs = 20_000;
  const k = await openPaperKernel(["a"], undefined, (adapter) => {
    const venueNow = adapter.venueNow.bind(adapter);
    adapter.venueNow = () => (venueNow() ?? 0) + aheadMs;
  });
  const exchange = k.exchange("a");
  exchange.gate.hold();
  const placed = k.kernel.exchange("a").placeOrder(RESTING, { intentId: "i1" });
  await k.run(30_000);
  await placed;
  assertEquals(attempts(k), [], "while it waits it has neither id nor deadline");
  const openedAt = k.clock.now();
  exchange.gate.open();
  exchange.book.releaseHeld();
  await k.run(1);
  const { validityMs } = exchange.adapter.capabilities.timing;
  assertEquals(attempts(k), [openedAt + aheadMs + validityMs + SEND_SLACK_MS]);
  await k.close();
});

Deno.test("policy: reads prove an absence only after engine bound and settle time", () => {
  const { timing } = binanceSpot;
  const policy = intentPolicy({ ...CAPABILITIES, timing });
  assertEquals(policy.proofAfterMs, 12_000);
  assertEquals(policy.proofAfterMs, timing.engineBoundMs + timing.settleMs);
  assertEquals(policy.landsWithinMs, timing.validityMs + SEND_SLACK_MS);
  assertEquals(policy.retentionMs, timing.retentionMs);
});

function opened(): ExchangeGate {
  const gate = new ExchangeGate();
  gate.open();
  return gate;
}

function stops(wire: WireGate, times: typeof IN_TIME, word: string): void {
  assertEquals(wire.check(times), word);
}

function attempts(k: PaperKernel): readonly number[] {
  return k.exchange("a").book.entry("i1")!.context.attempts.map(({ deadline }) => deadline);
}
