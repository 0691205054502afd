import { assertEquals } from "@std/assert";
import { MARGIN_CALL_EVERY_MS } from "../../machines/timeouts.ts";
import { decimal } from "../../src/model/decimal.ts";
import { openPaperKernel, type PaperKernel } from "./paper_kernel.ts";

function call(k: PaperKernel, symbolId: string | null): void {
  const receivedAt = k.clock.now();
  const used = decimal("0.9");
  k.tell("a", { kind: "marginCall", symbolId, used, maintenance: null, receivedAt });
}

Deno.test("margin calls: each symbol's, and the account's, is one event for as long as it lasts", async () => {
  const k = await openPaperKernel(["a"]);
  for (let n = 0; n < 10; n++) {
    call(k, "BTC/USDT");
    call(k, null);
    await k.run(MARGIN_CALL_EVERY_MS / 5);
  }
  const told = k.held.store.events({ since: 0, limit: 1_000 }).items
    .filter(({ type }) => type === "MarginCallWarning");
  assertEquals(told.map(({ symbolId, payload }) => [symbolId, payload]), [
    ["BTC/USDT", { used: "0.9", maintenance: null }],
    [null, { used: "0.9", maintenance: null }],
    ["BTC/USDT", { used: "0.9", maintenance: null }],
    [null, { used: "0.9", maintenance: null }],
  ]);
  await k.close();
});
