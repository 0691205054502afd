/**
 * Placing and canceling on Hyperliquid: actions that are signed as a whole, with a nonce and with
 * the time after which they are void. ccxt makes the order and the signature. Source:
 * hyperliquid.gitbook.io, "Exchange endpoint", read on 2026-11-21.
 */
import { type Decimal, equals, ZERO } from "../../../../model/decimal.ts";
import type { StandardOrder } from "../../../../model/order.ts";
import type { VenueOrder } from "../../../../model/venue.ts";
import type { SubmitRequest } from "../../../exchange.ts";
import type { CcxtMarket } from "../../ccxt.ts";
import type { EntryContext, EntryPlan, OrderForm, SentOrder } from "../../plans/entry_plan.ts";
import {
  asRow,
  asRows,
  decimalOf,
  idOf,
  optionalText,
  parseJson,
  RowError,
} from "../../rows/fields.ts";
import type { RowContext, VenueCall } from "../../plans/venue_call.ts";
import { CLOID, oidOf } from "./rows.ts";
import { type CcxtHyperliquid, marketBound } from "./session.ts";

export const hyperliquidEntry: EntryPlan = {
  form: formOf,
  create({ form, clientOrderId, amount, price }, context) {
    const { exchange, market } = context;
    const bound = price ?? marketBound(exchange, market, form.side);
    if (price === null) BOUNDS.set(context, bound);
    const order = exchange.createOrderRequest(market.symbol, "limit", form.side, amount, bound, {
      ...form.params,
      clientOrderId: CLOID.render(clientOrderId),
    });
    return action(context, { type: "order", orders: [order], grouping: "na" });
  },
  sent: ({ body }, context) => sentIn(asRow(parseJson(body ?? ""))["action"], context),
  // By its number where that is known: several orders may have one client id, and which of them a
  // cancel by it would end is not documented.
  cancel({ clientOrderId, exchangeOrderId }, context) {
    const { baseId } = context.market as CcxtMarket & { readonly baseId?: unknown };
    const asset = Number(baseId);
    if (!Number.isSafeInteger(asset)) throw new RowError("baseId is not the number of an asset");
    return action(
      context,
      exchangeOrderId === null
        ? { type: "cancelByCloid", cancels: [{ asset, cloid: CLOID.render(clientOrderId) }] }
        : { type: "cancel", cancels: [{ a: asset, o: oidOf(exchangeOrderId) }] },
    );
  },
  created,
  canceled(answer) {
    if (onlyStatus(answer) !== "success") throw new RowError("the cancel is not confirmed");
    return null;
  },
  template: null, // Each action is signed by itself, and no signature is of text.
};

/** Bounds of orders without a price, by the build they were made for. */
const BOUNDS = new WeakMap<EntryContext, Decimal>();

/** What an action says of the order in it. */
export function sentIn(given: unknown, context: EntryContext): SentOrder {
  const [order] = asRows(asRow(given)["orders"], 1).map(asRow);
  if (order === undefined) return { clientOrderId: null, amount: null, price: null };
  const cloid = optionalText(order, "c");
  const price = decimalOf(order, "p");
  const bound = BOUNDS.get(context);
  return {
    clientOrderId: cloid === null ? null : CLOID.parse(cloid),
    amount: decimalOf(order, "s"),
    price: bound !== undefined && equals(price, bound) ? null : price,
  };
}

/** `expiresAfter` "is a timestamp in milliseconds after which the action will be rejected". */
function action(
  { exchange, validUntil }: EntryContext,
  signed: Readonly<Record<string, unknown>>,
): VenueCall {
  const nonce = exchange.nonce();
  const signature = (exchange as CcxtHyperliquid) // the class that the profile loads
    .signL1Action(signed, nonce, undefined, validUntil);
  return {
    api: "private",
    path: "exchange",
    method: "POST",
    params: { action: signed, nonce, signature, expiresAfter: validUntil },
  };
}

/** DAY and GTD are the kernel's to end, so the venue holds them as GTC. */
function formOf(order: StandardOrder, market: CcxtMarket): OrderForm {
  const reason = unsupported(order, market);
  if (reason !== null) return { kind: "unsupported", reason };
  const type = order.limitPrice === null ? "market" : "limit";
  const isImmediate = type === "market" || order.timeInForce === "IOC";
  const timeInForce = order.postOnly ? "alo" : isImmediate ? "ioc" : "gtc";
  const side = order.side === "BUY" ? "buy" : "sell";
  const { reduceOnly } = order;
  return {
    kind: "order",
    type,
    side,
    params: { timeInForce, reduceOnly },
    shape: `${type}|${side}|${timeInForce}|${reduceOnly}`,
  };
}

function unsupported(order: StandardOrder, market: CcxtMarket): string | null {
  if (order.conditionalTriggers.some(({ role }) => role === "ENTRY")) {
    return "conditional orders are not supported on hyperliquid";
  }
  if (order.icebergQty !== null) return "icebergQty is not supported on hyperliquid";
  if (order.timeInForce === "FOK") return "hyperliquid has no FOK orders";
  if (order.positionSide !== null) return "hyperliquid has no hedge mode";
  if (order.marginMode !== null || order.leverage !== null) {
    return "marginMode and leverage are set on the account at hyperliquid, not with an order";
  }
  if (order.reduceOnly && market.spot === true) return "a spot order cannot be reduce-only";
  if (order.postOnly && order.limitPrice === null) return "a market order cannot be post-only";
  // "Order book", "Self-trade prevention": the resting order is canceled, and nothing else is.
  if (order.selfTradePrevention !== null && order.selfTradePrevention !== "EXPIRE_MAKER") {
    return "hyperliquid always cancels the resting order of two that would trade with each other";
  }
  return null;
}

/**
 * `{"status":"ok","response":{"type":"order","data":{"statuses":[{"resting":{"oid":77738308}}]}}}`
 * or `{"filled":{"totalSz":"0.02","avgPx":"1891.4","oid":77747314}}`. Of an order that rests it does
 * not say what was filled before.
 */
function created(
  answer: unknown,
  { clientOrderId, order, amount }: SubmitRequest,
  { receivedAt }: RowContext,
): VenueOrder {
  const status = asRow(onlyStatus(answer));
  const isResting = status["resting"] !== undefined;
  const told = asRow(status[isResting ? "resting" : "filled"]);
  const filled = isResting ? ZERO : decimalOf(told, "totalSz");
  const cloid = optionalText(told, "cloid");
  return {
    exchangeOrderId: idOf(told, "oid"),
    clientOrderId: cloid === null ? clientOrderId : CLOID.parse(cloid),
    symbolId: order.symbolId,
    side: order.side,
    ...(isResting
      ? { status: "OPEN", cause: null }
      : equals(filled, amount)
      ? { status: "FILLED", cause: null }
      : order.limitPrice === null || order.timeInForce === "IOC"
      ? { status: "EXPIRED", cause: "TIME_IN_FORCE" }
      : { status: "PARTIALLY_FILLED", cause: null }), // What is left may rest.
    amount,
    limitPrice: order.limitPrice,
    filled,
    venueTime: receivedAt, // The answer tells no time.
    fills: [],
  };
}

function onlyStatus(answer: unknown): unknown {
  const data = asRow(asRow(asRow(answer)["response"])["data"]);
  const [status, ...others] = asRows(data["statuses"], STATUSES_MAX);
  if (others.length > 0) throw new RowError("the answer is about more than one order");
  return status;
}

/** Actions here are about one order; more than one status is none of ours. */
const STATUSES_MAX = 2;
