/** One order inside the engine: mutable, in units of 10^-18, linked into the queue of its price. */
import { type Decimal, fromUnits, toUnits, ZERO } from "../../model/decimal.ts";
import type { Side } from "../../model/order.ts";
import type { EpochMs } from "../../model/scalars.ts";
import type { PriceLevel } from "./book_side.ts";
import type {
  EndCause,
  EngineTimeInForce,
  OrderOrigin,
  OrderType,
  PaperOrder,
  PaperOrderStatus,
  SelfTradePrevention,
  StoredOrder,
} from "./messages.ts";

/** What never changes over the life of an order. */
export interface OrderTerms {
  readonly orderId: number;
  readonly accountId: string;
  readonly symbolId: string;
  readonly side: Side;
  readonly type: OrderType;
  readonly timeInForce: EngineTimeInForce;
  readonly postOnly: boolean;
  readonly selfTradePrevention: SelfTradePrevention;
  readonly reduceOnly: boolean;
  readonly origin: OrderOrigin;
  readonly quoteQuantity: Decimal | null;
  readonly createdAt: EpochMs;
}

/** What an amendment may change. */
export interface OrderSize {
  readonly clientOrderId: string;
  readonly price: Decimal | null;
  readonly quantity: Decimal;
}

export class OrderEntry {
  readonly terms: OrderTerms;
  clientOrderId: string;
  /** Null for MARKET. */
  price: bigint | null;
  quantity: bigint;
  filled = 0n;
  filledQuote = 0n;
  /** Still locked for this order: base for a SELL, quote for a BUY; the notional of a contract. */
  lock = 0n;
  /** What of `remaining` its contract's order sums contain; 0 on spot (`position.ts`). */
  held = 0n;
  status: PaperOrderStatus = "OPEN";
  cause: EndCause | null = null;
  updatedAt: EpochMs;
  /** Place in the queue of its price; smaller goes first. */
  priority = 0;
  /** Where its trades begin and end in the account's list; 0 while it has none. */
  firstTradeId = 0;
  lastTradeId = 0;
  level: PriceLevel | null = null;
  /** What of `remaining` the level's `resting` contains; the book side keeps it. */
  counted = 0n;
  before: OrderEntry | null = null;
  after: OrderEntry | null = null;
  #shownPrice: Decimal | null;
  #shownQuantity: Decimal;
  #view: PaperOrder | null = null;

  constructor(terms: OrderTerms, size: OrderSize) {
    this.terms = terms;
    this.clientOrderId = size.clientOrderId;
    this.price = size.price === null ? null : toUnits(size.price);
    this.quantity = toUnits(size.quantity);
    this.updatedAt = terms.createdAt;
    this.#shownPrice = size.price;
    this.#shownQuantity = size.quantity;
  }

  get isOpen(): boolean {
    return this.status === "OPEN" || this.status === "PARTIALLY_FILLED";
  }

  get remaining(): bigint {
    return this.quantity - this.filled;
  }

  /** Must be called after every change of a field, before the next `view`. */
  touch(time: EpochMs): void {
    this.updatedAt = time;
    this.#view = null;
    this.#recount();
  }

  resize(size: OrderSize): void {
    this.clientOrderId = size.clientOrderId;
    this.price = size.price === null ? null : toUnits(size.price);
    this.quantity = toUnits(size.quantity);
    this.#shownPrice = size.price;
    this.#shownQuantity = size.quantity;
    this.#view = null;
    this.#recount();
  }

  markTrade(tradeId: number): void {
    if (this.firstTradeId === 0) this.firstTradeId = tradeId;
    this.lastTradeId = tradeId;
  }

  /** The same object until the next `touch`. */
  view(): PaperOrder {
    return this.#view ??= this.#picture();
  }

  stored(): StoredOrder {
    return { ...this.view(), priority: this.priority };
  }

  static restore(stored: StoredOrder): OrderEntry {
    const terms = {
      ...stored,
      // Files written before there were contracts have neither.
      reduceOnly: stored.reduceOnly ?? false,
      origin: stored.origin ?? "USER",
    };
    const entry = new OrderEntry(terms, stored);
    entry.filled = toUnits(stored.filled);
    entry.filledQuote = toUnits(stored.filledQuote);
    entry.status = stored.status;
    entry.cause = stored.cause;
    entry.updatedAt = stored.updatedAt;
    entry.priority = stored.priority;
    return entry;
  }

  #recount(): void {
    if (this.level === null) return;
    this.level.resting += this.remaining - this.counted;
    this.counted = this.remaining;
  }

  #picture(): PaperOrder {
    const terms = this.terms;
    const filled = this.filled === 0n ? ZERO : fromUnits(this.filled);
    return {
      orderId: terms.orderId,
      clientOrderId: this.clientOrderId,
      accountId: terms.accountId,
      symbolId: terms.symbolId,
      side: terms.side,
      type: terms.type,
      timeInForce: terms.timeInForce,
      postOnly: terms.postOnly,
      selfTradePrevention: terms.selfTradePrevention,
      reduceOnly: terms.reduceOnly,
      origin: terms.origin,
      price: this.#shownPrice,
      quantity: terms.quoteQuantity === null ? this.#shownQuantity : filled,
      quoteQuantity: terms.quoteQuantity,
      status: this.status,
      filled,
      filledQuote: this.filledQuote === 0n ? ZERO : fromUnits(this.filledQuote),
      cause: this.cause,
      createdAt: terms.createdAt,
      updatedAt: this.updatedAt,
    };
  }
}
