/** What a venue says: of orders, and of requests that asked something of it. */
import { z } from "zod";
import { type Decimal, DecimalSchema } from "./decimal.ts";
import { type Fill, FillSchema } from "./fill.ts";
import { VenueIdSchema } from "./ids.ts";
import { MESSAGE_LENGTH_MAX, READ_ROWS_MAX } from "./limits.ts";
import {
  type Side,
  SideSchema,
  type StandardOrderStatus,
  StandardOrderStatusSchema,
  SymbolIdSchema,
} from "./order.ts";
import {
  type ClientOrderId,
  type EpochMs,
  EpochMsSchema,
  type ExchangeOrderId,
} from "./scalars.ts";
import { optional } from "./schema.ts";

/** Why an outcome is unknown. */
export interface UnknownCause {
  /** `TIMEOUT`, `CONNECTION_RESET`, `BAD_RESPONSE`, `SERVER_ERROR`, `DUPLICATE_ID`, `UNLISTED`. */
  readonly code: string;
  /** Redacted; never holds a key, a signature or a URL with either. */
  readonly message: string;
}

/** Why the venue refuses; only allow-listed (exchange, code) pairs come here. */
export interface RefusalReason {
  /** Ours, e.g. `INSUFFICIENT_FUNDS`, `RATE_LIMITED`, `FILTER`, `INVALID_TIMESTAMP`. */
  readonly code: string;
  /** The venue's own code, as text; null if it gave none. */
  readonly venueCode: string | null;
  /** The venue's words, cut to 512 characters. */
  readonly message: string;
  /** Set when the venue asks to come later (429, -1015): not a verdict on the order itself. ms. */
  readonly retryAfterMs?: number;
}

/** One order as the venue shows it. Quantities are in base units. */
export interface VenueOrder {
  /** The venue's id, as text. */
  readonly exchangeOrderId: ExchangeOrderId;
  /** Ours, or a foreign order's as it came; null if the venue left it out. */
  readonly clientOrderId: ClientOrderId | null;
  /** Canonical symbol. */
  readonly symbolId: string;
  /** Which way the base asset moves. */
  readonly side: Side;
  /** `UNKNOWN` for what cannot be mapped; it then proves nothing. */
  readonly status: StandardOrderStatus;
  /** Total quantity of the order, filled or not. */
  readonly amount: Decimal;
  /** In quote units per base unit; null for a market order. */
  readonly limitPrice: Decimal | null;
  /** Cumulative, by the venue's count. */
  readonly filled: Decimal;
  /** Why it ended, if the venue says: `TIME_IN_FORCE`, `SELF_TRADE_PREVENTION`, `LIQUIDATION`. */
  readonly cause: string | null;
  /** When it was so, by the venue's clock. */
  readonly venueTime: EpochMs;
  /** Trades that came with this message: some venues send them along with the order. */
  readonly fills: readonly Fill[];
}

/** What is known after an order was handed to the adapter. */
export type SubmitOutcome =
  | { readonly kind: "accepted"; readonly order: VenueOrder }
  | { readonly kind: "refused"; readonly reason: RefusalReason }
  /** Stopped at the gate: definitely not sent; `message` is for a person. */
  | { readonly kind: "notSent"; readonly reason: string; readonly message?: string }
  /** Look it up; never assume, never resend blindly. */
  | { readonly kind: "unknown"; readonly cause: UnknownCause };

/** `accepted` says the venue took the request; what became of the order is read back afterwards. */
export type CancelOutcome =
  | { readonly kind: "accepted"; readonly order: VenueOrder | null }
  | { readonly kind: "refused"; readonly reason: RefusalReason }
  /** The venue does not find it: no proof of anything. */
  | { readonly kind: "notFound" }
  | { readonly kind: "notSent"; readonly reason: string }
  | { readonly kind: "unknown"; readonly cause: UnknownCause };

/** What is known after a change; `accepted` holds the order as changed. */
export type AmendOutcome = SubmitOutcome;

/** What a read gave; a failed one proves nothing. */
export type ReadOutcome<T> =
  | { readonly kind: "read"; readonly value: T; readonly venueTime: EpochMs }
  | { readonly kind: "failed"; readonly cause: UnknownCause; readonly retryAfterMs?: number };

/** One measure of the venue's clock against ours. */
export interface ClockReading {
  /** Its time less ours. */
  readonly offsetMs: number;
  /** From the question to the answer. */
  readonly roundTripMs: number;
  /** The venue tells its time in steps of this, rounded down; absent: in milliseconds. */
  readonly resolutionMs?: number;
}

/**
 * `absent` means: asked in open orders, history and trades, all answered, none knew the id, and the
 * answers were made no earlier than `venueTime` (the venue's clock).
 */
export type LookupOutcome =
  | { readonly kind: "found"; readonly order: VenueOrder; readonly venueTime: EpochMs }
  | { readonly kind: "absent"; readonly venueTime: EpochMs }
  | { readonly kind: "failed"; readonly cause: UnknownCause; readonly retryAfterMs?: number };

/** For facts that were parked as JSON and are read back. */
export const VenueOrderSchema: z.ZodType<VenueOrder, unknown> = z.strictObject({
  exchangeOrderId: VenueIdSchema,
  // A foreign order's client id is kept as it came.
  clientOrderId: optional(VenueIdSchema),
  symbolId: SymbolIdSchema,
  side: SideSchema,
  status: StandardOrderStatusSchema,
  amount: DecimalSchema,
  limitPrice: optional(DecimalSchema),
  filled: DecimalSchema,
  cause: optional(z.string().max(MESSAGE_LENGTH_MAX)),
  venueTime: EpochMsSchema,
  fills: z.array(FillSchema).max(READ_ROWS_MAX),
});
