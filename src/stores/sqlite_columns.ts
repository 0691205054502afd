/**
 * The two JSON columns of an event row that its turn's look-ups are made from: `ids`, the ids that
 * route to the intent from now on, and `fills`. Positional, since every byte of a turn is written
 * to the log before its commit returns.
 */
import type { Fill } from "../model/fill.ts";
import { Cells, type Row } from "./sqlite_rows.ts";

export interface Ids {
  readonly clientOrderIds: readonly string[];
  readonly exchangeOrderIds: readonly string[];
}

const SIDES = ["BUY", "SELL"] as const;
const LIQUIDITIES = ["MAKER", "TAKER", "UNKNOWN"] as const;
/** In the order in which `writeFills` lists them. */
const FIELDS = [
  "trade_id",
  "exchange_order_id",
  "client_order_id",
  "symbol",
  "side",
  "price",
  "quantity",
  "fee_asset",
  "fee_amount",
  "liquidity",
  "venue_time",
  "received_at",
] as const;

export function writeIds({ clientOrderIds, exchangeOrderIds }: Ids): string | null {
  if (clientOrderIds.length === 0 && exchangeOrderIds.length === 0) return null;
  return JSON.stringify([clientOrderIds, exchangeOrderIds]);
}

/** @throws {StoreError} naming the row. */
export function readIds(column: string | null, event: number): Ids {
  if (column === null) return { clientOrderIds: [], exchangeOrderIds: [] };
  const cells = new Cells("event", { ids: column }, String(event));
  const [clientOrderIds, exchangeOrderIds] = cells.list("ids");
  if (!isTexts(clientOrderIds) || !isTexts(exchangeOrderIds)) {
    return cells.corrupt("ids", "two lists of texts expected");
  }
  return { clientOrderIds, exchangeOrderIds };
}

export function writeFills(fills: readonly Fill[]): string | null {
  if (fills.length === 0) return null;
  return JSON.stringify(fills.map((fill) => [
    fill.tradeId,
    fill.exchangeOrderId,
    fill.clientOrderId,
    fill.symbolId,
    fill.side,
    fill.price,
    fill.quantity,
    fill.fee?.asset ?? null,
    fill.fee?.amount ?? null,
    fill.liquidity,
    fill.venueTime,
    fill.receivedAt,
  ]));
}

/** Of one event row with its intent's id as `intent_id`. @throws {StoreError} naming the row. */
export function readFills(row: Row): readonly Fill[] {
  const event = new Cells("event", row, String(row.id));
  const intentId = event.text("intent_id");
  return event.list("fills").map((values) => {
    if (!Array.isArray(values)) return event.corrupt("fills", "a list of lists expected");
    const fields = Object.fromEntries(FIELDS.map((name, i) => [name, values[i]]));
    return readFill(new Cells("event", fields, `${row.id}, fills`), intentId);
  });
}

function readFill(cells: Cells, intentId: string): Fill {
  const feeAsset = cells.optionalText("fee_asset");
  return {
    tradeId: cells.text("trade_id"),
    intentId,
    clientOrderId: cells.optionalText("client_order_id"),
    exchangeOrderId: cells.text("exchange_order_id"),
    symbolId: cells.text("symbol"),
    side: cells.oneOf("side", SIDES),
    price: decimal(cells, "price"),
    quantity: decimal(cells, "quantity"),
    fee: feeAsset === null ? null : { asset: feeAsset, amount: decimal(cells, "fee_amount") },
    liquidity: cells.oneOf("liquidity", LIQUIDITIES),
    venueTime: cells.integer("venue_time"),
    receivedAt: cells.integer("received_at"),
  };
}

function decimal(cells: Cells, field: string): Fill["price"] {
  const text = cells.text(field);
  if (!/^-?\d+(\.\d+)?$/.test(text)) cells.corrupt(field, "not a decimal number");
  return text as Fill["price"]; // just checked
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((text) => typeof text === "string");
}
