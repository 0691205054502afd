/** Why an exchange takes no orders is told with since when and what ends it. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { GATE_STORE_BEHIND } from "../../machines/gate_words.ts";
import { ExchangeError } from "../../src/model/errors.ts";
import type { NotReadyReason } from "../../src/model/health.ts";
import { openPaperKernel, type PaperKernel } from "./paper_kernel.ts";

function reasonOf(k: PaperKernel): NotReadyReason {
  const { ready, reason } = k.kernel.exchange("a").healthCheck();
  assert(!ready && reason !== null, "it is ready");
  return reason;
}

Deno.test("not ready: an exchange that takes orders has no reason", async () => {
  const k = await openPaperKernel(["a"]);
  assertEquals(k.kernel.exchange("a").healthCheck().reason, null);
  await k.close();
});

Deno.test("not ready: one that cannot connect tells how often and of what, since the first", async () => {
  const k = await openPaperKernel(["a"], undefined, (adapter) => {
    adapter.connect = () => Promise.reject(new TypeError("secret of the URL"));
  });
  const opened = k.clock.now() - 1_000; // what opening it here takes
  await k.run(60_000);
  const { since, why, nextStep } = reasonOf(k);
  assert(/^connecting failed [1-9]\d* times in a row \(TypeError\)$/.test(why), why);
  assertEquals(since, opened, "each try counts as the same state");
  assertStringIncludes(nextStep, "tried again by itself");
  await k.close();
});

Deno.test("not ready: a key that the venue refuses is to be looked at", async () => {
  const k = await openPaperKernel(["a"], undefined, (adapter) => {
    adapter.connect = () => Promise.reject(new ExchangeError("AUTHENTICATION", "not told", {}));
  });
  const { why, nextStep } = reasonOf(k);
  assertEquals(why, "connecting failed 2 times in a row (ExchangeError AUTHENTICATION)");
  assertStringIncludes(nextStep, "the venue refuses the key");
  await k.close();
});

Deno.test("not ready: a parked one says why and how to go on", async () => {
  const k = await openPaperKernel(["a"]);
  await k.run(5_000);
  k.exchange("a").actor.send({ type: "budget.exhausted", reason: "private: TypeError" });
  const at = k.clock.now();
  await k.run(5_000);
  const { since, why, nextStep } = reasonOf(k);
  assertEquals([since, why], [at, "private: TypeError"]);
  assertStringIncludes(nextStep, "start the kernel again");
  await k.close();
});

Deno.test("not ready: a lost socket is dialed again by itself", async () => {
  const k = await openPaperKernel(["a"]);
  k.dropSocket("a");
  const { why, nextStep } = reasonOf(k);
  assertStringIncludes(why, "a socket is down (private");
  assertStringIncludes(nextStep, "by itself");
  await k.run(60_000);
  assertEquals(k.kernel.exchange("a").healthCheck().reason, null);
  await k.close();
});

Deno.test("not ready: a socket that never opens is named, though connecting itself worked", async () => {
  const k = await openPaperKernel(["a"], undefined, (adapter) => {
    adapter.sockets[0]!.open = () => Promise.reject(new TypeError("refused"));
  });
  await k.run(10_000);
  const { why, nextStep } = reasonOf(k);
  assert(/^sockets are being opened \(private: \w+, failed [1-9]\d* times\)$/.test(why), why);
  assertStringIncludes(nextStep, "look at the log");
  await k.close();
});

Deno.test("not ready: one whose restarts are used up says so; before that it starts again", async () => {
  const k = await openPaperKernel(["a"]);
  k.exchange("a").fail(new TypeError("secret"));
  assertEquals(reasonOf(k).why, "it crashed");
  assertStringIncludes(reasonOf(k).nextStep, "by itself");
  for (let n = 0; n < 20; n++) {
    await k.run(1_000);
    k.exchange("a").fail(new TypeError("secret"));
  }
  await k.run(600_000);
  const { why, nextStep } = reasonOf(k);
  assertEquals(why, "it crashed too often (TypeError)");
  assertStringIncludes(nextStep, "start the kernel again");
  await k.close();
});

Deno.test("not ready: a stopped one is told of beside the others, until it starts again", async () => {
  const k = await openPaperKernel(["a", "b"]);
  await Promise.all([k.kernel.exchange("a").stop(), k.run(10_000)]);
  const { why, nextStep } = reasonOf(k);
  assertEquals([why, nextStep], ["it was stopped", "start() starts it again"]);
  const states = k.kernel.exchanges().map((exchange) => exchange.healthCheck().state);
  assertEquals(states, ["stopped", "ready"]);
  await Promise.all([k.kernel.exchange("a").start(), k.run(10_000)]);
  assertEquals(k.kernel.exchange("a").healthCheck().reason, null);
  await k.close();
});

Deno.test("not ready: the kill switch, since it was engaged", async () => {
  const k = await openPaperKernel(["a"]);
  const at = k.clock.now();
  await Promise.all([k.kernel.killSwitch.engage("prices look wrong"), k.run(10)]);
  await k.run(10_000);
  const { since, why, nextStep } = reasonOf(k);
  assertEquals([since, why], [at, "the kill switch is engaged"]);
  assertStringIncludes(nextStep, "xk kill-switch off");
  await k.close();
});

Deno.test("not ready: open drifts that hold orders back, and where to settle them", async () => {
  const k = await openPaperKernel(["a"]);
  k.exchange("a").gate.halt(GATE_STORE_BEHIND);
  const { since, why, nextStep } = reasonOf(k);
  assertStringIncludes(why, "orders of ours that the store does not know");
  assertEquals(since, null);
  assertStringIncludes(nextStep, "xk get drift");
  await k.close();
});

Deno.test("not ready: one that only observes", async () => {
  const k = await openPaperKernel(["a"], undefined, undefined, { mode: "observe" });
  const { why, nextStep } = reasonOf(k);
  assertStringIncludes(why, "only observes");
  assertStringIncludes(nextStep, "mode: live");
  await k.close();
});
