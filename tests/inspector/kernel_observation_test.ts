import { assertEquals, assertMatch } from "@std/assert";
import { GATE_STORE_BEHIND } from "../../machines/gate_words.ts";
import { projectDetail } from "../../src/inspector/projection.ts";
import { KernelObservation } from "../../src/kernel_observation.ts";
import { openPaperKernel } from "../actors/paper_kernel.ts";

async function observed() {
  const opened = await openPaperKernel(["a"]);
  const observation = new KernelObservation(opened.kernel, opened.clock);
  /** As it leaves for the page. */
  const context = (id: string) => projectDetail(observation.actor(id)!).context;
  return { ...opened, context };
}

Deno.test("observation: the kernel shows its kill switch, with epoch and reason", async () => {
  const { kernel, context, run, close } = await observed();
  assertEquals(context("kernel").killSwitch, {
    engaged: false,
    epoch: 0,
    reason: null,
    engagedAt: null,
    releasedAt: null,
  });
  const engaged = kernel.killSwitch.engage("prices look wrong");
  await run(100);
  const epoch = await engaged;
  const { killSwitch, exchanges, openDrift } = context("kernel");
  assertEquals(killSwitch, { ...kernel.killSwitch.state, epoch, reason: "prices look wrong" });
  assertEquals([exchanges, openDrift], [{ a: "ready" }, 0]);
  assertMatch(String(context("kernel/a").killSwitch), /KILL_SWITCH/);
  assertEquals(context("kernel/a").ready, false);
  await close();
});

Deno.test("observation: an exchange shows mode, budgets, circuits, drifts and what holds it", async () => {
  const { exchange, context, close } = await observed();
  const { budgets, circuits, openDrift, mode, ready, halted } = context("kernel/a");
  assertEquals([mode, ready, halted, openDrift, circuits], ["live", true, null, 0, []]);
  assertEquals(Object.keys(budgets as object).sort(), ["orders", "weight"]);
  const { drifts, gate } = exchange("a");
  drifts.isolated(
    { intent: { intentId: "i1", groupId: null, order: { symbolId: "BTC/USDT" } } } as never,
    "test",
  );
  gate.halt(GATE_STORE_BEHIND);
  const held = context("kernel/a");
  assertEquals([held.openDrift, held.halted, held.ready], [1, GATE_STORE_BEHIND, false]);
  assertMatch(JSON.stringify(held.reason), /does not know.*xk get drift/);
  assertEquals(context("kernel").openDrift, 1);
  await close();
});
