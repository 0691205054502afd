/**
 * The user data stream of Binance USDⓈ-M futures by listen key, and the socket that takes orders.
 * Source: developers.binance.com, USDⓈ-M Futures, "User Data Streams" and "WebSocket API General
 * Info", and the announcement that the addresses without /public, /market or /private are gone
 * since 2026-04-23; read on 2026-11-21.
 */
import type { Fill } from "../../../../model/fill.ts";
import { BALANCES_MAX, POSITIONS_MAX } from "../../../../model/limits.ts";
import { subtract, ZERO } from "../../../../model/decimal.ts";
import { parseSymbol } from "../../../../model/symbol.ts";
import type { VenueOrder } from "../../../../model/venue.ts";
import type { VenueFact } from "../../../exchange.ts";
import type { CcxtExchange } from "../../ccxt.ts";
import { eachRow } from "../../rows/each_row.ts";
import {
  asRow,
  asRows,
  decimalOf,
  flagOf,
  idOf,
  optionalText,
  type Row,
  textOf,
  timeOf,
} from "../../rows/fields.ts";
import {
  answersId,
  PROBE_PREFIX,
  type SocketPlan,
  type StreamReading,
} from "../../plans/socket_plan.ts";
import type { RowContext, VenueCall } from "../../plans/venue_call.ts";
import { priceOrNull, sideOf, statusOf } from "../binance/rows.ts";
import { binanceUsdmSocketEntry } from "../binance/socket_entry.ts";
import { readPositionEvent, walletOf } from "./rows.ts";

/** The venue pings every 3 min, unseen here, and a quiet account sends nothing: as on spot. */
export const STALE_AFTER_MS = 15_000;
/** "A User Data Stream listenKey is valid for 60 minutes": two renewals in a row may be late. */
const RENEW_EVERY_MS = 20 * 60_000;

export const binanceUsdmPrivateSocket: SocketPlan = {
  id: "private",
  staleAfterMs: STALE_AFTER_MS,
  async url({ exchange, ask }) {
    const listenKey = textOf(asRow(await ask(listenKeyCall("POST"))), "listenKey");
    return `${streamUrl(exchange, "private")}?listenKey=${listenKey}`;
  },
  greet: async ({ client }) => void await client.connect(),
  probe: streamProbe,
  isProbeAnswer: answersStreamProbe,
  renewal: { everyMs: RENEW_EVERY_MS, call: () => listenKeyCall("PUT") },
  read: readFrame,
};

export const binanceUsdmOrderSocket: SocketPlan = {
  id: "orders",
  spare: true,
  staleAfterMs: STALE_AFTER_MS,
  url: ({ exchange }) => {
    const ws = asRow(exchange.urls.api["ws"]);
    return textOf(asRow(ws["ws-api"]), "future");
  },
  greet: async ({ client }) => void await client.connect(),
  // "Query Session Status": it needs no key.
  probe: (requestId) => ({ id: requestId, method: "session.status" }),
  isProbeAnswer: answersId,
  read: () => ({ kind: "ignored" }),
  entry: binanceUsdmSocketEntry,
};

/** `wss://fstream.binance.com/CATEGORY/ws`, of ccxt's own table. */
export function streamUrl(
  exchange: CcxtExchange,
  category: "public" | "market" | "private",
): string {
  return (exchange as CcxtBinance).getWsUrl("future", category);
}

interface CcxtBinance extends CcxtExchange {
  getWsUrl(type: string, category: string): string;
}

/** Request ids are unsigned integers here: probes count from here, subscriptions from 1. */
const PROBE_IDS_FROM = 1_000_000_000;

export function streamProbe(requestId: string): unknown {
  const id = PROBE_IDS_FROM + Number(requestId.slice(PROBE_PREFIX.length));
  return { method: "LIST_SUBSCRIPTIONS", id };
}

export function answersStreamProbe(message: unknown): boolean {
  if (typeof message !== "object" || message === null || !("id" in message)) return false;
  return typeof message.id === "number" && message.id >= PROBE_IDS_FROM;
}

/** The key of the account that the API key is of; asked for again, the same one. */
function listenKeyCall(method: "POST" | "PUT"): VenueCall {
  return { api: "fapiPrivate", path: "listenKey", method, params: {} };
}

export function readFrame(message: unknown, context: RowContext): StreamReading {
  const event = asRow(message);
  const { receivedAt } = context;
  switch (event["e"]) {
    case "ORDER_TRADE_UPDATE": {
      const order = readOrderUpdate(asRow(event["o"]), context);
      return { kind: "facts", facts: [{ kind: "order", order, receivedAt }] };
    }
    case "ACCOUNT_UPDATE":
      return { kind: "facts", facts: readAccountUpdate(event, context) };
    case "MARGIN_CALL":
      return { kind: "facts", facts: readMarginCall(event, context) };
    case "listenKeyExpired":
      return { kind: "ended", reason: "the venue ended the stream: listenKeyExpired" };
    default: // TRADE_LITE, ACCOUNT_CONFIG_UPDATE, …: other events or reads cover them.
      return { kind: "ignored" };
  }
}

/**
 * `{"s":"BTCUSDT","c":"TEST","S":"SELL","o":"LIMIT","f":"GTC","q":"0.001","p":"9910","x":"NEW",`
 * `"X":"NEW","i":8886774,"l":"0","z":"0","L":"0","N":"USDT","n":"0","T":1568879465650,"t":0,`
 * `"m":false,"R":false,"ps":"BOTH","rp":"0"}`. Unlike spot's, `c` is the order's id on a cancel,
 * too, since a cancel has none of its own.
 */
function readOrderUpdate(row: Row, context: RowContext): VenueOrder {
  const { status, cause } = statusOf({
    status: textOf(row, "X"),
    type: textOf(row, "o"),
    timeInForce: optionalText(row, "f"),
    resting: true, // Conditional orders are events of another kind: ALGO_UPDATE.
  });
  const order = {
    exchangeOrderId: idOf(row, "i"),
    clientOrderId: optionalText(row, "c"),
    symbolId: context.symbolOf(textOf(row, "s")),
    side: sideOf(textOf(row, "S")),
    venueTime: timeOf(row, "T"),
  };
  const execution = textOf(row, "x");
  return {
    ...order,
    status,
    amount: decimalOf(row, "q"),
    limitPrice: priceOrNull(decimalOf(row, "p")),
    filled: decimalOf(row, "z"),
    cause: execution === "CALCULATED" ? "LIQUIDATION" : cause,
    fills: execution === "TRADE" ? [readFill(row, order, context)] : [],
  };
}

function readFill(
  row: Row,
  order: Pick<Fill, "exchangeOrderId" | "clientOrderId" | "symbolId" | "side" | "venueTime">,
  { receivedAt }: RowContext,
): Fill {
  return {
    ...order,
    tradeId: idOf(row, "t"),
    intentId: null,
    price: decimalOf(row, "L"),
    quantity: decimalOf(row, "l"),
    fee: readFee(row, order.symbolId),
    liquidity: flagOf(row, "m") ? "MAKER" : "TAKER",
    receivedAt,
  };
}

/** "Will not push if no commission": then it was nothing, of what the contract settles in. */
function readFee(row: Row, symbolId: string): Fill["fee"] {
  const asset = optionalText(row, "N");
  if (asset !== null) return { asset, amount: decimalOf(row, "n") };
  const symbol = parseSymbol(symbolId);
  return symbol === null || symbol.kind === "SPOT" ? null : { asset: symbol.settle, amount: ZERO };
}

/**
 * `{"e":"ACCOUNT_UPDATE","T":1667881353112,"a":{"m":"ORDER","B":[{"a":"USDT","wb":"1127.95",`
 * `"cw":"1040.82"}],"P":[{"s":"BTCUSDT","pa":"-0.089",…}]}}`: what changed. What cross positions
 * hold is not told, so that `locked` is the margin of isolated ones alone until the next read.
 */
function readAccountUpdate(event: Row, context: RowContext): readonly VenueFact[] {
  const { receivedAt } = context;
  const account = asRow(event["a"]);
  const time = timeOf(event, "T");
  return [
    ...eachRow(asRows(account["B"] ?? [], BALANCES_MAX), "balances", (entry) => {
      const row = asRow(entry);
      const total = decimalOf(row, "wb");
      const locked = subtract(total, decimalOf(row, "cw"));
      const wallet = walletOf(textOf(row, "a"), { total, locked, updatedAt: time });
      return { kind: "balances", balances: [wallet], receivedAt };
    }),
    ...eachRow(asRows(account["P"] ?? [], POSITIONS_MAX), "positions", (entry) => ({
      kind: "positions",
      positions: [readPositionEvent(asRow(entry), { ...context, time })],
      receivedAt,
    })),
  ];
}

/**
 * "Event: Margin Call": "When the user's position risk ratio is too high", as read on 2026-11-21:
 * `{"e":"MARGIN_CALL","E":1587727187525,"cw":"3.16812045","p":[{"s":"ETHUSDT","ps":"LONG",`
 * `"pa":"1.327","mt":"CROSSED","iw":"0","mp":"187.17127","up":"-1.166074","mm":"1.614445"}]}`
 */
function readMarginCall(event: Row, context: RowContext): readonly VenueFact[] {
  return eachRow(asRows(event["p"], POSITIONS_MAX), "margin call", (entry) => {
    const row = asRow(entry);
    return {
      kind: "marginCall",
      symbolId: context.symbolOf(textOf(row, "s")),
      used: null,
      maintenance: decimalOf(row, "mm"),
      receivedAt: context.receivedAt,
    };
  });
}
