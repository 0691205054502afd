import { assertEquals } from "@std/assert";
import { restoreIntent } from "../../actors/restore.ts";
import { REQUEST_TIMEOUT_MS } from "../../machines/timeouts.ts";
import { decimal } from "../../src/model/decimal.ts";
import { twoUsed } from "../budgets.ts";
import { aVenueOrder, POLICY, say } from "../machines/intent_builders.ts";
import { AMPLE, clientIdOf, type Desk, openDesk, place } from "./fakes.ts";

/** The venue counts every order of its window as used: amends wait, reads go. */
function holdOrders({ runner }: Desk): void {
  runner.usage(twoUsed({ weight: null, orders: AMPLE.capacity }));
}

Deno.test("book: an amend given up while it waited for its turn is never sent", async () => {
  const first = openDesk();
  const placed = place(first);
  await first.settle();
  const order = aVenueOrder({ clientOrderId: clientIdOf(placed) });
  first.calls[0]?.answer({ kind: "accepted", order });
  await first.settle();
  first.close();
  const d = openDesk(first.held);
  const [stored] = d.held.store.live("main");
  if (stored === undefined) throw new Error("i1 is stored");
  const { intentId } = d.book.restore(
    restoreIntent(stored, { ...POLICY, amendInPlace: true }),
    stored.original,
  );
  const read = async () => {
    const venueTime = d.clock.now();
    d.calls.at(-1)?.answer({ kind: "found", order, venueTime });
    await d.settle();
  };
  d.book.tell(intentId, say.verify(d.clock.now()));
  await d.settle();
  await read();
  assertEquals(d.book.entry(intentId)?.context.phase, "ACTIVE.open");
  holdOrders(d);
  d.book.tell(intentId, say.modify({ limitPrice: decimal("101") }, d.clock.now()));
  await d.settle();
  await d.clock.advanceAsync(REQUEST_TIMEOUT_MS);
  await d.settle();
  d.book.tell(intentId, say.modify({}, d.clock.now())); // back to what the venue holds
  await d.settle();
  await read();
  await d.clock.advanceAsync(AMPLE.intervalMs);
  await d.settle();
  assertEquals(d.calls.filter(({ kind }) => kind === "amend").length, 0);
  d.close();
});
