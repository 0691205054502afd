import { assertEquals } from "@std/assert";
import { restoreIntent } from "../../actors/restore.ts";
import { CIRCUIT_REFUSALS, coolDownMs } from "../../machines/requests.ts";
import { REQUEST_TIMEOUT_MS } from "../../machines/timeouts.ts";
import { decimal } from "../../src/model/decimal.ts";
import { aVenueOrder, POLICY, say } from "../machines/intent_builders.ts";
import { clientIdOf, type Desk, openDesk, place } from "./fakes.ts";

/** Refuses the trial orders until the circuit stays open for longer than a request may take. */
async function holdSubmits({ runner, clock }: Desk): Promise<void> {
  for (let n = 0; n < CIRCUIT_REFUSALS; n++) runner.refusal("FILTER");
  for (const trip of [1, 2]) {
    await clock.advanceAsync(coolDownMs(trip));
    runner.acquire("submit", { weight: 1, orders: 1 }, "trial", () => {});
    runner.refusal("FILTER");
  }
  assertEquals([runner.mode, coolDownMs(3) > REQUEST_TIMEOUT_MS], ["circuitOpen", true]);
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
  await holdSubmits(d);
  d.book.tell(intentId, say.modify({ limitPrice: decimal("101") }, d.clock.now()));
  await d.settle();
  await d.clock.advanceAsync(REQUEST_TIMEOUT_MS);
  await d.settle();
  d.book.tell(intentId, say.modify({}, d.clock.now())); // back to what the venue holds
  await d.settle();
  await read();
  await d.clock.advanceAsync(coolDownMs(3));
  await d.settle();
  assertEquals(d.calls.filter(({ kind }) => kind === "amend").length, 0);
  d.close();
});
