/** How a venue is asked to place, cancel and change one order, and how it answers. */
import type { Decimal } from "../../../model/decimal.ts";
import type { StandardOrder } from "../../../model/order.ts";
import type { ClientOrderId, EpochMs } from "../../../model/scalars.ts";
import type { VenueOrder } from "../../../model/venue.ts";
import type { AmendRequest, OrderRef, SubmitRequest } from "../../exchange.ts";
import type { CcxtExchange, CcxtMarket, CcxtSigned } from "../ccxt.ts";
import type { RowContext, VenueCall } from "./venue_call.ts";

/** How a {@link StandardOrder} is said to the venue, or why it cannot be. */
export type OrderForm =
  | {
    readonly kind: "order";
    readonly type: "limit" | "market";
    readonly side: "buy" | "sell";
    /** ccxt's params beside the client id. */
    readonly params: Readonly<Record<string, unknown>>;
    /** Equal for orders whose requests differ in time, client id, quantity and price only. */
    readonly shape: string;
  }
  | { readonly kind: "unsupported"; readonly reason: string };

/** What every mutating call is built from. */
export interface EntryContext {
  readonly exchange: CcxtExchange;
  readonly market: CcxtMarket;
  /** By the venue's clock; what is signed carries it. */
  readonly signedAt: EpochMs;
  /** By the venue's clock: later the request must do nothing. Said where the venue can hear it. */
  readonly validUntil: EpochMs;
}

export interface OrderValues {
  readonly form: Extract<OrderForm, { kind: "order" }>;
  readonly clientOrderId: ClientOrderId;
  /** Base units. */
  readonly amount: Decimal;
  /** Null for market orders. */
  readonly price: Decimal | null;
}

/** What a request says of the order: read from the very bytes that would be sent. */
export interface SentOrder {
  /** In our form. */
  readonly clientOrderId: string | null;
  /** Base units. */
  readonly amount: Decimal | null;
  readonly price: Decimal | null;
}

/** Names of the form fields that change from order to order of one shape. */
export interface FormFields {
  readonly timestamp: string;
  readonly clientOrderId: string;
  readonly amount: string;
  readonly price: string;
  readonly signature: string;
}

/** Throwing anywhere here means "not sent" (building) or "unknown" (reading an answer). */
export interface EntryPlan {
  form(order: StandardOrder, market: CcxtMarket): OrderForm;
  /** Usually ccxt's own `createOrderRequest`. */
  create(values: OrderValues, context: EntryContext): VenueCall;
  /** What the signed request says; it is not sent unless that is what was asked for. */
  sent(wire: CcxtSigned, context: EntryContext): SentOrder;
  /** How the venue spells quantity and price, e.g. in contracts; absent: as we do. For templates. */
  wireValues?(
    values: OrderValues,
    context: EntryContext,
  ): { readonly amount: string; readonly price: string | null };
  cancel(ref: OrderRef, context: EntryContext): VenueCall;
  /** Present only with `amendInPlace`. */
  amend?(request: AmendRequest, context: EntryContext): VenueCall;
  /**
   * The order an answer shows. An acknowledgement without the order's state becomes an `OPEN`
   * order with the ids it tells and nothing filled. Throws when it names no order.
   */
  created(answer: unknown, request: SubmitRequest, context: RowContext): VenueOrder;
  /** Null where the answer says no more than that the request was taken. */
  canceled(answer: unknown, ref: OrderRef, context: RowContext): VenueOrder | null;
  /** Null where the answer says no more than that the request was taken: the order is read then. */
  amended?(answer: unknown, request: AmendRequest, context: RowContext): VenueOrder | null;
  /**
   * Winds up the venue's own dead-man's switch, or disarms it; with a timer switch only. The symbol
   * matters where the switch is one symbol's; it is empty otherwise.
   */
  armDeadMansSwitch?(timeoutMs: number | null, rawSymbol: string): VenueCall;
  /**
   * Form bodies with an HMAC signature can be compiled once per shape; null where requests look
   * otherwise: ccxt then builds each.
   */
  readonly template: FormFields | null;
}
