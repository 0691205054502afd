import { assertEquals } from "@std/assert";
import { KernelProcess, openStage, pause } from "./kernel_process.ts";

const HOUR_MS = 3_600_000;
const TIMING = { validityMs: 500, engineBoundMs: 100, settleMs: 100 };
/** Long enough for two looks at the order, which would prove it absent too soon. */
const ENGINE_MS = 2_600;

Deno.test("process: a wall clock that jumps while it trades changes nothing", async () => {
  await using stage = await openStage();
  const kernel = await KernelProcess.open(stage, TIMING);
  kernel.trade();
  for (const ms of [HOUR_MS, -2 * HOUR_MS, 800, HOUR_MS]) {
    await pause(350);
    await kernel.step(ms);
  }
  await pause(350);
  await kernel.rest();
  assertEquals(await kernel.disagreements(stage.testnet), []);
  await kernel.kill();
});

Deno.test("process: a wall clock that jumps ahead proves no order absent", async () => {
  await using stage = await openStage();
  const { testnet } = stage;
  const kernel = await KernelProcess.open(stage, { ...TIMING, engineBoundMs: ENGINE_MS + 300 });
  // Admitted and unanswered; it enters the book long after the jump.
  await testnet.arm({ fault: "delayedProcessing", match: "order.place", delayMs: ENGINE_MS });
  assertEquals(await kernel.act({ type: "place", id: "doubted" }), [null]);
  await kernel.step(HOUR_MS);
  await pause(ENGINE_MS);
  assertEquals(await kernel.disagreements(testnet), []);
  assertEquals(await stateOf(kernel, "doubted"), "ACTIVE.open");
  assertEquals((await testnet.ledger()).orders.length, 1, "it was not placed again");
  await kernel.kill();
});

Deno.test("process: a wall clock set back puts off no look at an order in doubt", async () => {
  await using stage = await openStage();
  const { testnet } = stage;
  const kernel = await KernelProcess.open(stage, TIMING);
  // Only looks can tell that this one never arrived; then it is placed again.
  await testnet.arm({ fault: "requestLost", match: "order.place" });
  assertEquals(await kernel.act({ type: "place", id: "doubted" }), [null]);
  await pause(100);
  await kernel.step(-2 * HOUR_MS);
  assertEquals(await kernel.disagreements(testnet), []);
  assertEquals(await stateOf(kernel, "doubted"), "ACTIVE.open");
  assertEquals((await testnet.ledger()).orders.length, 1);
  await kernel.kill();
});

async function stateOf(kernel: KernelProcess, intentId: string): Promise<string | undefined> {
  return (await kernel.report()).record.intents[intentId]?.state;
}
