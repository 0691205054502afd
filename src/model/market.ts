/** Market data. */
import { z } from "zod";
import { type Decimal, DecimalSchema } from "./decimal.ts";
import { NameSchema, VenueIdSchema } from "./ids.ts";
import { BOOK_LEVELS_MAX } from "./limits.ts";
import { type Side, SideSchema, SymbolIdSchema } from "./order.ts";
import { type EpochMs, EpochMsSchema } from "./scalars.ts";
import { optional } from "./schema.ts";

/** The top of the book and the last prices, in quote units; null where there is none. */
export interface Ticker {
  /** Canonical symbol. */
  readonly symbol: string;
  /** Best price to sell at. */
  readonly bid: Decimal | null;
  /** Offered there, in base units. */
  readonly bidSize: Decimal | null;
  /** Best price to buy at. */
  readonly ask: Decimal | null;
  /** Offered there, in base units. */
  readonly askSize: Decimal | null;
  /** Price of the newest public trade. */
  readonly last: Decimal | null;
  /** The price the venue values positions at; derivatives only. */
  readonly mark: Decimal | null;
  /** The venue's average over other markets; derivatives only. */
  readonly index: Decimal | null;
  /** By the venue's clock. */
  readonly venueTime: EpochMs;
  /** By our clock. */
  readonly receivedAt: EpochMs;
}

/** A public trade. */
export interface Trade {
  /** The venue's; unique within the symbol. */
  readonly tradeId: string;
  /** Canonical symbol. */
  readonly symbol: string;
  /** In quote units. */
  readonly price: Decimal;
  /** In base units. */
  readonly quantity: Decimal;
  /** The taker's side. */
  readonly side: Side;
  /** By the venue's clock. */
  readonly venueTime: EpochMs;
}

/** All that is offered at one price. */
export interface BookLevel {
  /** In quote units. */
  readonly price: Decimal;
  /** In base units. */
  readonly quantity: Decimal;
  /** How many orders that is; null where the venue does not tell. */
  readonly numOrders: number | null;
}

/** Both sides of a book at one moment. */
export interface OrderBook {
  /** Canonical symbol. */
  readonly symbol: string;
  /** The key of the exchange in `openKernel({ exchanges })`. */
  readonly exchange: string;
  /** By the venue's clock; ours where it does not tell. */
  readonly timestamp: EpochMs;
  /** The venue's number of this state; null where it numbers nothing. */
  readonly sequence: number | null;
  /** High to low. */
  readonly bids: readonly BookLevel[];
  /** Low to high. */
  readonly asks: readonly BookLevel[];
  /** Null when a side is empty. */
  readonly bestBid: Decimal | null;
  /** As above. */
  readonly bestAsk: Decimal | null;
  /** Best ask less best bid; null when a side is empty. */
  readonly spread: Decimal | null;
}

/** One candle. */
export interface Ohlcv {
  /** By the venue's clock. */
  readonly openTime: EpochMs;
  /** Of the first trade, as the prices below in quote units. */
  readonly open: Decimal;
  /** The highest. */
  readonly high: Decimal;
  /** The lowest. */
  readonly low: Decimal;
  /** Of the last trade so far. */
  readonly close: Decimal;
  /** In base units. */
  readonly volume: Decimal;
}

export const TickerSchema: z.ZodType<Ticker, unknown> = z.strictObject({
  symbol: SymbolIdSchema,
  bid: optional(DecimalSchema),
  bidSize: optional(DecimalSchema),
  ask: optional(DecimalSchema),
  askSize: optional(DecimalSchema),
  last: optional(DecimalSchema),
  mark: optional(DecimalSchema),
  index: optional(DecimalSchema),
  venueTime: EpochMsSchema,
  receivedAt: EpochMsSchema,
});

export const TradeSchema: z.ZodType<Trade, unknown> = z.strictObject({
  tradeId: VenueIdSchema,
  symbol: SymbolIdSchema,
  price: DecimalSchema,
  quantity: DecimalSchema,
  side: SideSchema,
  venueTime: EpochMsSchema,
});

export const BookLevelSchema: z.ZodType<BookLevel, unknown> = z.strictObject({
  price: DecimalSchema,
  quantity: DecimalSchema,
  numOrders: optional(z.number().int().min(0)),
});

export const OrderBookSchema: z.ZodType<OrderBook, unknown> = z.strictObject({
  symbol: SymbolIdSchema,
  exchange: NameSchema,
  timestamp: EpochMsSchema,
  sequence: optional(z.number().int().min(0)),
  bids: z.array(BookLevelSchema).max(BOOK_LEVELS_MAX),
  asks: z.array(BookLevelSchema).max(BOOK_LEVELS_MAX),
  bestBid: optional(DecimalSchema),
  bestAsk: optional(DecimalSchema),
  spread: optional(DecimalSchema),
});

export const OhlcvSchema: z.ZodType<Ohlcv, unknown> = z.strictObject({
  openTime: EpochMsSchema,
  open: DecimalSchema,
  high: DecimalSchema,
  low: DecimalSchema,
  close: DecimalSchema,
  volume: DecimalSchema,
});
