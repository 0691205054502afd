import { assert, assertEquals } from "@std/assert";
import type { z } from "zod";
import { AccountStateSchema, BalanceSchema, PositionSchema } from "../../src/model/account.ts";
import { DriftSchema } from "../../src/model/drift.ts";
import { EVENT_TYPES, EventFilterSchema, KernelEventSchema } from "../../src/model/event.ts";
import { FillSchema } from "../../src/model/fill.ts";
import {
  AssetMetadataSchema,
  InstrumentSchema,
  SymbolMetadataSchema,
} from "../../src/model/instrument.ts";
import { AttemptSchema, OrderIntentSchema, OrderStateSchema } from "../../src/model/intent.ts";
import { OhlcvSchema, OrderBookSchema, TickerSchema, TradeSchema } from "../../src/model/market.ts";
import { EpochMsSchema } from "../../src/model/scalars.ts";
import { VenueOrderSchema } from "../../src/model/venue.ts";
import {
  assetMetadataInput,
  AT,
  attemptInput,
  balanceInput,
  driftInput,
  eventInput,
  fillInput,
  instrumentInput,
  intentInput,
  orderStateInput,
  positionInput,
  symbolMetadataInput,
  venueOrderInput,
} from "./builders.ts";

type AnySchema = z.ZodType<unknown, unknown>;

const SHAPES: Readonly<Record<string, readonly [AnySchema, Record<string, unknown>]>> = {
  Instrument: [InstrumentSchema, instrumentInput()],
  SymbolMetadata: [SymbolMetadataSchema, symbolMetadataInput()],
  AssetMetadata: [AssetMetadataSchema, assetMetadataInput()],
  Fill: [FillSchema, fillInput()],
  Attempt: [AttemptSchema, attemptInput()],
  OrderIntent: [OrderIntentSchema, intentInput()],
  OrderState: [OrderStateSchema, orderStateInput()],
  Balance: [BalanceSchema, balanceInput()],
  Position: [PositionSchema, positionInput()],
  AccountState: [AccountStateSchema, {
    accountId: "a-1",
    exchange: "paper",
    balances: [balanceInput()],
    positions: [positionInput()],
    totalEquity: "100",
    totalMarginUsed: null,
    totalAvailableMargin: null,
    marginLevel: null,
    totalUnrealizedPnl: null,
    totalRealizedPnl: null,
    updatedAt: AT,
    metadata: {},
  }],
  KernelEvent: [KernelEventSchema, eventInput()],
  Drift: [DriftSchema, driftInput()],
  VenueOrder: [VenueOrderSchema, venueOrderInput()],
  Ticker: [TickerSchema, { symbol: "BTC/USDT", bid: "1", ask: 2.5, venueTime: AT, receivedAt: AT }],
  Trade: [TradeSchema, {
    tradeId: "1",
    symbol: "BTC/USDT",
    price: "1",
    quantity: "2",
    side: "SELL",
    venueTime: AT,
  }],
  OrderBook: [OrderBookSchema, {
    symbol: "BTC/USDT",
    exchange: "paper",
    timestamp: AT,
    sequence: 5,
    bids: [{ price: "1", quantity: "2", numOrders: null }],
    asks: [],
    bestBid: "1",
    bestAsk: null,
    spread: null,
  }],
  Ohlcv: [OhlcvSchema, { openTime: AT, open: "1", high: "2", low: "0.5", close: "1", volume: "0" }],
};

for (const [name, [schema, input]] of Object.entries(SHAPES)) {
  Deno.test(`schema: ${name} survives JSON and reading again unchanged`, () => {
    const value = schema.parse(input);
    assertEquals(schema.parse(JSON.parse(JSON.stringify(value))), value);
  });

  Deno.test(`schema: ${name} refuses unknown fields and a missing required one`, () => {
    assert(!schema.safeParse({ ...input, unheardOf: 1 }).success);
    const [first] = Object.keys(input);
    const { [first!]: _, ...rest } = input;
    assert(!schema.safeParse(rest).success, first);
    for (const other of [null, [], "text", 5]) assert(!schema.safeParse(other).success);
  });
}

Deno.test("schema: a money field takes numbers but holds text", () => {
  const fill = FillSchema.parse({ ...fillInput(), price: 50000.5 });
  assertEquals<string>(fill.price, "50000.5");
});

Deno.test("schema: a fill has a positive quantity; its fee may be a rebate", () => {
  assert(!FillSchema.safeParse({ ...fillInput(), quantity: "0" }).success);
  assertEquals<unknown>(FillSchema.parse(fillInput()).fee, { asset: "BNB", amount: "-0.00001" });
});

Deno.test("schema: a balance owes nothing unless it says so", () => {
  const balance = BalanceSchema.parse(balanceInput());
  assertEquals<readonly string[]>([balance.borrowed, balance.interest], ["0", "0"]);
});

Deno.test("schema: an instrument has a canonical symbol and positive steps", () => {
  for (const change of [{ symbol: "BTCUSDT" }, { tickSize: "0" }, { instrumentType: "SWAP" }]) {
    assert(!InstrumentSchema.safeParse({ ...instrumentInput(), ...change }).success);
  }
});

Deno.test("schema: fees keyed by a reserved name never reach a prototype", () => {
  const text = JSON.stringify({ ...orderStateInput(), fees: { X: "1" } });
  const input: unknown = JSON.parse(text.replace('"fees":{', '"fees":{"__proto__":"5",'));
  const result = OrderStateSchema.safeParse(input);
  assert(!result.success || Object.keys(result.data.fees).join() === "X");
});

Deno.test("schema: times are integers of milliseconds that a Date can hold", () => {
  for (const time of [0, AT, 8.64e15]) assertEquals(EpochMsSchema.parse(time), time);
  for (const time of [-1, 0.5, 8.64e15 + 2, NaN, "0", null]) {
    assert(!EpochMsSchema.safeParse(time).success, String(time));
  }
});

Deno.test("schema: an event filter takes one type or several, and keeps no empty field", () => {
  assertEquals(EventFilterSchema.parse({ type: "OrderFilled", intentId: undefined }), {
    type: "OrderFilled",
  });
  assertEquals(EventFilterSchema.parse({ type: [...EVENT_TYPES] }).type, [...EVENT_TYPES]);
  assertEquals(Object.keys(EventFilterSchema.parse({ intentId: undefined })), []);
  assert(!EventFilterSchema.safeParse({ type: "OrderEaten" }).success);
  assert(!EventFilterSchema.safeParse({ kind: "OrderFilled" }).success);
});
