/**
 * What a signed action does. Source: hyperliquid.gitbook.io, "Exchange endpoint", as read on
 * 2026-11-21. `modify` is what it is there: the old order is canceled and a new one of the size given
 * is placed, whatever had been filled.
 */
import type { NewOrder } from "../../exchanges/paper/messages.ts";
import { type Decimal, decimal, isMultipleOf, isPositive, isZero } from "../../model/decimal.ts";
import { isOnGrid } from "../../model/price_grid.ts";
import type { ProcessOptions } from "../dialect.ts";
import { isOpen, type OrderRef } from "../kit/orders.ts";
import type { HyperliquidCore } from "./core.ts";
import type { HyperliquidListing } from "./listing.ts";
import { placedStatus } from "./order_payloads.ts";
import { actionRefusal, malformed, OrderRefusal, wordsFor } from "./refusal.ts";

type Fields = Readonly<Record<string, unknown>>;

export interface Acting {
  readonly account: string;
  readonly options: ProcessOptions;
}

const CLOID = /^0x[0-9a-fA-F]{32}$/;
const PLAIN = /^\d{1,18}(\.\d{1,18})?$/;
const TIFS: Readonly<Record<string, Pick<NewOrder, "timeInForce" | "postOnly">>> = {
  Gtc: { timeInForce: "GTC" },
  Ioc: { timeInForce: "IOC" },
  Alo: { timeInForce: "GTC", postOnly: true },
};
const DONE = { type: "default" } as const;

/** By `type`: what faults know it as, and whether it is counted as a cancel. */
export const ACTIONS: Readonly<
  Record<string, { readonly name: string; readonly cancels: boolean }>
> = {
  order: { name: "order.place", cancels: false },
  cancel: { name: "order.cancel", cancels: true },
  cancelByCloid: { name: "order.cancel", cancels: true },
  modify: { name: "order.amend", cancels: false },
  batchModify: { name: "order.amend", cancels: false },
  updateLeverage: { name: "account.leverage", cancels: false },
  scheduleCancel: { name: "openOrders.cancelAll", cancels: false },
  setReferrer: { name: "account.referrer", cancels: false },
  noop: { name: "general.noop", cancels: false },
};

/** What stands in `response`. @throws {Refusal} */
export function perform(core: HyperliquidCore, action: Fields, acting: Acting): unknown {
  switch (action["type"]) {
    case "order":
      return statuses("order", listIn(action, "orders"), (order) => place(core, order, acting));
    case "cancel":
      return statuses(
        "cancel",
        listIn(action, "cancels"),
        (each) => cancel(core, each["a"], acting, refOf(each["o"])),
      );
    case "cancelByCloid":
      return statuses(
        "cancel",
        listIn(action, "cancels"),
        (each) => cancel(core, each["asset"], acting, refOf(each["cloid"])),
      );
    case "modify":
      return modifyOne(core, action, acting);
    case "batchModify":
      return statuses("order", listIn(action, "modifies"), (each) => modify(core, each, acting));
    case "updateLeverage":
      return setLeverage(core, action, acting);
    case "scheduleCancel":
      throw actionRefusal(
        "Cannot set scheduled cancel time until enough volume traded. " +
          `Required: $1000000. Traded: $${core.volumeOf(acting.account)}.0.`,
      );
    case "setReferrer":
    case "noop":
      return DONE;
    default:
      throw malformed();
  }
}

/** What an action is about, as far as it names one order. */
export function subjectOf(core: HyperliquidCore, action: Fields) {
  const [first] = LISTS.flatMap((name) => {
    const list = action[name];
    return Array.isArray(list) ? list as readonly Fields[] : [];
  });
  const subject = (first?.["order"] ?? action["order"] ?? first ?? {}) as Fields;
  const asset = subject["a"] ?? subject["asset"];
  const cloid = subject["c"] ?? subject["cloid"];
  return {
    symbol: core.venue.listings.all.find((each) => each.asset === asset)?.symbol ?? null,
    clientOrderId: typeof cloid === "string" ? cloid : null,
  };
}

const LISTS = ["orders", "cancels", "modifies"] as const;

function place(core: HyperliquidCore, given: Fields, { account, options }: Acting): unknown {
  const listing = listingOf(core, given["a"]);
  const order = readOrder(given, listing);
  const { orders } = core.venue;
  const open = core.venue.listings.all
    .reduce((count, { symbolId }) => count + orders.openCount(account, symbolId), 0);
  if (open >= core.openOrdersMax) throw new OrderRefusal("Too many open orders.");
  const result = orders.place(account, order, options);
  if (result.kind === "rejected") throw refused(core, result.code, listing);
  const { order: made } = result.view;
  if (made.status === "EXPIRED" && isZero(made.filled)) {
    throw refused(core, "NO_LIQUIDITY", listing);
  }
  return placedStatus(result.view);
}

function cancel(
  core: HyperliquidCore,
  asset: unknown,
  ...[{ account }, ref]: readonly [Acting, OrderRef]
): unknown {
  const listing = listingOf(core, asset);
  const result = core.venue.orders.cancel(account, { ...ref, symbolId: listing.symbolId });
  if (result.kind === "rejected") throw refused(core, "UNKNOWN_ORDER", listing);
  return "success";
}

function modifyOne(core: HyperliquidCore, action: Fields, acting: Acting): unknown {
  try {
    modify(core, action, acting);
    return DONE;
  } catch (error) {
    if (error instanceof OrderRefusal) throw actionRefusal(error.message);
    throw error;
  }
}

function modify(core: HyperliquidCore, given: Fields, acting: Acting): unknown {
  const { orders } = core.venue;
  const found = orders.locate(acting.account, refOf(given["oid"]));
  if (found === undefined || !isOpen(found.order)) {
    throw new OrderRefusal("Cannot modify canceled or filled order");
  }
  const order = given["order"];
  if (typeof order !== "object" || order === null) throw malformed();
  orders.cancel(acting.account, { orderId: found.orderId });
  try {
    return place(core, order as Fields, acting);
  } catch (error) {
    if (!(error instanceof OrderRefusal)) throw error;
    throw new OrderRefusal(`Error placing new order during modify: ${error.message}`);
  }
}

function setLeverage(core: HyperliquidCore, action: Fields, { account }: Acting): unknown {
  const { symbolId } = listingOf(core, action["asset"]);
  const { leverage } = action;
  if (typeof leverage !== "number") throw malformed();
  const refusal = core.venue.engine.setLeverage(account, symbolId, decimal(leverage));
  if (refusal !== null) throw actionRefusal("Invalid leverage value");
  return DONE;
}

/** One status for each, an error among them where one is refused. */
function statuses(
  type: string,
  list: readonly Fields[],
  run: (each: Fields) => unknown,
): unknown {
  const told = list.map((each) => {
    try {
      return run(each);
    } catch (error) {
      if (error instanceof OrderRefusal) return { error: error.message };
      throw error;
    }
  });
  return { type, data: { statuses: told } };
}

/** `{"a":0,"b":true,"p":"50000","s":"0.01","r":false,"t":{"limit":{"tif":"Gtc"}},"c":"0x…"}` */
function readOrder(given: Fields, listing: HyperliquidListing): NewOrder {
  const { b: isBuy, r: reduceOnly, c: cloid } = given;
  const rule = TIFS[tifOf(given["t"])];
  if (typeof isBuy !== "boolean" || typeof reduceOnly !== "boolean") throw malformed();
  if (cloid !== undefined && cloid !== null && !isCloid(cloid)) throw malformed();
  if (rule === undefined) throw malformed();
  const [price, quantity] = [amountIn(given, "p"), amountIn(given, "s")];
  const { metadata, symbolId } = listing;
  if (!isOnGrid(price, metadata.price)) {
    throw words("Price must be divisible by tick size.", listing);
  }
  if (isZero(quantity)) throw words("Order has zero size.", listing);
  if (!isMultipleOf(quantity, metadata.amount.step)) {
    throw words("Order has invalid size.", listing);
  }
  if (!isPositive(price)) throw words("Order has invalid price.", listing);
  return {
    symbolId,
    side: isBuy ? "BUY" : "SELL",
    type: "LIMIT",
    price,
    quantity,
    ...rule,
    ...(isCloid(cloid) ? { clientOrderId: cloid.toLowerCase() } : {}),
    ...(listing.isSpot ? {} : { reduceOnly }),
    // "Self-trade prevention": the resting order is canceled instead of a match.
    selfTradePrevention: "EXPIRE_MAKER",
  };
}

function tifOf(type: unknown): string {
  const { limit } = (type ?? {}) as { readonly limit?: { readonly tif?: unknown } };
  return typeof limit?.tif === "string" ? limit.tif : "";
}

function amountIn(given: Fields, field: string): Decimal {
  const value = given[field];
  if (typeof value !== "string" || !PLAIN.test(value)) throw malformed();
  return decimal(value);
}

function refOf(id: unknown): OrderRef {
  if (isCloid(id)) return { clientOrderId: id.toLowerCase() };
  if (typeof id === "number" && Number.isSafeInteger(id)) return { orderId: String(id) };
  throw malformed();
}

function isCloid(value: unknown): value is string {
  return typeof value === "string" && CLOID.test(value);
}

function listingOf(core: HyperliquidCore, asset: unknown): HyperliquidListing {
  const listing = core.venue.listings.all.find((each) => each.asset === asset);
  if (listing === undefined) throw actionRefusal("Unknown asset");
  return listing;
}

function listIn(action: Fields, field: string): readonly Fields[] {
  const list = action[field];
  if (!Array.isArray(list) || list.length === 0) throw malformed();
  if (list.every((each) => typeof each === "object" && each !== null)) return list;
  throw malformed();
}

function words(text: string, { asset }: HyperliquidListing): OrderRefusal {
  return new OrderRefusal(`${text} asset=${asset}`);
}

function refused(core: HyperliquidCore, code: string, listing: HyperliquidListing): OrderRefusal {
  const { bid, ask } = core.venue.market.get(listing.symbol)!.top;
  return wordsFor(code, { listing, bbo: `${bid ?? "none"}@${ask ?? "none"}` });
}
