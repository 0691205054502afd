/**
 * The user data stream of Binance spot over its WebSocket API. Source: binance-spot-api-docs,
 * user-data-stream.md; events come as `{"subscriptionId":0,"event":{"e":"executionReport",…}}`.
 */
import { ZERO } from "../../../../model/decimal.ts";
import type { Fill } from "../../../../model/fill.ts";
import { BALANCES_MAX } from "../../../../model/limits.ts";
import { parseSymbol } from "../../../../model/symbol.ts";
import type { VenueOrder } from "../../../../model/venue.ts";
import type { VenueFact } from "../../../exchange.ts";
import {
  asRow,
  asRows,
  decimalOf,
  flagOf,
  idOf,
  optionalText,
  textOf,
  timeOf,
} from "../../rows/fields.ts";
import type { Row } from "../../rows/fields.ts";
import type { CcxtExchange } from "../../ccxt.ts";
import { binanceSocketEntry } from "./socket_entry.ts";
import { answersId, type SocketPlan, type StreamReading } from "../../plans/socket_plan.ts";
import type { RowContext } from "../../plans/venue_call.ts";
import { balance, priceOrNull, sideOf, statusOf } from "./rows.ts";

/**
 * The venue pings every 20 s, below what a program on Deno sees, and a quiet account sends nothing.
 * 15 s of silence cost one probe of weight 1 then and find a dead link within one ping of it.
 */
const STALE_AFTER_MS = 15_000;

export const binancePrivateSocket: SocketPlan = {
  id: "private",
  staleAfterMs: STALE_AFTER_MS,
  url: ({ exchange }) => {
    const ws = asRow(exchange.urls.api["ws"]);
    return textOf(asRow(ws["ws-api"]), "spot");
  },
  greet: ({ exchange }) =>
    (exchange as CcxtBinance).ensureUserDataStreamWsSubscribeSignature("spot"),
  probe: (requestId) => ({ id: requestId, method: "ping" }),
  isProbeAnswer: answersId,
  read: readFrame,
  entry: binanceSocketEntry,
};

/** The method of `pro/binance.js` that subscribes by signature; not part of every ccxt class. */
interface CcxtBinance extends CcxtExchange {
  ensureUserDataStreamWsSubscribeSignature(marketType: string): Promise<void>;
}

export function readFrame(message: unknown, context: RowContext): StreamReading {
  const frame = asRow(message);
  const event = frame["event"] === undefined ? frame : asRow(frame["event"]);
  switch (event["e"]) {
    case "executionReport":
      return facts({ kind: "order", order: readReport(event, context), ...received(context) });
    case "outboundAccountPosition":
      return facts({ kind: "balances", balances: readPosition(event), ...received(context) });
    case "eventStreamTerminated":
    case "listenKeyExpired":
      return { kind: "ended", reason: `the venue ended the stream: ${textOf(event, "e")}` };
    case undefined:
      return { kind: "ccxt" };
    default: // balanceUpdate, listStatus, externalLockUpdate, serverShutdown: reads cover them.
      return { kind: "ignored" };
  }
}

/**
 * `{"e":"executionReport","s":"ETHBTC","c":"mUv…","S":"BUY","o":"LIMIT","f":"GTC","q":"1.0",`
 * `"p":"0.10264","C":"","x":"NEW","X":"NEW","r":"NONE","i":4293153,"l":"0.0","z":"0.0","L":"0.0",`
 * `"n":"0","N":null,"T":1499405658657,"t":-1,"w":true,"m":false,…}`
 */
function readReport(event: Row, context: RowContext): VenueOrder {
  const execution = textOf(event, "x");
  const { status, cause } = statusOf({
    status: textOf(event, "X"),
    type: textOf(event, "o"),
    timeInForce: optionalText(event, "f"),
    resting: event["w"] === undefined || flagOf(event, "w"),
  });
  const rejection = optionalText(event, "r");
  const order = {
    exchangeOrderId: idOf(event, "i"),
    clientOrderId: clientIdOf(event, execution),
    symbolId: context.symbolOf(textOf(event, "s")),
    side: sideOf(textOf(event, "S")),
    venueTime: timeOf(event, "T"),
  };
  return {
    ...order,
    status,
    amount: decimalOf(event, "q"),
    limitPrice: priceOrNull(decimalOf(event, "p")),
    filled: decimalOf(event, "z"),
    cause: rejection !== null && rejection !== "NONE" ? rejection : cause,
    fills: execution === "TRADE" ? [readFill(event, order, context)] : [],
  };
}

/** On a cancel `c` is the id of the cancel request itself and `C` the order's. */
function clientIdOf(event: Row, execution: string): string | null {
  const original = optionalText(event, "C");
  if ((execution === "CANCELED" || execution === "REPLACED") && original !== null) return original;
  return optionalText(event, "c");
}

function readFill(
  event: Row,
  order: Pick<Fill, "exchangeOrderId" | "clientOrderId" | "symbolId" | "side" | "venueTime">,
  { receivedAt }: RowContext,
): Fill {
  return {
    ...order,
    tradeId: idOf(event, "t"),
    intentId: null,
    price: decimalOf(event, "L"),
    quantity: decimalOf(event, "l"),
    fee: readFee(event, order),
    liquidity: flagOf(event, "m") ? "MAKER" : "TAKER",
    receivedAt,
  };
}

/** A trade that cost nothing may name no asset: that it was nothing is known all the same. */
function readFee(event: Row, { symbolId, side }: Pick<Fill, "symbolId" | "side">): Fill["fee"] {
  const asset = optionalText(event, "N");
  const amount = decimalOf(event, "n");
  if (asset !== null) return { asset, amount };
  const pair = parseSymbol(symbolId);
  if (amount !== ZERO || pair === null) return null;
  return { asset: side === "BUY" ? pair.base : pair.quote, amount };
}

/** `{"e":"outboundAccountPosition","u":1564034571073,"B":[{"a":"ETH","f":"10000.0","l":"0.0"}]}` */
function readPosition(event: Row) {
  const updatedAt = timeOf(event, "u");
  return asRows(event["B"], BALANCES_MAX).map((entry) => {
    const held = asRow(entry);
    const available = decimalOf(held, "f");
    return balance(textOf(held, "a"), { available, locked: decimalOf(held, "l"), updatedAt });
  });
}

function facts(fact: VenueFact): StreamReading {
  return { kind: "facts", facts: [fact] };
}

function received({ receivedAt }: RowContext) {
  return { receivedAt };
}
