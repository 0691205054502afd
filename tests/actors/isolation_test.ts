/** An intent that nobody drives any more sends nothing that it had still wanted. */
import { assertEquals } from "@std/assert";
import { restoreIntent } from "../../actors/restore.ts";
import type { IntentEvent } from "../../machines/intent_events.ts";
import { decimal } from "../../src/model/decimal.ts";
import { twoUsed } from "../budgets.ts";
import { aVenueOrder, POLICY, say } from "../machines/intent_builders.ts";
import { AMPLE, clientIdOf, type Desk, openDesk, place } from "./fakes.ts";

/** Reading what it is about throws, deep within the machine. */
function poisoned(at: number): IntentEvent {
  const poison = {
    type: "order.updated",
    at,
    attempt: 1,
    get order(): never {
      throw new TypeError("poisoned");
    },
  };
  return poison as unknown as IntentEvent; // it must lie about its order to throw there
}

const sent = ({ calls }: Desk) => calls.map(({ kind }) => kind);

Deno.test("isolation: an order whose commit was still running is not sent", async () => {
  const d = openDesk();
  d.held.hold();
  const entry = place(d);
  await d.settle();
  d.book.tell("i1", poisoned(d.clock.now()));
  assertEquals(entry.isolated, true);
  d.held.release();
  await d.settle();
  await d.settle();
  assertEquals(sent(d), []);
  d.close();
});

Deno.test("isolation: a change that waited for its turn is not sent", async () => {
  const first = openDesk();
  const placed = place(first);
  await first.settle();
  const order = aVenueOrder({ clientOrderId: clientIdOf(placed) });
  first.calls[0]?.answer({ kind: "accepted", order });
  await first.settle();
  first.close();
  const d = openDesk(first.held);
  const stored = d.held.store.intent("main", "i1");
  if (stored === undefined) throw new Error("i1 is stored");
  d.book.restore(restoreIntent(stored, { ...POLICY, amendInPlace: true }), stored.original);
  d.book.tell("i1", say.verify(d.clock.now()));
  await d.settle();
  d.calls.at(-1)?.answer({ kind: "found", order, venueTime: d.clock.now() });
  await d.settle();
  const { capacity, intervalMs } = AMPLE;
  d.runner.usage(twoUsed({ weight: null, orders: capacity })); // amends wait
  d.book.tell("i1", say.modify({ limitPrice: decimal("101") }, d.clock.now()));
  await d.settle();
  assertEquals(d.runner.queued, 1);
  d.book.tell("i1", poisoned(d.clock.now()));
  await d.clock.advanceAsync(intervalMs);
  await d.settle();
  assertEquals(sent(d), ["lookup"]);
  d.close();
});
