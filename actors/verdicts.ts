/**
 * What a person decides about an intent or a drift, checked here and carried out by the intent's own
 * turn: it is durable before anybody hears that it was done.
 */
import { lastAttempt } from "../machines/intent_context.ts";
import { fillsOfVerdict, verdictFault } from "../machines/verdict.ts";
import type { Clock } from "../src/model/clock.ts";
import { isPositive, min, subtract } from "../src/model/decimal.ts";
import type { Drift, DriftFix } from "../src/model/drift.ts";
import { ConflictError, NotFoundError, ValidationError } from "../src/model/errors.ts";
import type { Fill } from "../src/model/fill.ts";
import { parseOrThrow } from "../src/model/parse.ts";
import type { IntentId } from "../src/model/scalars.ts";
import { IntentVerdictSchema } from "../src/model/verdict.ts";
import type { Store } from "../src/stores/store.ts";
import type { IntentEvent } from "../machines/intent_events.ts";
import type { Entry } from "./entry.ts";
import type { Exchange } from "./exchange.ts";

export interface VerdictPorts {
  readonly exchange: Exchange;
  readonly store: Store;
  readonly clock: Clock;
}

/** Ends an indeterminate outcome. Resolves once that is durable. */
export async function resolveIntent(
  ports: VerdictPorts,
  intentId: IntentId,
  input: unknown,
): Promise<void> {
  const verdict = parseOrThrow(IntentVerdictSchema, input, "resolve intent");
  const { exchange, store, clock } = ports;
  const entry = exchange.book.entry(intentId);
  if (entry === undefined && store.intent(exchange.id, intentId) === undefined) {
    throw new NotFoundError(`Cannot resolve intent: ${exchange.id} has no intent ${intentId}`, {
      exchangeId: exchange.id,
      intentId,
    });
  }
  const attempt = entry === undefined ? undefined : lastAttempt(entry.context);
  if (entry?.context.indeterminate !== true || attempt === undefined) {
    const state = entry?.context.phase ?? "ended";
    throw new ConflictError(
      `Cannot resolve intent ${intentId}: its outcome is not indeterminate, it is ${state}`,
      { intentId, state },
    );
  }
  const fault = verdictFault(attempt, verdict);
  if (fault !== null) {
    const { code, field, rule, actual } = fault;
    const message = `Cannot resolve intent ${intentId}: ${field} ${rule}, got ${actual}`;
    throw new ValidationError(code, message, { field, rule, actual });
  }
  const at = clock.now();
  const venueTime = exchange.adapter.venueNow() ?? at;
  const made = fillsOfVerdict(entry.context, attempt, { verdict, at, venueTime });
  const fills = exchange.book.newFills(intentId, made);
  await tell(exchange, intentId, { type: "order.resolve", at, verdict, fills });
}

/**
 * Books the fill that a drift proposes: what of it the venue still counts and does not show, since
 * its trades may have come meanwhile. Approved twice, it is booked once: its trade id is the drift's.
 */
export async function bookProposed(
  { exchange, store, clock }: VerdictPorts,
  { driftId, intentId }: Drift,
  { attempt: number, price, quantity }: Extract<DriftFix, { kind: "bookFill" }>,
): Promise<void> {
  const entry = intentId === null ? undefined : entryOf(exchange, store, intentId);
  const attempt = entry?.context.attempts.find((a) => a.attempt === number);
  if (entry === undefined || attempt === undefined) {
    throw new ConflictError(
      `Cannot approve drift ${driftId}: attempt ${number} of intent ${intentId} is not kept`,
      { driftId, intentId },
    );
  }
  const at = clock.now();
  const { clientOrderId, reported, filled } = attempt;
  const owed = min(quantity, subtract(reported, filled));
  if (!isPositive(owed)) return;
  const fill: Fill = {
    tradeId: `approved:${driftId}`,
    intentId: entry.intentId,
    clientOrderId,
    exchangeOrderId: attempt.exchangeOrderId ?? `unknown:${clientOrderId}`,
    symbolId: entry.symbolId,
    side: entry.context.intent.order.side,
    price,
    quantity: owed,
    fee: null,
    liquidity: "UNKNOWN",
    venueTime: exchange.adapter.venueNow() ?? at,
    receivedAt: at,
  };
  const fills = exchange.book.newFills(entry.intentId, [fill]);
  if (fills.length === 0) return;
  await tell(exchange, entry.intentId, { type: "fill.approved", at, attempt: number, fills });
}

/** An ended intent comes back from the store, as for a late fact of the venue. */
function entryOf(exchange: Exchange, store: Store, intentId: IntentId): Entry | undefined {
  const entry = exchange.book.entry(intentId);
  if (entry !== undefined) return entry;
  const stored = store.intent(exchange.id, intentId);
  if (stored === undefined) return undefined;
  exchange.revive(stored);
  return exchange.book.entry(intentId);
}

function tell(exchange: Exchange, intentId: IntentId, event: IntentEvent): Promise<void> {
  return new Promise((resolve, reject) => {
    exchange.book.tell(intentId, event, { until: "durable", resolve, reject });
  });
}
