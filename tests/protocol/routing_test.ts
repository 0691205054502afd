/** A venue may use its order ids again: an id that was ours once does not make an order ours. */
import { assertEquals } from "@std/assert";
import { RETIRE_AFTER_MS } from "../../machines/timeouts.ts";
import { decimal } from "../../src/model/decimal.ts";
import { clientIdOf, type Desk, openDesk, place } from "../actors/fakes.ts";
import { aFill, aVenueOrder } from "../machines/intent_builders.ts";

const THEIRS = aVenueOrder({
  clientOrderId: "by-hand",
  exchangeOrderId: "x1",
  status: "PARTIALLY_FILLED",
  filled: decimal("0.4"),
  fills: [aFill("t9", "0.4", { clientOrderId: "by-hand" })],
});

for (const ended of ["live", "ended", "retired"] as const) {
  Deno.test(`routing: an order of another under the exchange id of a ${ended} one of ours is theirs`, async () => {
    const d = openDesk();
    await placed(d, ended);
    const asked = d.calls.length;
    d.router.order(THEIRS);
    d.router.listed(THEIRS, d.clock.now());
    await d.settle();
    const entry = d.book.entry("i1");
    if (entry !== undefined) {
      assertEquals(entry.context.filled, "0");
      assertEquals(entry.context.phase, ended === "live" ? "ACTIVE.open" : "CANCELED");
    }
    assertEquals(d.calls.length, asked, "nothing is asked or sent for it");
    assertEquals([d.second, d.drifts], [[], []]);
    const orphans = d.published.filter(({ type }) => type === "OrderOrphaned");
    assertEquals(orphans.map(({ payload }) => payload["clientOrderId"]), ["by-hand"]);
    d.close();
  });
}

Deno.test("routing: a fact without a client id is its that has the exchange id", async () => {
  const d = openDesk();
  await placed(d, "live");
  d.router.fill(aFill("t1", "0.4", { clientOrderId: null }));
  assertEquals(d.book.entry("i1")?.context.filled, "0.4");
  d.close();
});

async function placed(d: Desk, until: "live" | "ended" | "retired"): Promise<void> {
  const clientOrderId = clientIdOf(place(d));
  await d.settle();
  d.calls[0]?.answer({ kind: "accepted", order: aVenueOrder({ clientOrderId }) });
  await d.settle();
  if (until === "live") return;
  d.router.order(aVenueOrder({ clientOrderId, status: "CANCELED" }));
  await d.settle();
  if (until === "ended") return;
  await d.clock.advanceAsync(RETIRE_AFTER_MS);
  await d.settle();
  assertEquals(d.book.entry("i1"), undefined);
}
