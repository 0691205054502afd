/**
 * What the venue was told of an order beside quantity and price. No amend changes it, so that a
 * change of it takes a replacement, and until that is proven the old terms stand at the venue.
 */
import type { StandardOrder } from "../src/model/order.ts";
import type { AttemptRecord } from "./intent_context.ts";

export interface Terms {
  readonly reduceOnly: boolean;
  /** The others, to be compared. */
  readonly others: string;
}

/** Undefined for those of most orders, so that they take no room. */
export function termsOf(order: StandardOrder): Terms | undefined {
  const { reduceOnly } = order;
  const others = othersOf(order);
  return !reduceOnly && others === "" ? undefined : { reduceOnly, others };
}

/** Whether what the venue was told for the attempt is what the order says. */
export function hasTermsOf(attempt: AttemptRecord, order: StandardOrder): boolean {
  const others = attempt.terms?.others ?? "";
  return isReduceOnly(attempt) === order.reduceOnly && others === othersOf(order);
}

/** Whether the order at the venue can only close what is held. */
export function isReduceOnly({ terms }: Pick<AttemptRecord, "terms">): boolean {
  return terms?.reduceOnly === true;
}

function othersOf(order: StandardOrder): string {
  const { postOnly, selfTradePrevention, icebergQty, marginMode, leverage } = order;
  return [
    heldUntil(order),
    postOnly ? "postOnly" : null,
    selfTradePrevention,
    icebergQty === null ? null : `iceberg ${icebergQty}`,
    marginMode,
    leverage === null ? null : `leverage ${leverage}`,
  ].filter((each) => each !== null).join(" ");
}

/** DAY is ours to end: at the venue it is GTC. */
function heldUntil({ timeInForce, goodTillTime }: StandardOrder): string | null {
  if (timeInForce === "GTC" || timeInForce === "DAY") return null;
  return timeInForce === "GTD" ? `GTD ${goodTillTime}` : timeInForce;
}
