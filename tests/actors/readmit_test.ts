import { assertEquals } from "@std/assert";
import { readmit } from "../../actors/readmit.ts";
import { decimal } from "../../src/model/decimal.ts";
import { say } from "../machines/intent_builders.ts";
import { anOrder } from "../orders.ts";
import { openDesk, place } from "./fakes.ts";
import { openPaperKernel } from "./paper_kernel.ts";

Deno.test("readmit: a further attempt that may not be made is denied, and nothing is sent", async () => {
  const d = openDesk();
  const entry = place(d);
  await d.settle();
  d.denials.push({ code: "PRICE_OFF_TICK", message: "the tick size changed" });
  d.book.tell("i1", say.notSent("TOO_LATE"));
  await d.settle();
  assertEquals([entry.context.phase, entry.context.cause], ["FAILED", "PRICE_OFF_TICK"]);
  assertEquals(d.calls.filter(({ kind }) => kind === "submit").length, 1);
  d.close();
});

Deno.test("readmit: one that may be made is sent", async () => {
  const d = openDesk();
  const entry = place(d);
  await d.settle();
  d.book.tell("i1", say.notSent("TOO_LATE"));
  await d.settle();
  assertEquals([entry.context.phase, entry.context.attemptCount], ["SUBMITTING.inFlight", 2]);
  assertEquals(d.calls.filter(({ kind }) => kind === "submit").length, 2);
  d.close();
});

Deno.test("readmit: what is left must still be an order of the market", async () => {
  const k = await openPaperKernel(["a"]);
  const { adapter } = k.exchange("a");
  const order = anOrder({ amount: decimal("0.01"), limitPrice: decimal("20000") });
  assertEquals(readmit(adapter, order), null);
  assertEquals(
    readmit(adapter, { ...order, limitPrice: decimal("20000.001") })?.code,
    "PRICE_OFF_TICK",
  );
  assertEquals(readmit(adapter, { ...order, symbolId: "GONE/USDT" })?.code, "SYMBOL_UNKNOWN");
  await k.close();
});
