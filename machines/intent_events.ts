/** Everything an intent can be told. Commands are imperative; facts and answers are past tense. */
import type { Fill } from "../src/model/fill.ts";
import type { StandardOrder } from "../src/model/order.ts";
import type { ClientOrderId, EpochMs } from "../src/model/scalars.ts";
import type {
  AmendOutcome,
  CancelOutcome,
  LookupOutcome,
  SubmitOutcome,
  VenueOrder,
} from "../src/model/venue.ts";
import type { IntentVerdict } from "../src/model/verdict.ts";
import type { DeadlineName } from "./intent_context.ts";

/** `attempt` is the attempt's number; `at` is when the book delivers it. */
export type IntentEvent =
  | { readonly type: "order.granted"; readonly at: EpochMs; readonly ticket: Ticket }
  | {
    readonly type: "order.denied";
    readonly at: EpochMs;
    readonly code: string;
    readonly message: string;
  }
  | {
    readonly type: "submit.answered";
    readonly at: EpochMs;
    readonly attempt: number;
    /** When the attempt was known to be durable: the moment it was dispatched. */
    readonly committedAt?: EpochMs;
    readonly sentAt: EpochMs | null;
    readonly outcome: SubmitOutcome;
  }
  | {
    readonly type: "cancel.answered";
    readonly at: EpochMs;
    readonly attempt: number;
    readonly outcome: CancelOutcome;
  }
  | {
    readonly type: "amend.answered";
    readonly at: EpochMs;
    readonly attempt: number;
    readonly generation: number;
    readonly outcome: AmendOutcome;
  }
  | {
    readonly type: "lookup.answered";
    readonly at: EpochMs;
    readonly attempt: number;
    readonly outcome: LookupOutcome;
    readonly fills: readonly Fill[];
  }
  | {
    readonly type: "fills.answered";
    readonly at: EpochMs;
    readonly attempt: number;
    readonly fills: readonly Fill[];
  }
  | {
    readonly type: "order.updated";
    readonly at: EpochMs;
    readonly attempt: number;
    readonly order: VenueOrder;
  }
  | {
    readonly type: "order.filled";
    readonly at: EpochMs;
    readonly attempt: number;
    /** Never booked before: the book has removed what it knew. */
    readonly fills: readonly Fill[];
    readonly order: VenueOrder | null;
  }
  | { readonly type: "order.cancel"; readonly at: EpochMs }
  | { readonly type: "order.modify"; readonly at: EpochMs; readonly order: StandardOrder }
  | { readonly type: "order.resume"; readonly at: EpochMs }
  | { readonly type: "order.verify"; readonly at: EpochMs }
  /** A person says what became of the attempt in doubt; `fills` are what that books. */
  | {
    readonly type: "order.resolve";
    readonly at: EpochMs;
    readonly verdict: IntentVerdict;
    readonly fills: readonly Fill[];
  }
  /** A person has approved that these fills are booked without a trade of the venue. */
  | {
    readonly type: "fill.approved";
    readonly at: EpochMs;
    readonly attempt: number;
    readonly fills: readonly Fill[];
  }
  /** The first event of an intent made from an order that somebody else placed. */
  | {
    readonly type: "order.adopted";
    readonly at: EpochMs;
    /** The order's own if it is of our making, else one that the venue does not know. */
    readonly clientOrderId: ClientOrderId;
    readonly order: VenueOrder;
  }
  | { readonly type: "deadline.passed"; readonly at: EpochMs; readonly name: DeadlineName };

/** Leave to make one attempt: budget granted, caps passed, id and deadline fixed. */
export interface Ticket {
  readonly clientOrderId: ClientOrderId;
  readonly deadline: EpochMs;
}

export type IntentEventType = IntentEvent["type"];
