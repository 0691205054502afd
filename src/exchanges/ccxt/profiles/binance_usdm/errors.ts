/**
 * What an error of Binance USDⓈ-M futures proves. Source: developers.binance.com, USDⓈ-M Futures,
 * "Error Codes", read on 2026-11-21. Not listed, because they leave the execution open or do not
 * say: -1000, -1001, -1006, -1007, -1008, -1010, -1016, -2010, -2012, -2020, -5041.
 */
import type { ErrorRule } from "../../plans/answer_plan.ts";

const refused = (reason: string, ...codes: readonly string[]): readonly ErrorRule[] =>
  codes.map((code) => ({ code, verdict: "refused", reason }));

/** "The request was refused": prices, quantities and notionals off the symbol's rules. */
const FILTERS = [
  "-1013", // INVALID_MESSAGE
  "-4001", // PRICE_LESS_THAN_ZERO
  "-4002", // PRICE_GREATER_THAN_MAX_PRICE
  "-4003", // QTY_LESS_THAN_ZERO
  "-4004", // QTY_LESS_THAN_MIN_QTY
  "-4005", // QTY_GREATER_THAN_MAX_QTY
  "-4013", // PRICE_LESS_THAN_MIN_PRICE
  "-4014", // PRICE_NOT_INCREASED_BY_TICK_SIZE
  "-4016", // PRICE_HIGHTER_THAN_MULTIPLIER_UP
  "-4023", // QTY_NOT_INCREASED_BY_STEP_SIZE
  "-4024", // PRICE_LOWER_THAN_MULTIPLIER_DOWN
  "-4029", // INVALID_TICK_SIZE_PRECISION
  "-4030", // INVALID_STEP_SIZE_PRECISION
  "-4131", // MARKET_ORDER_REJECT: the counterparty's best price is off PERCENT_PRICE
  "-4164", // MIN_NOTIONAL
  "-5029", // The new notional of a modified order is below the least
];

const INVALID = [
  ...["-1014", "-1020", "-1023", "-1100", "-1101", "-1102", "-1103", "-1104", "-1105", "-1106"],
  ...["-1108", "-1110", "-1111", "-1112", "-1114", "-1115", "-1116", "-1117", "-1118", "-1119"],
  ...["-1127", "-1128", "-1130", "-1136", "-4015", "-4060", "-4062", "-5037", "-5038", "-5039"],
];

export const BINANCE_USDM_ERRORS: readonly ErrorRule[] = [
  // The id may belong to the order whose answer was lost: look it up and adopt.
  { code: "-4116", verdict: "duplicate", reason: "DUPLICATE_ID" },
  { code: "-2011", verdict: "notFound", reason: "UNKNOWN_ORDER" },
  { code: "-2013", on: "read", verdict: "notFound", reason: "UNKNOWN_ORDER" },
  { code: "-2013", on: "amend", verdict: "notFound", reason: "UNKNOWN_ORDER" },
  { code: "-1003", verdict: "refused", reason: "RATE_LIMITED", later: true },
  { code: "-1015", verdict: "refused", reason: "RATE_LIMITED", later: true },
  // BALANCE_NOT_SUFFICIENT, MARGIN_NOT_SUFFICIEN, POSITION_NOT_SUFFICIENT, cross and isolated.
  ...refused("INSUFFICIENT_FUNDS", "-2018", "-2019", "-2024", "-4050", "-4051"),
  // "Exceeded the maximum allowable position at current leverage."
  ...refused("POSITION_LIMIT", "-2027", "-2028"),
  // "ReduceOnly Order is rejected", and the margin check of one.
  ...refused("REDUCE_ONLY", "-2022", "-2026", "-4118"),
  // "…will be rejected. The order will not be recorded in the order history."
  // "Modify Order" cancels a post-only order that would take, so of a change it proves nothing.
  { code: "-5022", on: "submit", verdict: "refused", reason: "POST_ONLY_WOULD_TAKE" },
  ...refused("FOK_NOT_FILLABLE", "-5021"),
  // "Order's position side does not match user's setting": the account is in hedge mode.
  ...refused("HEDGE_MODE", "-4061"),
  ...refused("TOO_MANY_ORDERS", "-2025", "-4045"),
  ...refused("FILTER", ...FILTERS),
  // goodTillDate "must be greater than the current time plus 600 seconds".
  ...refused("GOOD_TILL_TIME", "-5040"),
  // "Symbol is not in trading status", "Only limit order is supported", "Exceed maximum modify
  // order limit" (10,000 of one order), "No need to modify the order".
  ...refused("NOT_AMENDABLE", "-5024", "-5025", "-5026", "-5027"),
  ...refused("MARKET_CLOSED", "-1122", "-2016", "-4140", "-4141"),
  ...refused("INVALID_SYMBOL", "-1121", "-4144"),
  ...refused("INVALID_TIMESTAMP", "-1021", "-5028"),
  ...refused("INVALID_SIGNATURE", "-1022"),
  ...refused("AUTHENTICATION", "-1002", "-1005", "-1011", "-1099", "-1109", "-2014", "-2015"),
  ...refused("AUTHENTICATION", "-2017", "-4056", "-4057"),
  // In liquidation, cooling off, or restricted to reducing.
  ...refused("PERMISSION", "-2023", "-4087", "-4088", "-4192", "-4400", "-4401", "-4402"),
  ...refused("INVALID_REQUEST", ...INVALID),
];
