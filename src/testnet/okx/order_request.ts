/** Parameters of a new order, checked by the venue's own rules, as the engine takes it. */
import type { NewOrder, SelfTradePrevention } from "../../exchanges/paper/messages.ts";
import { compare, type Decimal } from "../../model/decimal.ts";
import type { Listings } from "../kit/listing.ts";
import { toUnits } from "./amounts.ts";
import type { OkxListing } from "./listing.ts";
import { amount, optional, type Params, required } from "./params.ts";
import { OrderRefusal } from "./refusal.ts";

const CLIENT_ID = /^[A-Za-z0-9]{1,32}$/;

export interface OrderRequest {
  readonly listing: OkxListing;
  readonly order: NewOrder;
}

/** @throws {Refusal} in the venue's words. */
export function readOrderRequest(params: Params, listings: Listings<OkxListing>): OrderRequest {
  const listing = listingOf(params, listings);
  if (!listings.isListed(listing)) throw unknownContract();
  checkMode(params, listing);
  const ordType = required(params, "ordType");
  if (listing.instType === "OPTION") checkOption(params, ordType);
  const rule = RULES[ordType];
  if (rule === undefined) throw wrong("ordType");
  const side = sideOf(required(params, "side"));
  const size = amount(params, "sz");
  if (size === null) throw wrong("sz");
  const price = amount(params, "px");
  if (rule.type === "LIMIT" && price === null) {
    throw new OrderRefusal("51204", "The price for the limit order cannot be empty.");
  }
  const quoteSized = rule.type === "MARKET" && isQuoteSized(params, { listing, side });
  if (!quoteSized) checkSize(size, listing);
  const clientOrderId = clientIdOf(params);
  return {
    listing,
    order: {
      symbolId: listing.symbolId,
      side,
      ...rule,
      ...(rule.type === "LIMIT" ? { price } : {}),
      ...(quoteSized ? { quoteQuantity: size } : { quantity: toUnits(size, listing) }),
      ...(clientOrderId === null ? {} : { clientOrderId }),
      reduceOnly: isReducible(listing) && optional(params, "reduceOnly") === "true",
      selfTradePrevention: preventionOf(params),
    },
  };
}

/** By `instIdCode` or `instId`. @throws {Refusal} 51001. */
export function listingOf(params: Params, listings: Listings<OkxListing>): OkxListing {
  const code = optional(params, "instIdCode");
  const listing = code === null
    ? listings.get(required(params, "instId"))
    : listings.all[Number(code) - FIRST_CODE];
  if (listing !== undefined) return listing;
  throw unknownContract();
}

function unknownContract(): OrderRefusal {
  return new OrderRefusal(
    "51001",
    "Instrument ID, Instrument ID code or Spread ID doesn't exist.",
  );
}

/** What the instruments list calls the first of them. */
export const FIRST_CODE = 10_001;

const RULES: Readonly<
  Record<string, Pick<NewOrder, "type" | "timeInForce" | "postOnly"> | undefined>
> = {
  market: { type: "MARKET" },
  optimal_limit_ioc: { type: "MARKET" },
  limit: { type: "LIMIT", timeInForce: "GTC" },
  post_only: { type: "LIMIT", timeInForce: "GTC", postOnly: true },
  ioc: { type: "LIMIT", timeInForce: "IOC" },
  fok: { type: "LIMIT", timeInForce: "FOK" },
};

function checkMode(params: Params, { instType }: OkxListing): void {
  const mode = required(params, "tdMode");
  if (mode !== (instType === "SPOT" ? "cash" : "cross")) {
    throw new OrderRefusal("51010", "Request unsupported under current account mode");
  }
  if (optional(params, "posSide") !== null && params["posSide"] !== "net") throw wrong("posSide");
}

/** "Only applicable to MARGIN orders, and FUTURES/SWAP orders in net mode." */
function isReducible({ instType }: OkxListing): boolean {
  return instType === "SWAP" || instType === "FUTURES";
}

/** "For OPTION, market order is not supported yet"; prices in USD and volatility are not played. */
function checkOption(params: Params, ordType: string): void {
  if (RULES[ordType]?.type === "MARKET") throw wrong("ordType");
  if (optional(params, "pxUsd") !== null) throw wrong("pxUsd");
  if (optional(params, "pxVol") !== null) throw wrong("pxVol");
}

function sideOf(text: string): "BUY" | "SELL" {
  if (text === "buy") return "BUY";
  if (text === "sell") return "SELL";
  throw wrong("side");
}

/** "The default is base_ccy for market sells and quote_ccy for market buys", on spot. */
function isQuoteSized(
  params: Params,
  { listing, side }: { readonly listing: OkxListing; readonly side: "BUY" | "SELL" },
): boolean {
  if (listing.instType !== "SPOT") return false;
  return (optional(params, "tgtCcy") ?? (side === "BUY" ? "quote_ccy" : "")) === "quote_ccy";
}

function checkSize(size: Decimal, { minSz, maxSz }: OkxListing): void {
  if (compare(size, minSz) < 0) {
    throw new OrderRefusal("51020", "Your order should meet or exceed the minimum order amount.");
  }
  if (compare(size, maxSz) > 0) {
    throw new OrderRefusal("51005", "Your order amount exceeds the max order amount.");
  }
}

function clientIdOf(params: Params): string | null {
  const given = optional(params, "clOrdId");
  if (given !== null && !CLIENT_ID.test(given)) throw wrong("clOrdId");
  return given;
}

/** "The default value … is cancel_maker." */
function preventionOf(params: Params): SelfTradePrevention {
  switch (optional(params, "stpMode")) {
    case null:
    case "cancel_maker":
      return "EXPIRE_MAKER";
    case "cancel_taker":
      return "EXPIRE_TAKER";
    case "cancel_both":
      return "EXPIRE_BOTH";
    default:
      throw wrong("stpMode");
  }
}

function wrong(name: string): OrderRefusal {
  return new OrderRefusal("51000", `Parameter ${name} error`);
}
