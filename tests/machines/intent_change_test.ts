import { assertEquals } from "@std/assert";
import type { IntentContext } from "../../machines/intent_context.ts";
import type { IntentEvent } from "../../machines/intent_events.ts";
import { exposureBounds, orderState } from "../../machines/order_state.ts";
import { decimal } from "../../src/model/decimal.ts";
import type { StandardOrder } from "../../src/model/order.ts";
import { aContext, POLICY, say } from "./intent_builders.ts";
import { after } from "./intent_states.ts";

const open = (policy = {}) => after(aContext({}, policy), say.granted(), say.accepted());
const amendable = { amendInPlace: true };
const priced = (price: string) => say.modify({ limitPrice: decimal(price) });
const sent = ({ effects }: IntentContext) => effects.commands.map(({ type }) => type);
const told = ({ effects }: IntentContext) => effects.events.map(({ type }) => type);
const gone: IntentEvent = say.updated({ status: "CANCELED" });

Deno.test("intent: where the venue amends, a modify amends the live order in place", () => {
  const asked = after(open(amendable), priced("101"));
  assertEquals(asked.phase, "RECONCILING.amending");
  const [command] = asked.effects.commands;
  assertEquals(command?.type === "amend" && [command.amount, command.generation], [
    decimal("1"),
    2,
  ]);
  const done = after(asked, say.amended(2, { limitPrice: decimal("101") }));
  assertEquals([done.phase, told(done)], ["ACTIVE.open", ["OrderModified"]]);
  assertEquals(orderState(done).observedGeneration, 2);
});

Deno.test("intent: what no amend can change is replaced, also where the venue amends", () => {
  const changes: readonly Partial<StandardOrder>[] = [
    { reduceOnly: true },
    { reduceOnly: true, limitPrice: decimal("101") },
    { postOnly: true },
    { timeInForce: "IOC" },
    { selfTradePrevention: "EXPIRE_MAKER" },
    { limitPrice: null },
  ];
  for (const change of changes) {
    const asked = after(open(amendable), say.modify(change));
    assertEquals([asked.phase, sent(asked)], ["RECONCILING.replacing", ["cancel"]]);
    const again = after(asked, gone, say.granted("c2"));
    const [command] = again.effects.commands;
    assertEquals(command?.type === "submit" && command.order, again.intent.order);
  }
});

Deno.test("intent: a read that shows the wanted price does not show the wanted terms", () => {
  const asked = after(
    open(amendable),
    say.verify(),
    say.modify({ reduceOnly: true }),
    say.found(),
  );
  assertEquals([asked.phase, sent(asked)], ["RECONCILING.replacing", ["cancel"]]);
});

Deno.test("intent: terms that only the kernel keeps change nothing at the venue", () => {
  const asked = after(open(amendable), say.modify({ timeInForce: "DAY" }));
  assertEquals([asked.phase, sent(asked)], ["ACTIVE.open", []]);
  assertEquals(sent(after(asked, priced("101"))), ["amend"]);
});

Deno.test("intent: an order that was placed with its terms is amended in place", () => {
  const context = aContext({ reduceOnly: true, postOnly: true }, amendable);
  const placed = after(context, say.granted(), say.accepted());
  const terms = { reduceOnly: true, postOnly: true };
  assertEquals(sent(after(placed, say.modify({ ...terms, limitPrice: decimal("101") }))), [
    "amend",
  ]);
});

Deno.test("intent: an amend asks for what is filled and what is still wanted together", () => {
  const asked = after(
    open(amendable),
    say.filled("t1", "0.4"),
    say.modify({ amount: decimal("2") }),
  );
  const [command] = asked.effects.commands;
  assertEquals(command?.type === "amend" && command.amount, decimal("2"));
});

Deno.test("intent: an amend refused keeps the intent ACTIVE and is not retried by itself", () => {
  const refused = after(open(amendable), priced("101"), say.amendRefused(2));
  assertEquals([refused.phase, refused.refusedGeneration], ["ACTIVE.open", 2]);
  assertEquals(refused.conditions.Synced?.slice(0, 2), ["False", "ChangeRefused"]);
  assertEquals(told(refused), ["OrderRejected"]);
  assertEquals(sent(after(refused, say.verify(), say.found())), []);
  assertEquals(sent(after(refused, priced("102"))), ["amend"], "a newer generation is tried");
});

Deno.test("intent: an amend in doubt is proven by reading the order back", () => {
  const doubted = after(open(amendable), priced("101"), say.amendUnknown(2));
  assertEquals([doubted.phase, sent(doubted)], ["RECONCILING.resolving", ["lookup"]]);
  const taken = after(doubted, say.found({ limitPrice: decimal("101") }));
  assertEquals([taken.phase, taken.attempts[0]?.generation], ["ACTIVE.open", 2]);
});

Deno.test("intent: an amend not found yet may still land: it is asked again after its bound", () => {
  const doubted = after(open(amendable), priced("101"), say.amendUnknown(2));
  const at = 10_000;
  const old = after(doubted, say.found({ limitPrice: decimal("100") }, 1, at));
  assertEquals([old.phase, sent(old)], ["RECONCILING.resolving", []]);
  const provesFrom = at + POLICY.landsWithinMs + POLICY.proofAfterMs;
  const early = after(old, say.found({ limitPrice: decimal("100") }, 1, provesFrom));
  assertEquals([early.phase, sent(early)], ["RECONCILING.resolving", []]);
  const proven = after(early, say.found({ limitPrice: decimal("100") }, 1, provesFrom + 1));
  assertEquals([proven.phase, sent(proven)], ["RECONCILING.amending", ["amend"]]);
});

Deno.test("intent: while an amend is in doubt no other goes, and the newest wins afterwards", () => {
  const doubted = after(open(amendable), priced("101"), say.amendUnknown(2), priced("102"));
  assertEquals([doubted.phase, sent(doubted)], ["RECONCILING.resolving", []]);
  const landed = after(doubted, say.found({ limitPrice: decimal("101") }));
  assertEquals([landed.phase, landed.attempts[0]?.generation], ["RECONCILING.amending", 2]);
  assertEquals(sent(landed), ["amend"]);
});

Deno.test("intent: a read older than the accepted amend does not bring the old price back", () => {
  const answer = say.amended(2, { limitPrice: decimal("101"), venueTime: 5_000 });
  const amended = after(open(amendable), priced("101"), answer);
  const stale = after(amended, say.verify(), say.found({ venueTime: 4_000 }));
  assertEquals([stale.phase, stale.attempts[0]?.limitPrice], ["ACTIVE.open", "101"]);
  assertEquals(sent(after(stale, priced("100"))), ["amend"]);
});

Deno.test("intent: an amend without an answer is read back after its deadline", () => {
  const asked = after(open(amendable), priced("101"));
  const passed = after(asked, say.passed("amend", asked.deadlines.amend));
  assertEquals([passed.phase, sent(passed)], ["RECONCILING.resolving", ["lookup"]]);
});

Deno.test("intent: read back as changed before the answer came, a lost answer still ends", () => {
  const seen = after(
    open(amendable),
    priced("101"),
    say.verify(),
    say.found({ limitPrice: decimal("101") }),
  );
  assertEquals(seen.phase, "RECONCILING.amending");
  const dueAt = seen.deadlines.amend ?? NaN;
  const read = after(seen, say.passed("amend", dueAt));
  assertEquals(read.phase, "RECONCILING.resolving");
  assertEquals(after(read, say.found({ limitPrice: decimal("101") })).phase, "ACTIVE.open");
});

Deno.test("intent: until an amend is answered, the larger amount counts as possibly live", () => {
  const asked = after(open(amendable), say.modify({ amount: decimal("3") }));
  assertEquals(exposureBounds(asked).possiblyLive, "3");
  const doubted = after(asked, say.amendUnknown(2));
  assertEquals(exposureBounds(doubted).maxFilled, "3");
  const coalesced = after(asked, say.modify({ amount: decimal("0.5") }));
  assertEquals(exposureBounds(coalesced).possiblyLive, "3", "what was sent may have arrived");
  assertEquals(exposureBounds(after(asked, say.amendRefused(2))).possiblyLive, "1");
});

Deno.test("intent: rapid modifies coalesce: only the newest generation follows the answer", () => {
  const asked = after(open(amendable), priced("101"));
  const more = after(asked, priced("102"));
  const most = after(more, priced("103"));
  assertEquals([sent(more), sent(most)], [[], []]);
  const next = after(most, say.amended(2, { limitPrice: decimal("101") }));
  const [command] = next.effects.commands;
  assertEquals(
    command?.type === "amend" && [command.generation, command.order.limitPrice],
    [4, decimal("103")],
  );
});

Deno.test("intent: where the venue cannot amend, the old order is canceled and proven dead first", () => {
  const replacing = after(open(), priced("101"));
  assertEquals([replacing.phase, sent(replacing)], ["RECONCILING.replacing", ["cancel"]]);
  const answered = after(replacing, say.canceled());
  assertEquals([answered.phase, answered.work.ticket], ["RECONCILING.replacing", false]);
  const proven = after(answered, gone);
  assertEquals([proven.phase, sent(proven)], ["PENDING.ready", ["ticket"]]);
});

Deno.test("intent: a replacement sends the amount less what was filled", () => {
  const next = after(
    open(),
    say.filled("t1", "0.4"),
    priced("101"),
    say.updated({ status: "CANCELED", filled: decimal("0.4") }),
    say.granted("c2"),
  );
  assertEquals(next.attempts[1]?.amount, "0.6");
  const accepted = after(next, say.accepted(2, { exchangeOrderId: "x2" }));
  assertEquals(told(accepted), ["OrderAccepted", "OrderModified"]);
});

Deno.test("intent: a replacement waits for every trade of the old order", () => {
  const owed = after(
    open(),
    priced("101"),
    say.updated({ status: "CANCELED", filled: decimal("0.4") }),
  );
  assertEquals([owed.phase, owed.work.ticket], ["RECONCILING.resolving", false]);
  const booked = after(owed, say.filled("t1", "0.4"));
  assertEquals([booked.phase, sent(booked)], ["PENDING.ready", ["ticket"]]);
});

Deno.test("intent: nothing left to replace completes the intent", () => {
  const next = after(
    open(),
    say.filled("t1", "0.4"),
    say.modify({ amount: decimal("0.4") }),
    say.updated({ status: "CANCELED", filled: decimal("0.4") }),
  );
  assertEquals(next.phase, "COMPLETED");
});

Deno.test("intent: filled while being replaced, it is COMPLETED and nothing follows", () => {
  const next = after(
    open(),
    priced("101"),
    say.filled("t1", "1", { status: "FILLED", filled: decimal("1") }),
  );
  assertEquals([next.phase, sent(next)], ["COMPLETED", []]);
});

Deno.test("intent: a replacement refused after the old one is dead is FAILED, its fills kept", () => {
  const failed = after(
    open(),
    say.filled("t1", "0.4"),
    priced("101"),
    say.updated({ status: "CANCELED", filled: decimal("0.4") }),
    say.granted("c2"),
    say.refused(2),
  );
  assertEquals([failed.phase, failed.filled], ["FAILED", "0.4"]);
});

Deno.test("intent: canceled while being replaced, nothing is placed any more", () => {
  const canceled = after(open(), priced("101"), say.cancel(), gone);
  assertEquals([canceled.phase, canceled.attemptCount], ["CANCELED", 1]);
});

Deno.test("intent: modifies while replacing coalesce into the next attempt", () => {
  const next = after(open(), priced("101"), priced("102"), gone, say.granted("c2"));
  assertEquals(next.attempts[1]?.limitPrice, "102");
  assertEquals(next.attempts[1]?.generation, 3);
});

Deno.test("intent: a change that the live order already meets needs no request", () => {
  const back = after(open(amendable), say.modify({}));
  assertEquals([back.phase, sent(back)], ["ACTIVE.open", []]);
  assertEquals(orderState(back).observedGeneration, 2);
});

Deno.test("intent: an amount below what an amend can reach is a cancel, not an amend", () => {
  const filled = after(open(amendable), say.filled("t1", "0.4"));
  assertEquals(
    after(filled, say.modify({ amount: decimal("0.4") })).phase,
    "RECONCILING.replacing",
  );
});

Deno.test("intent: modified before its ticket, the attempt takes the newest specification", () => {
  const context = after(aContext(), say.verify(), priced("101"), say.granted());
  assertEquals(context.attempts[0]?.limitPrice, "101");
});

Deno.test("intent: modify and cancel of a terminal intent change nothing", () => {
  const done = after(open(), say.cancel(), gone);
  assertEquals(after(done, priced("101"), say.cancel()).intent, done.intent);
});
