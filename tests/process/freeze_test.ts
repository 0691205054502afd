import { assert, assertEquals } from "@std/assert";
import { SEND_SLACK_MS } from "../../machines/timeouts.ts";
import { KernelProcess, openStage, pause } from "./kernel_process.ts";

const VALIDITY_MS = 500;
/** Beyond validity and slack: whatever had its ticket before must not be sent after. */
const FROZEN_MS = VALIDITY_MS + SEND_SLACK_MS + 300;
/** The clock offset is measured over loopback; a busy machine makes it vague. */
const MARGIN_MS = 250;

Deno.test("process: a kernel stopped and resumed in mid-trade agrees, and sends nothing late", async () => {
  await using stage = await openStage();
  const timing = { validityMs: VALIDITY_MS, engineBoundMs: 100, settleMs: 100 };
  const kernel = await KernelProcess.open(stage, timing);
  kernel.trade();
  for (let freeze = 0; freeze < 2; freeze++) {
    await pause(400);
    kernel.signal("SIGSTOP");
    await pause(FROZEN_MS);
    kernel.signal("SIGCONT");
  }
  await pause(400);
  await kernel.rest();
  assertEquals(await kernel.disagreements(stage.testnet), []);

  const { admittedAt } = await kernel.report();
  const { orders } = await stage.testnet.ledger();
  assert(orders.length > 20, `it traded: ${orders.length} orders`);
  const late = orders.filter(({ clientOrderId, time }) =>
    time - (admittedAt[clientOrderId] ?? 0) > VALIDITY_MS + SEND_SLACK_MS + MARGIN_MS
  );
  assertEquals(late, []);
  await kernel.kill();
});
