/** Refusals in the words of Binance USDⓈ-M futures. Source: its "Error Codes". */
import type { Rejection } from "../../exchanges/paper/messages.ts";
import type { CannedName } from "../dialect.ts";
import { orderDoesNotExist, Refusal, unknownOrderSent } from "../binance/refusal.ts";
import { cannedRefusal, type WireCore } from "../binance/rest.ts";
import type { UsdmListing } from "./listing.ts";

export const offTick = () => new Refusal(-4014, "Price not increased by tick size.");
export const tooPrecise = () =>
  new Refusal(-1111, "Precision is over the maximum defined for this asset.");
export const tooManyOpen = () => new Refusal(-2025, "Reach max open order limit.");
export const positionSideDiffers = () =>
  new Refusal(-4061, "Order's position side does not match user's setting.");
export const notFillable = () =>
  new Refusal(
    -5021,
    "Due to the order could not be filled immediately, the FOK order has been rejected. " +
      "The order will not be recorded in the order history",
  );
export const nothingToModify = () => new Refusal(-5027, "No need to modify the order.");

export function belowNotional({ minNotional }: UsdmListing): Refusal {
  return new Refusal(
    -4164,
    `Order's notional must be no smaller than ${minNotional} (unless you choose reduce only).`,
  );
}

export function engineRefusal(rejection: Rejection): Refusal {
  switch (rejection.code) {
    case "DUPLICATE_CLIENT_ORDER_ID":
      return new Refusal(-4116, "ClientOrderId is duplicated.");
    case "INSUFFICIENT_MARGIN":
      return new Refusal(-2019, "Margin is insufficient.");
    case "REDUCE_ONLY_REJECTED":
      return new Refusal(-2022, "ReduceOnly Order is rejected.");
    case "WOULD_TAKE":
      return new Refusal(
        -5022,
        "Due to the order could not be executed as maker, the Post Only order will be rejected. " +
          "The order will not be recorded in the order history",
      );
    case "NO_LIQUIDITY":
      return new Refusal(-2020, "Unable to fill.");
    case "FILTER_PRICE":
      return offTick();
    case "FILTER_LOT_SIZE":
      return tooPrecise();
    case "MAX_OPEN_ORDERS":
      return tooManyOpen();
    case "UNKNOWN_ORDER":
      return unknownOrderSent();
    case "INVALID_LEVERAGE":
      return new Refusal(-4028, "Leverage is not valid");
    default: // INVALID_ORDER and what only spot is refused for.
      return new Refusal(-1013, rejection.message);
  }
}

/** What is canned on spot, but for filters, which have codes of their own here. */
export function canned(core: Pick<WireCore, "limits">, name: CannedName): Refusal {
  if (name === "filterRefused") return offTick();
  if (name === "halfDone") return orderDoesNotExist();
  return cannedRefusal(core, name);
}
