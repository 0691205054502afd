/**
 * Placing, canceling and changing orders on OKX. Source: OKX API guide v5, "Place order", "Cancel
 * order", "Amend order", "Cancel All After", "Transaction Timeouts".
 */
import { type Decimal, decimal, multiply, ZERO } from "../../../../model/decimal.ts";
import type { OrderRef } from "../../../exchange.ts";
import type { StandardOrder } from "../../../../model/order.ts";
import type { EpochMs } from "../../../../model/scalars.ts";
import { contractsOf, unitsOf } from "../../rows/contracts.ts";
import type { CcxtMarket } from "../../ccxt.ts";
import type { EntryPlan, OrderForm } from "../../plans/entry_plan.ts";
import { exactNumber } from "../../instruments/exact_number.ts";
import {
  asRow,
  asRows,
  decimalOf,
  idOf,
  optionalText,
  parseJson,
  type Row,
  RowError,
  timeOf,
} from "../../rows/fields.ts";
import type { VenueCall } from "../../plans/venue_call.ts";
import { optionalDecimal } from "./rows.ts";

export const okxEntry: EntryPlan = {
  form: formOf,
  create({ form, clientOrderId, amount, price }, { exchange, market, validUntil }) {
    const contracts = contractsFor(amount, market);
    // As texts of ours: ccxt cuts both with floats.
    const exact = price === null ? { sz: contracts } : { sz: contracts, px: price };
    const params = { ...form.params, ...exact, clientOrderId };
    const { symbol } = market;
    return {
      ...post(
        "trade/order",
        exchange.createOrderRequest(
          symbol,
          form.type,
          form.side,
          contracts,
          price ?? undefined,
          params,
        ),
      ),
      headers: expiry(validUntil),
    };
  },
  sent({ body }, { market }) {
    const sent = asRow(parseJson(body ?? ""));
    return {
      clientOrderId: optionalText(sent, "clOrdId"),
      amount: unitsOf(decimalOf(sent, "sz"), sizeOf(market)),
      price: optionalDecimal(sent, "px"),
    };
  },
  // With both ids the venue takes `ordId` alone; that one names the order just as well.
  cancel: (ref, { market }) => post("trade/cancel-order", { instId: market.id, ...named(ref) }),
  amend: (request, { market, validUntil }) => ({
    ...post("trade/amend-order", {
      instId: market.id,
      ...named(request),
      // The new total, what is filled included.
      newSz: contractsFor(request.amount, market),
      ...(request.order.limitPrice === null ? {} : { newPx: request.order.limitPrice }),
    }),
    headers: expiry(validUntil),
  }),
  created(answer, { order, amount, clientOrderId }) {
    const row = acknowledged(answer);
    return {
      exchangeOrderId: idOf(row, "ordId"),
      clientOrderId: optionalText(row, "clOrdId") ?? clientOrderId,
      symbolId: order.symbolId,
      side: order.side,
      status: "OPEN",
      amount,
      limitPrice: order.limitPrice,
      filled: ZERO,
      cause: null,
      venueTime: takenAt(row, asRow(answer)),
      fills: [],
    };
  },
  canceled(answer, ref) {
    mustName(acknowledged(answer), ref);
    return null;
  },
  amended(answer, request) {
    mustName(acknowledged(answer), request);
    return null; // "sCode 0 … only that the request was accepted": it may fail in the engine yet.
  },
  armDeadMansSwitch: (timeoutMs) =>
    post("trade/cancel-all-after", {
      timeOut: timeoutMs === null ? "0" : String(Math.floor(timeoutMs / 1_000)),
    }),
  template: null, // The body is JSON, and the signature is in a header.
};

/** DAY and GTD are the kernel's to end, so the venue holds them as GTC. */
function formOf(order: StandardOrder, market: CcxtMarket): OrderForm {
  const reason = unsupported(order, market);
  if (reason !== null) return { kind: "unsupported", reason };
  const type = order.limitPrice === null ? "market" : "limit";
  const rule = type === "market"
    ? {}
    : order.postOnly
    ? { postOnly: true }
    : order.timeInForce === "IOC" || order.timeInForce === "FOK"
    ? { timeInForce: order.timeInForce }
    : {};
  const prevention = order.selfTradePrevention;
  const params = {
    ...rule,
    ...(order.reduceOnly ? { reduceOnly: true } : {}),
    ...(prevention === null ? {} : { stpMode: STP_MODES[prevention] }),
  };
  const side = order.side === "BUY" ? "buy" : "sell";
  return { kind: "order", type, side, params, shape: JSON.stringify([type, side, params]) };
}

const STP_MODES: Readonly<
  Record<NonNullable<StandardOrder["selfTradePrevention"]>, string | null>
> = {
  NONE: null,
  EXPIRE_TAKER: "cancel_taker",
  EXPIRE_MAKER: "cancel_maker",
  EXPIRE_BOTH: "cancel_both",
};

/** @returns why the venue cannot be told this order, or null. */
function unsupported(order: StandardOrder, market: CcxtMarket): string | null {
  const prevention = order.selfTradePrevention;
  const isMarket = order.limitPrice === null;
  const isOption = market.option === true;
  const rules: readonly (readonly [boolean, string])[] = [
    [!isTraded(market), "what is settled in neither of its assets is not traded"],
    // "For OPTION, market order is not supported yet."
    [isMarket && isOption, "a market order is not supported on an option"],
    [
      order.conditionalTriggers.some(({ role }) => role === "ENTRY"),
      "conditional orders are not supported",
    ],
    [order.icebergQty !== null, "icebergQty is not supported"],
    [order.positionSide !== null, "positionSide is not supported: the account is in net mode"],
    [order.marginMode === "ISOLATED", "marginMode ISOLATED is not supported"],
    [order.leverage !== null, "leverage is set at the venue, not with an order"],
    [order.reduceOnly && market.spot === true, "reduceOnly is not supported on spot"],
    // "Only applicable to MARGIN orders, and FUTURES/SWAP orders in net mode": elsewhere unheeded.
    [order.reduceOnly && isOption, "reduceOnly is not supported on an option"],
    [isMarket && order.postOnly, "a market order cannot be post-only"],
    [isMarket && order.timeInForce === "FOK", "a market order cannot be FOK"],
    [prevention === "NONE", "self-trade prevention cannot be switched off"],
    [
      prevention === "EXPIRE_BOTH" && order.timeInForce === "FOK",
      "selfTradePrevention EXPIRE_BOTH does not go with FOK",
    ],
  ];
  const broken = rules.find(([applies]) => applies);
  return broken === undefined ? null : `${broken[1]} on okx`;
}

/** Spot, contracts settled in their quote or base, and options settled in their base. */
export function isTraded(market: CcxtMarket): boolean {
  if (market.spot === true) return true;
  const { base, quote, settle, option } = market;
  if (settle === undefined || settle !== quote && settle !== base) return false;
  return option !== true || settle === base;
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

/**
 * Base units of one contract, quote units of an inverse one; null on spot. ccxt tells "ctVal", which
 * of options has to be taken "ctMult" times.
 */
export function sizeOf(market: CcxtMarket): Decimal | null {
  if (market.spot === true) return null;
  const size = exactNumber(market.contractSize, "contractSize");
  if (size === null) throw new RowError(`the contract size of ${market.id} is not known`);
  const times = optionalText(asRow(market.info), "ctMult");
  if (times === null && market.option === true) {
    throw new RowError(`the multiplier of ${market.id} is not known`);
  }
  return times === null ? size : multiply(size, decimal(times));
}

function named({ clientOrderId, exchangeOrderId }: OrderRef): Readonly<Record<string, string>> {
  return exchangeOrderId === null ? { clOrdId: clientOrderId } : { ordId: exchangeOrderId };
}

function post(path: string, params: Readonly<Record<string, unknown>>): VenueCall {
  return { api: "private", path, method: "POST", params };
}

/** Beyond this time the venue does not process the request. It covers placing and changing only. */
function expiry(validUntil: EpochMs): Readonly<Record<string, string>> {
  return { expTime: String(validUntil) };
}

/**
 * `{"code":"0","data":[{"ordId":"3122…","clOrdId":"…","ts":"1695190491421","sCode":"0","sMsg":""}],`
 * `"inTime":"1695190491421339","outTime":"…"}`: that the request was taken, and no more.
 */
function acknowledged(answer: unknown): Row {
  const [first] = asRows(asRow(answer)["data"], 1);
  return asRow(first);
}

/** When the venue had processed the request; older answers tell only when it came, in µs. */
function takenAt(row: Row, answer: Row): EpochMs {
  if (optionalText(row, "ts") !== null) return timeOf(row, "ts");
  return Math.floor(timeOf(answer, "inTime") / 1_000);
}

/** An answer about another order is none about this one. */
function mustName(row: Row, { clientOrderId, exchangeOrderId }: OrderRef): void {
  const client = optionalText(row, "clOrdId");
  if (client !== null && client !== clientOrderId) throw new RowError("clOrdId is another order's");
  if (exchangeOrderId !== null && idOf(row, "ordId") !== exchangeOrderId) {
    throw new RowError("ordId is another order's");
  }
}
