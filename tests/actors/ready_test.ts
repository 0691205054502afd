/** What `openKernel` promises, and `ready()` beyond it: instruments listed, account read. */
import { assertEquals, assertRejects } from "@std/assert";
import { Standing } from "../../actors/standing.ts";
import type { PaperAdapter } from "../../src/exchanges/paper/adapter.ts";
import { DeniedError, KernelClosedError } from "../../src/model/errors.ts";
import { WAITERS_MAX } from "../../src/model/limits.ts";
import { openPaperKernel, type PaperKernel } from "./paper_kernel.ts";

/** A venue that cannot be reached until `isBack`. */
function away(isBack: () => boolean): (adapter: PaperAdapter) => void {
  return (adapter) => {
    const connect = adapter.connect.bind(adapter);
    adapter.connect = (signal) =>
      isBack() ? connect(signal) : Promise.reject(new TypeError("away"));
  };
}

/** Comes back at the fourth try. */
function awayThrice(): (adapter: PaperAdapter) => void {
  let tries = 0;
  return away(() => ++tries > 3);
}

/** `pending` while nobody knows, then how it ended. */
function watched(waiting: Promise<void>): { now: string } {
  const seen = { now: "pending" };
  waiting.then(() => seen.now = "ready", (error) => seen.now = error.name);
  return seen;
}

function listed(k: PaperKernel): boolean {
  return k.kernel.exchange("a").listSymbols().length > 0;
}

Deno.test("ready: at once where the instruments are listed and the account is read", async () => {
  const k = await openPaperKernel(["a"]);
  await k.kernel.exchange("a").ready();
  assertEquals(listed(k), true);
  await k.close();
});

Deno.test("ready: opening returns without a venue that is away, ready() waits for it", async () => {
  const k = await openPaperKernel(["a"], undefined, awayThrice());
  assertEquals([k.kernel.state, k.exchange("a").state], ["running", "connecting"]);
  const seen = watched(k.kernel.exchange("a").ready());
  await k.run(0);
  assertEquals(seen.now, "pending");
  await k.run(60_000);
  assertEquals([seen.now, listed(k)], ["ready", true]);
  assertEquals(k.kernel.exchange("a").healthCheck().ready, true);
  await k.close();
});

Deno.test("ready: it waits through a lost connection and a restart", async () => {
  const k = await openPaperKernel(["a"]);
  k.dropSocket("a");
  const seen = watched(k.kernel.exchange("a").ready());
  await k.run(0);
  assertEquals([seen.now, k.exchange("a").state], ["pending", "degraded"]);
  k.exchange("a").fail(new TypeError("crash"));
  await k.run(60_000);
  assertEquals([seen.now, k.exchange("a").state], ["ready", "ready"]);
  await k.close();
});

Deno.test("ready: while a crashed exchange waits for its restart, it is not ready", async () => {
  const k = await openPaperKernel(["a"]);
  k.exchange("a").fail(new TypeError("crash"));
  const seen = watched(k.kernel.exchange("a").ready());
  await k.run(0);
  assertEquals(seen.now, "pending");
  await k.run(60_000);
  assertEquals(seen.now, "ready");
  await k.close();
});

Deno.test("ready: the chart itself may crash; its next life is waited for", async () => {
  const k = await openPaperKernel(["a"]);
  const { actor, gate } = k.exchange("a");
  gate.hold = () => {
    throw new TypeError("crash in an action");
  };
  actor.send({ type: "sync.requested" });
  const seen = watched(k.kernel.exchange("a").ready());
  await k.run(0);
  assertEquals(seen.now, "pending");
  await k.run(60_000);
  assertEquals(seen.now, "ready");
  await k.close();
});

Deno.test("ready: a parked exchange rejects with why, at once and for those who wait", async () => {
  const k = await openPaperKernel(["a"], undefined, away(() => false));
  const a = k.kernel.exchange("a");
  const waiting = assertRejects(() => a.ready(), DeniedError, "is parked: private: TypeError");
  await k.run(0);
  k.exchange("a").actor.send({ type: "budget.exhausted", reason: "private: TypeError" });
  await waiting;
  await assertRejects(() => a.ready(), DeniedError, "private: TypeError");
  await k.close();
});

Deno.test("ready: used up restarts reject; started again, it can be waited for", async () => {
  let isBack = false;
  const k = await openPaperKernel(["a"], undefined, away(() => isBack));
  const a = k.kernel.exchange("a");
  const waiting = assertRejects(() => a.ready(), DeniedError, "crashed too often (TypeError)");
  for (let n = 0; n < 20; n++) {
    k.exchange("a").fail(new TypeError("x"));
    await k.run(1_000);
  }
  await waiting;
  await assertRejects(() => a.ready(), DeniedError, "crashed too often");
  isBack = true;
  const again = a.start().then(() => a.ready());
  await k.run(60_000);
  await again;
  await k.close();
});

Deno.test("ready: an exchange that is stopped, and a kernel that closes, end the waiting", async () => {
  const k = await openPaperKernel(["a", "b"], undefined, away(() => false));
  const stopped = assertRejects(() => k.kernel.exchange("a").ready(), DeniedError);
  const closed = assertRejects(() => k.kernel.exchange("b").ready(), KernelClosedError);
  await Promise.all([k.kernel.exchange("a").stop(), k.run(20_000)]);
  await stopped;
  await assertRejects(() => k.kernel.exchange("a").ready(), DeniedError, "not running");
  await k.close();
  await closed;
});

Deno.test("ready: a signal ends the waiting with its reason, before and meanwhile", async () => {
  const k = await openPaperKernel(["a"], undefined, away(() => false));
  const a = k.kernel.exchange("a");
  const early = AbortSignal.abort(new RangeError("too late"));
  await assertRejects(() => a.ready({ signal: early }), RangeError, "too late");
  const controller = new AbortController();
  const waiting = assertRejects(() => a.ready({ signal: controller.signal }), RangeError, "enough");
  await k.run(10);
  controller.abort(new RangeError("enough"));
  await waiting;
  await k.close();
});

Deno.test("ready: above the limit a caller is told so, and places are free again afterwards", async () => {
  const standing = new Standing("a");
  const caller = new AbortController();
  const waiting = Array.from({ length: WAITERS_MAX }, () => standing.ended(caller.signal));
  await assertRejects(() => standing.ended(), DeniedError, "10000 callers wait already");
  caller.abort(new RangeError("enough"));
  const ends = await Promise.allSettled(waiting);
  assertEquals(ends.every(({ status }) => status === "rejected"), true);
  const next = standing.ended();
  standing.entered("ready", 1);
  assertEquals(await next, "ready");
});

Deno.test("ready: that restarts are used up stays known though the last life is told to stop after it", async () => {
  const standing = new Standing("a");
  standing.entered("ready", 1);
  standing.giveUp(new RangeError("again"), 2);
  standing.entered("stopped", 2);
  assertEquals([standing.gaveUp, await standing.ended()], ["RangeError", "gaveUp"]);
  standing.entered("connecting", 3);
  assertEquals(standing.gaveUp, null);
});
