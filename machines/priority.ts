/** How urgent a submit is, by what its order declares: what lowers risk goes before what raises it. */
import type { OrderIntent } from "../src/model/intent.ts";
import type { StandardOrder } from "../src/model/order.ts";
import type { RequestPriority } from "./request_queue.ts";

/**
 * `protect` for a stop that guards an exposure, `reduce` for what can only lower a position, else
 * `submit`. Whether a spot sale lowers anything depends on the balance, so it stays `submit`.
 */
export function submitPriority(
  { order, ownerIntentId }: Pick<OrderIntent, "order" | "ownerIntentId">,
): RequestPriority {
  // A child of another intent is there to guard what that one fills.
  if (ownerIntentId !== null) return "protect";
  if (!closes(order)) return "submit";
  return order.conditionalTriggers.some(isStop) ? "protect" : "reduce";
}

/** By its own words it opens nothing. */
function closes({ reduceOnly, positionSide, side }: StandardOrder): boolean {
  return reduceOnly || (positionSide === "LONG" && side === "SELL") ||
    (positionSide === "SHORT" && side === "BUY");
}

function isStop({ kind, role }: StandardOrder["conditionalTriggers"][number]): boolean {
  return role === "ENTRY" && (kind === "STOP_LOSS" || kind === "TRAILING_STOP");
}
