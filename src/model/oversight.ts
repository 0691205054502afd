/** What a person sees and decides beside orders: drifts, verdicts, and the orders of others. */
import type { Page } from "../stores/store.ts";
import type { Decimal } from "./decimal.ts";
import type { Drift, DriftFilter } from "./drift.ts";
import type { JsonValue, OrderIntent, OrderState } from "./intent.ts";
import type { Side, StandardOrderStatus } from "./order.ts";
import type { EpochMs, ExchangeOrderId, IntentId } from "./scalars.ts";

/** The disagreements of one exchange with its venue. Events tell them too: `DriftDetected`. */
export interface DriftControl {
  /**
   * A page of drifts, oldest first, as last made durable; open and settled ones.
   *
   * @throws {ValidationError} when the limit is no positive integer or the cursor is not ours.
   * @example
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { openKernel } from "@exchange-kernel/kernel";
   *
   * await using kernel = await openKernel({ exchanges: { paper: { kind: "paper" } } });
   * const open = kernel.exchange("paper").drift.list({ status: "OPEN" });
   * assertEquals(open.items, []); // the two sides agree
   * ```
   */
  list(filter?: DriftFilter): Page<Drift>;
  /**
   * Accepts what the drift proposes, carries out its `fix` if it has one, and closes it as
   * `APPROVED`. A proposed fill is booked then, and only then; its trade id is `approved:` and the
   * drift's id.
   *
   * @param note why, for those who read the record; at most 512 characters.
   * @throws {NotFoundError} when there is no such drift on this exchange.
   * @throws {ConflictError} when it is not open, or needs a verdict (`resolveIntent`) instead.
   * @example
   * ```ts
   * import { assertRejects } from "@std/assert";
   * import { NotFoundError, openKernel } from "@exchange-kernel/kernel";
   *
   * await using kernel = await openKernel({ exchanges: { paper: { kind: "paper" } } });
   * const { drift } = kernel.exchange("paper");
   * for (const { driftId } of drift.list({ status: "OPEN", kind: "FillMismatch" }).items) {
   *   await drift.approve(driftId, "seen on the venue's statement");
   * }
   * await assertRejects(() => drift.approve("none"), NotFoundError);
   * ```
   */
  approve(driftId: string, note?: string): Promise<void>;
  /**
   * Closes the drift as `DISMISSED` without acting. It is not opened again while nothing about it
   * changes.
   *
   * @param reason why, for those who read the record; at most 512 characters.
   * @throws {NotFoundError} when there is no such drift on this exchange.
   * @throws {ConflictError} when it is not open.
   * @example
   * ```ts
   * import { assertRejects } from "@std/assert";
   * import { NotFoundError, openKernel } from "@exchange-kernel/kernel";
   *
   * await using kernel = await openKernel({ exchanges: { paper: { kind: "paper" } } });
   * const { drift } = kernel.exchange("paper");
   * await assertRejects(() => drift.dismiss("none", "a transfer of ours"), NotFoundError);
   * ```
   */
  dismiss(driftId: string, reason?: string): Promise<void>;
}

/** One order at the venue: of an intent, or of somebody else. */
export interface OrderView {
  /** The key of the exchange in `openKernel({ exchanges })`. */
  readonly exchangeId: string;
  /** Placed by somebody else: it is shown and never touched. */
  readonly external: boolean;
  /** Whose order it is; null for orders of others. */
  readonly intentId: IntentId | null;
  /** The venue's id; null while it has not told it. */
  readonly exchangeOrderId: ExchangeOrderId | null;
  /** The client order id, ours or as somebody else gave it. */
  readonly clientOrderId: string | null;
  /** Canonical symbol. */
  readonly symbolId: string;
  /** Which way the base asset moves. */
  readonly side: Side;
  /** What the venue last said of it; null until it said anything. */
  readonly status: StandardOrderStatus | null;
  /** Total quantity, in base units, filled or not. */
  readonly amount: Decimal;
  /** In quote units per base unit; null for a market order. */
  readonly limitPrice: Decimal | null;
  /** By the venue's count, in base units. */
  readonly filled: Decimal;
  /** When that was so: by our clock for ours, by the venue's for those of others. */
  readonly updatedAt: EpochMs;
}

/** Which orders to list: all given fields must match. */
export interface OrderFilter {
  /** Canonical symbol. */
  readonly symbolId?: string;
  /** Top states of our intents, e.g. `ACTIVE`; no order of others has one. */
  readonly state?: string | readonly string[];
  /** Orders of intents that carry all of these labels; no order of others does. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Orders of ended intents too. Default: only if `state` is given. */
  readonly includeTerminal?: boolean;
  /** Open orders that somebody else placed, behind ours. Default: false. */
  readonly external?: boolean;
  /** Rows of the page. Default: 100; above 1,000 it is cut to that. */
  readonly limit?: number;
  /** From a previous page's `next`. */
  readonly cursor?: string;
}

/** What may accompany an adoption: how the new intent is named and found again. */
export interface AdoptOptions {
  /** Needed where the venue uses the same id on two symbols. */
  readonly symbolId?: string;
  /** Caller-chosen; default: made here. */
  readonly intentId?: IntentId;
  /** Kept with the intent and given back; at most 16 KiB as JSON. */
  readonly metadata?: JsonValue;
  /** For selecting intents and events: at most 32, by Kubernetes' rules for labels. */
  readonly labels?: Readonly<Record<string, string>>;
  /** For the caller's own accounting: `[A-Za-z0-9._-]{1,64}`. */
  readonly strategyId?: string;
}

/** The part of an exchange that is for a person's eyes and decisions. */
export interface Oversight {
  /** What disagrees with the venue, and what to do about it. */
  readonly drift: DriftControl;
  /**
   * Says what became of an order whose outcome no read can prove any more (condition `OutcomeKnown`
   * with reason `Indeterminate`). The reads that led there are in its `MissingOrder` drift. Only
   * this, or the venue itself, ends such a doubt; the verdict is recorded with the intent and told
   * as `OrderOutcomeResolved`.
   *
   * @param verdict an {@linkcode IntentVerdict}: `{ kind: "absent" }`, `{ kind: "canceled",
   *   filled?, price? }` or `{ kind: "filled", price? }`, each with a `note` if you like. What it
   *   adds to the trades booked so far is booked at `price`, under a trade id of its own.
   * @returns once the verdict is durable; after `absent` the order's `onAbsent` decides.
   * @throws {ValidationError} when the verdict contradicts what the venue has told, or lacks a
   *   price.
   * @throws {NotFoundError} when there is no such intent on this exchange.
   * @throws {ConflictError} when its outcome is not indeterminate.
   * @example
   * ```ts
   * import { assertRejects } from "@std/assert";
   * import { ConflictError, openKernel } from "@exchange-kernel/kernel";
   *
   * await using kernel = await openKernel({ exchanges: { paper: { kind: "paper" } } });
   * const paper = kernel.exchange("paper");
   * const order = { symbolId: "BTC/USDT", side: "BUY", amount: "0.01", limitPrice: "20000" };
   * const intentId = await paper.placeOrder(order, { waitFor: "accepted" });
   *
   * const verdict = { kind: "canceled", filled: "0", note: "not on the venue's page" };
   * // Its outcome is known: the venue has accepted it.
   * await assertRejects(() => paper.resolveIntent(intentId, verdict), ConflictError);
   * ```
   */
  resolveIntent(intentId: IntentId, verdict: unknown): Promise<void>;
  /**
   * Makes an open order that somebody else placed an intent of ours: from then on it is canceled
   * and modified like any other, and its fills count. Nothing is sent for it. Until then no order
   * without our tag is ever touched.
   *
   * @param exchangeOrderId the venue's id, as `getAllOrders({ external: true })` shows it.
   * @param options a symbol, or how the intent is named and found again.
   * @returns the id of the intent, once it is durable.
   * @throws {NotFoundError} when the venue lists no such open order.
   * @throws {ConflictError} when an intent here has it already.
   * @throws {AlreadyExistsError} when `intentId` is taken.
   * @throws {ValidationError} when two symbols have that id, or the order cannot be described: one
   *   that waits for a trigger, or one without a limit price.
   * @example
   * ```ts
   * import { assertRejects } from "@std/assert";
   * import { NotFoundError, openKernel } from "@exchange-kernel/kernel";
   *
   * await using kernel = await openKernel({ exchanges: { paper: { kind: "paper" } } });
   * const paper = kernel.exchange("paper");
   * for (const { external, exchangeOrderId } of paper.getAllOrders({ external: true }).items) {
   *   if (external && exchangeOrderId !== null) await paper.adopt(exchangeOrderId);
   * }
   * await assertRejects(() => paper.adopt("4711", { symbolId: "BTC/USDT" }), NotFoundError);
   * ```
   */
  adopt(exchangeOrderId: ExchangeOrderId, options?: string | AdoptOptions): Promise<IntentId>;
  /**
   * A page of orders: the newest of each intent that has one, oldest intent first; then, if asked
   * for, the open orders of others as the venue last listed them.
   *
   * @param filter a symbol, or which orders to list.
   * @throws {ValidationError} when the limit is no positive integer or the cursor is not ours.
   * @example
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { openKernel } from "@exchange-kernel/kernel";
   *
   * await using kernel = await openKernel({ exchanges: { paper: { kind: "paper" } } });
   * const paper = kernel.exchange("paper");
   * const order = { symbolId: "BTC/USDT", side: "BUY", amount: "0.01", limitPrice: "20000" };
   * const intentId = await paper.placeOrder(order, { waitFor: "accepted" });
   *
   * const { items } = paper.getAllOrders({ symbolId: "BTC/USDT", external: true });
   * assertEquals(items.map((each) => [each.intentId, each.external]), [[intentId, false]]);
   * ```
   */
  getAllOrders(filter?: string | OrderFilter): Page<OrderView>;
}

/** The order of an intent: its newest attempt's; none before the first. */
export function orderOfIntent({ intent, state }: {
  readonly intent: OrderIntent;
  readonly state: OrderState;
}): readonly OrderView[] {
  const attempt = state.attempts.at(-1);
  if (attempt === undefined) return [];
  return [{
    exchangeId: intent.exchangeId,
    external: false,
    intentId: intent.intentId,
    exchangeOrderId: attempt.exchangeOrderId,
    clientOrderId: attempt.clientOrderId,
    symbolId: intent.order.symbolId,
    side: intent.order.side,
    status: attempt.status,
    amount: attempt.amount,
    limitPrice: attempt.limitPrice,
    filled: attempt.reported,
    updatedAt: state.lastSyncAt ?? attempt.answeredAt ?? attempt.admittedAt,
  }];
}
