/** Orders that may not become what they were not meant to be. */
import type { VenueOrder } from "../../model/venue.ts";
import { holds, same } from "../expect.ts";
import type { Placed, Stage } from "../stage.ts";

/** Statuses of an order that trades no more, filled or not. */
export const enders: ReadonlySet<VenueOrder["status"]> = new Set([
  "CANCELED",
  "EXPIRED",
  "REJECTED",
]);

/**
 * What is claimed `NO` must be refused here or there: an order that goes out without what it was
 * asked with is another order.
 */
export async function refusesShape(
  stage: Stage,
  fields: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { outcome, ref } = await stage.submit(stage.request(fields));
  holds(
    outcome.kind === "notSent" || outcome.kind === "refused",
    "an order with what is claimed NO is refused, never sent without it",
    outcome,
  );
  await isNowhere(stage, ref.clientOrderId);
}

/** Refused at once, or taken and ended by the venue itself. @returns the ended order, or null. */
export async function refusedOrEnded(stage: Stage, placed: Placed): Promise<VenueOrder | null> {
  const { outcome, ref } = placed;
  if (outcome.kind === "refused") {
    await isNowhere(stage, ref.clientOrderId);
    return null;
  }
  holds(outcome.kind === "accepted", "it is refused, or taken and ended", outcome);
  return await stage.reads(ref, ...enders, "FILLED");
}

/** The venue holds no order of this id that could still trade, or has traded. */
export async function isNowhere(stage: Stage, clientOrderId: string): Promise<void> {
  const { execution } = stage.adapter;
  const { symbolId } = stage.target;
  const found = await execution.lookup({ symbolId, clientOrderId, exchangeOrderId: null });
  const isGone = found.kind === "absent" ||
    (found.kind === "found" && enders.has(found.order.status) && found.order.filled === "0");
  holds(isGone, "what was refused is not at the venue", found);
  if (stage.target.ledger === undefined) return;
  const held = (await stage.ledger(clientOrderId)).filter(({ live, filled }) =>
    live || filled !== "0"
  );
  same(held, [], "what was refused, in the venue's books");
}
