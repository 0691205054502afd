/**
 * Placing and canceling on Kraken Futures. Source: docs.kraken.com/api-reference/order-management
 * (send-order, cancel-order, cancel-all-orders-after), read on 2026-11-21.
 */
import { type Decimal, ZERO } from "../../../../model/decimal.ts";
import type { StandardOrder } from "../../../../model/order.ts";
import { contractsOf, unitsOf } from "../../rows/contracts.ts";
import type { CcxtMarket } from "../../ccxt.ts";
import type { EntryPlan, OrderForm } from "../../plans/entry_plan.ts";
import { exactNumber } from "../../instruments/exact_number.ts";
import { asRow, idOf, RowError } from "../../rows/fields.ts";
import { decimal } from "../../../../model/decimal.ts";
import type { VenueCall } from "../../plans/venue_call.ts";
import { instantOf } from "../kraken/frames.ts";

export const krakenFuturesEntry: EntryPlan = {
  form: formOf,
  create({ form, clientOrderId, amount, price }, { exchange, market, validUntil }) {
    const size = contractsFor(amount, market);
    const request = exchange.createOrderRequest(
      market.symbol,
      form.type,
      form.side,
      size,
      price ?? undefined,
      { ...form.params, clientOrderId },
    );
    // As texts of ours: ccxt cuts both with floats.
    const exact = price === null ? { size } : { size, limitPrice: price };
    return post("sendorder", { ...request, ...exact, processBefore: instant(validUntil) });
  },
  sent({ body }, { market }) {
    const form = new URLSearchParams(body ?? "");
    const [id, size, price] = ["cliOrdId", "size", "limitPrice"].map((name) => form.get(name));
    return {
      clientOrderId: id ?? null,
      amount: size ? unitsOf(decimal(size), sizeOf(market)) : null,
      price: price ? decimal(price) : null,
    };
  },
  cancel: ({ clientOrderId, exchangeOrderId }) =>
    post(
      "cancelorder",
      exchangeOrderId === null ? { cliOrdId: clientOrderId } : { order_id: exchangeOrderId },
    ),
  /** That it was placed; what it has come to by then the stream and reads tell. */
  created(answer, { order, amount, clientOrderId }) {
    const told = asRow(asRow(answer)["sendStatus"]);
    return {
      exchangeOrderId: idOf(told, "order_id"),
      clientOrderId,
      symbolId: order.symbolId,
      side: order.side,
      status: "OPEN",
      amount,
      limitPrice: order.limitPrice,
      filled: ZERO,
      cause: null,
      venueTime: instantOf(told, "receivedTime"),
      fills: [],
    };
  },
  canceled(answer) {
    const told = asRow(asRow(answer)["cancelStatus"]);
    if (told["status"] !== "cancelled") throw new RowError("the answer is of no cancel");
    return null;
  },
  armDeadMansSwitch: (timeoutMs) =>
    post("cancelallordersafter", {
      timeout: timeoutMs === null ? 0 : Math.floor(timeoutMs / 1_000),
    }),
  template: null, // The signature is in a header, and every order has another `processBefore`.
};

/** DAY and GTD are the kernel's to end, so the venue holds them as GTC. */
function formOf(order: StandardOrder, market: CcxtMarket): OrderForm {
  const reason = unsupported(order, market);
  if (reason !== null) return { kind: "unsupported", reason: `${reason} on krakenfutures` };
  const type = order.limitPrice === null ? "market" : "limit";
  const side = order.side === "BUY" ? "buy" : "sell";
  const params = {
    ...(order.postOnly ? { postOnly: true } : {}),
    ...(type === "limit" && order.timeInForce === "IOC" ? { timeInForce: "ioc" } : {}),
    ...(order.reduceOnly ? { reduceOnly: true } : {}),
  };
  return { kind: "order", type, side, params, shape: JSON.stringify([type, side, params]) };
}

function unsupported(order: StandardOrder, market: CcxtMarket): string | null {
  const rules: readonly (readonly [boolean, string])[] = [
    [!isTraded(market), "what is settled in neither of its assets is not traded"],
    [order.timeInForce === "FOK", "FOK is not supported"],
    [
      order.conditionalTriggers.some(({ role }) => role === "ENTRY"),
      "conditional orders are not supported",
    ],
    [order.icebergQty !== null, "icebergQty is not supported"],
    [order.positionSide !== null, "positionSide is not supported"],
    [order.marginMode === "ISOLATED", "marginMode ISOLATED is not supported"],
    [order.leverage !== null, "leverage is set at the venue, not with an order"],
    [order.limitPrice === null && order.postOnly, "a market order cannot be post-only"],
    [
      order.selfTradePrevention !== null,
      "self-trade prevention is set on the account, not with an order",
    ],
  ];
  return rules.find(([applies]) => applies)?.[1] ?? null;
}

/** Multi-collateral contracts, settled in dollars, and inverse ones, settled in their coin. */
export function isTraded({ swap, future, base, quote, settle }: CcxtMarket): boolean {
  return (swap === true || future === true) && (settle === quote || settle === base);
}

function contractsFor(amount: Decimal, market: CcxtMarket): Decimal {
  const contractSize = sizeOf(market);
  const lot = exactNumber(market.precision?.amount, "precision.amount");
  if (lot === null) throw new RowError(`the lot size of ${market.id} is not known`);
  const step = unitsOf(lot, contractSize);
  const contracts = contractsOf(amount, { amount: { step }, instrument: { contractSize } });
  if (contracts === null) throw new RowError(`${amount} is no whole number of lots of ${step}`);
  return contracts;
}

function sizeOf(market: CcxtMarket): Decimal {
  const size = exactNumber(market.contractSize, "contractSize");
  if (size === null) throw new RowError(`the contract size of ${market.id} is not known`);
  return size;
}

/** "processBefore: the time before which the request should be processed, otherwise it is rejected". */
function instant(time: number): string {
  return new Date(time).toISOString();
}

function post(path: string, params: Readonly<Record<string, unknown>>): VenueCall {
  return { api: "private", path, method: "POST", params };
}
