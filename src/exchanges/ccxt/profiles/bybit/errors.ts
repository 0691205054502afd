/**
 * What an error of Bybit proves: `retCode` and `retMsg`, which come with HTTP 200 too. Source:
 * bybit-exchange.github.io/docs/v5/error, read on 2026-11-21. Not listed, because they leave the
 * execution open: 10000 (server timeout), 10016 (server error), 170001, 170007, 170032, 170035
 * ("submitted to the system for processing"), 170146 and 170147 (timeouts), 170149, 170150, 170191,
 * 170212 (a cancel that is being processed), 170234, 170310, 170311, and every newer code.
 */
import type { ErrorRule, VenueError } from "../../plans/answer_plan.ts";

/** `{"retCode":110007,"retMsg":"ab not enough for new order","result":{},"time":1668838414793}` */
export function errorOf(value: object): VenueError | null {
  const row: { readonly [field: string]: unknown } = { ...value };
  const code = row["retCode"] ?? row["ret_code"]; // The gateway's own refusals use the old name.
  if (typeof code !== "number" && typeof code !== "string") return null;
  if (String(code) === "0") return null;
  const message = row["retMsg"] ?? row["ret_msg"];
  return { code: String(code), message: typeof message === "string" ? message : "" };
}

/** By our word for it; each says that the request was turned away before it did anything. */
const REFUSED: Readonly<Record<string, readonly number[]>> = {
  INVALID_TIMESTAMP: [10002],
  INVALID_SIGNATURE: [10004],
  AUTHENTICATION: [10003, 10007, 10010, 33004, -2015],
  PERMISSION: [
    ...[10005, 10008, 10009, 10020, 10024, 10027, 10028, 10029, 100028],
    ...[110067, 110068, 110069, 110070, 110088, 170157, 170209, 170219, 170224, 170241, 170709],
  ],
  INVALID_REQUEST: [
    ...[10001, 10017, 10404, 110018, 110019, 110031, 110032, 110037, 110049, 110050, 110057],
    ...[170105, 170115, 170116, 170117, 170130, 170201, 170202, 170203, 181000, 181001],
    ...[181002, 181003, 181004],
  ],
  INVALID_SYMBOL: [170121, 170221],
  INSUFFICIENT_FUNDS: [
    ...[110004, 110006, 110007, 110012, 110044, 110045, 110051, 110052, 110053],
    ...[170033, 170131],
  ],
  FILTER: [
    ...[110003, 110094, 170124, 170132, 170133, 170134, 170135, 170136, 170137, 170140],
    ...[170148, 170192, 170193, 170194, 170195, 170196, 170197, 170198, 170199, 170200],
    ...[170204, 170228, 170229, 170341, 170371, 170372],
  ],
  RISK_LIMIT: [110011, 110016, 110021, 110022, 110040, 110085, 110086, 110089, 110090],
  MAX_OPEN_ORDERS: [110009, 110020],
  REDUCE_ONLY_REJECTED: [110017, 110023, 110034, 110042],
  MARKET_CLOSED: [110063, 110066, 170151, 170159],
  POST_ONLY_WOULD_TAKE: [170217, 170218],
  ACCOUNT_LIQUIDATING: [110080, 170223, 170226],
  // Of an amendment: what it asks for cannot be.
  AMEND_REFUSED: [110064, 170312, 170313],
  UNSUPPORTED: [170145, 170227],
  REFUSED: [170210],
};

/** They ask to come later: nothing was done, and nothing is said of the order itself. */
const LATER: Readonly<Record<string, readonly number[]>> = {
  RATE_LIMITED: [10006, 10018, 10429, 20003, 170005, 170222],
  // "The service is restarting, do not accept new request."
  RESTARTING: [10019],
  // "The order is processing and can not be operated": of a cancel or an amendment.
  ORDER_BUSY: [110079, 170144],
};

/**
 * The id may belong to the order whose answer was lost, so it is looked up. 10014 and 20006: a
 * request that the venue takes for a copy; which of the two it did is not said.
 */
const DUPLICATE: readonly number[] = [10014, 20006, 110030, 110072, 170141];

/** Also of orders that are done ("has been completed or cancelled"): proves nothing by itself. */
const NOT_FOUND: readonly number[] = [
  ...[110001, 110008, 110010],
  ...[170139, 170142, 170143, 170190, 170213],
];

export const BYBIT_ERRORS: readonly ErrorRule[] = [
  ...DUPLICATE.map((code): ErrorRule => ({
    code: String(code),
    verdict: "duplicate",
    reason: "DUPLICATE_ID",
  })),
  ...NOT_FOUND.map((code): ErrorRule => ({
    code: String(code),
    verdict: "notFound",
    reason: "UNKNOWN_ORDER",
  })),
  ...listed(LATER).map((rule) => ({ ...rule, later: true })),
  ...listed(REFUSED),
];

function listed(table: Readonly<Record<string, readonly number[]>>): readonly ErrorRule[] {
  return Object.entries(table).flatMap(([reason, codes]) =>
    codes.map((code): ErrorRule => ({ code: String(code), verdict: "refused", reason }))
  );
}
