/**
 * An order that somebody else placed becomes the only attempt of an intent of ours, because a person
 * asked for it by its id. Without that record nothing here would ever touch it (S9).
 *
 * I1 It is one order, known live: nothing is submitted for it.
 * I2 Its own client id routes nothing unless it is of our making: others may reuse theirs.
 */
import { mergeOrder, newAttempt } from "./attempts.ts";
import type { IntentContext } from "./intent_context.ts";
import type { IntentEvent } from "./intent_events.ts";

/** The adopted order as the first attempt; void for an intent that has one. */
export function adopted(
  context: IntentContext,
  { order, clientOrderId, at }: Extract<IntentEvent, { type: "order.adopted" }>,
): IntentContext {
  if (context.attemptCount > 0) return context;
  // Nothing was sent, so that nothing of it can still land.
  const attempt = newAttempt(
    context,
    { ticket: { clientOrderId, deadline: at }, at },
    order.amount,
  );
  const known = mergeOrder(
    {
      ...attempt,
      limitPrice: order.limitPrice,
      specifiedAt: order.venueTime,
      stale: true, // as of a listing: it is read before it is trusted
      adopted: { clientOrderId: order.clientOrderId },
    },
    order,
    at,
  );
  return { ...context, attempts: [known], attemptCount: 1, lastSyncAt: at };
}
