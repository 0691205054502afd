/** What a placement and an adoption have in common: the intent they begin, and room for it. */
import { DeniedError } from "../src/model/errors.ts";
import type { OrderIntent } from "../src/model/intent.ts";
import { LIVE_INTENTS_MAX } from "../src/model/limits.ts";
import type { StandardOrder } from "../src/model/order.ts";
import type { PlaceData } from "../src/model/place_options.ts";
import type { EpochMs, IntentId } from "../src/model/scalars.ts";
import type { Exchange } from "./exchange.ts";

/** Of the first generation, as nobody has changed it. */
export function newIntent(
  { intentId, exchangeId, order, given, now }: {
    readonly intentId: IntentId;
    readonly exchangeId: string;
    readonly order: StandardOrder;
    readonly given: PlaceData;
    readonly now: EpochMs;
  },
): OrderIntent {
  return {
    intentId,
    exchangeId,
    order,
    groupId: null,
    ownerIntentId: null,
    strategyId: given.strategyId ?? null,
    labels: given.labels ?? {},
    metadata: given.metadata ?? null,
    desired: "WORKING",
    generation: 1,
    resourceVersion: 1,
    createdAt: now,
    updatedAt: now,
  };
}

/** @throws {DeniedError} when the exchange holds as many as it may. */
export function denyFull({ id, book }: Exchange, action: string): void {
  if (book.size < LIVE_INTENTS_MAX) return;
  throw new DeniedError(
    "TOO_MANY_INTENTS",
    `Cannot ${action}: ${id} holds ${book.size} live intents, the limit`,
    { limit: LIVE_INTENTS_MAX },
  );
}
