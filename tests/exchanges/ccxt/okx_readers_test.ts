import { assert, assertEquals, assertThrows } from "@std/assert";
import { asRow, RowError } from "../../../src/exchanges/ccxt/rows/fields.ts";
import { okxEntry } from "../../../src/exchanges/ccxt/profiles/okx/entry.ts";
import { OKX_ERRORS } from "../../../src/exchanges/ccxt/profiles/okx/errors.ts";
import { okxReads } from "../../../src/exchanges/ccxt/profiles/okx/reads.ts";
import {
  fillOfUpdate,
  readBalance,
  readOrder,
  readPosition,
  readTrade,
} from "../../../src/exchanges/ccxt/profiles/okx/rows.ts";
import { readFrame } from "../../../src/exchanges/ccxt/profiles/okx/stream.ts";
import { okx } from "../../../src/exchanges/ccxt/profiles/okx.ts";
import type { RowContext } from "../../../src/exchanges/ccxt/plans/venue_call.ts";
import { judge } from "../../../src/exchanges/ccxt/wire/verdict.ts";
import type { Action } from "../../../src/exchanges/ccxt/plans/answer_plan.ts";
import { decimal } from "../../../src/model/decimal.ts";
import { recorded } from "../../recordings.ts";
import { named, resting } from "./okx.ts";

const NOW = 1_763_000_000_000;
const context: RowContext = {
  symbolOf: (rawSymbol) => rawSymbol,
  contractSizeOf: (rawSymbol) => rawSymbol.split("-").length === 2 ? null : decimal("0.1"),
  receivedAt: NOW,
};

Deno.test("okx: an account that does not heed reduceOnly is not connected to", () => {
  const config = (acctLv: string) => ({ code: "0", msg: "", data: [{ acctLv }] });
  const refusal = (acctLv: string) => okxReads.admission?.refusal(config(acctLv)) ?? null;
  for (const acctLv of ["1", "2", "3"]) assertEquals(refusal(acctLv), null);
  assert(refusal("4")?.includes("portfolio margin"));
  assertThrows(() => okxReads.admission?.refusal({ code: "0", msg: "", data: [{}] }), RowError);
});

Deno.test("okx: a login that failed reaches whoever waits for it, any other error ends the socket", () => {
  const error = (code: string) => readFrame({ event: "error", code, msg: "no" }, context).kind;
  assertEquals(["60005", "60007", "60024"].map(error), ["ccxt", "ccxt", "ccxt"]);
  assertEquals(["60011", "60012", "60018"].map(error), ["ended", "ended", "ended"]);
});

Deno.test("okx: a recorded order is read with its exact digits", async () => {
  const { parseOrder } = await recorded("okx", "rest");
  const order = readOrder(parseOrder![2], context);
  assertEquals(order, {
    exchangeOrderId: "317251910906576896",
    clientOrderId: null,
    symbolId: "ETH-USDT",
    side: "BUY",
    amount: decimal("0.001"),
    limitPrice: decimal("2000"),
    filled: decimal("0"),
    venueTime: 1621910749815,
    status: "OPEN",
    cause: null,
    fills: [],
  });
});

Deno.test("okx: a recorded trade is read, and what is charged is a cost", async () => {
  const { fetchMyTrades } = await recorded("okx", "rest");
  const fill = readTrade(fetchMyTrades![1], context);
  assertEquals([fill.tradeId, fill.exchangeOrderId, fill.clientOrderId], [
    "107601752",
    "317321390244397056",
    null,
  ]);
  assertEquals([fill.quantity, fill.price, fill.fee, fill.liquidity], [
    decimal("0.007533"),
    decimal("2654.98"),
    { asset: "ETH", amount: decimal("0.000007533") },
    "TAKER",
  ]);
});

Deno.test("okx: recorded balances are read from the read and from the channel", async () => {
  const { fetchBalance } = await recorded("okx", "rest");
  assertEquals(readBalance(fetchBalance![5]), {
    assetId: "BTC",
    total: decimal("0.049"),
    available: decimal("0.049"),
    locked: decimal("0"),
    borrowed: decimal("0"),
    interest: decimal("0"),
    updatedAt: 1621973128591,
  });
  const { handleBalance } = await recorded("okx", "ws");
  const reading = readFrame(handleBalance![0], context);
  assert(reading.kind === "facts" && reading.facts[0]?.kind === "balances");
  const [held] = reading.facts[0].balances;
  assertEquals([held!.assetId, held!.total], ["TUSD", decimal("2900")]);
});

Deno.test("okx: an order that cannot be read takes none of its message along", async () => {
  const { handleOrders } = await recorded("okx", "ws");
  const row = asRow(handleOrders![1]);
  const frame = { arg: { channel: "orders" }, data: [{ ...row, sz: "a lot" }, row] };
  const reading = readFrame(frame, context);
  assert(reading.kind === "facts");
  assertEquals(reading.facts.map(({ kind }) => kind)[0], "malformed");
  assertEquals(reading.facts[1]?.kind, "order");
});

Deno.test("okx: what cannot be spent of a margin account is locked, profit is not held", () => {
  const row = { ccy: "USDT", cashBal: "100", availBal: "", uTime: "1", frozenBal: "20" };
  const held = (fields: Record<string, unknown>) => {
    const { total, available, locked } = readBalance({ ...row, ...fields });
    return [total, available, locked];
  };
  assertEquals(held({ availEq: "70" }), ["100", "70", "30"]);
  assertEquals(held({ availEq: "130" }), ["100", "100", "0"]);
  assertEquals(held({ availEq: "" }), ["100", "80", "20"]);
  assertEquals(held({ cashBal: "-5", availEq: "0" }), ["-5", "-5", "0"]);
});

Deno.test("okx: recorded positions are in base units, signed by their side", async () => {
  const { handlePositions } = await recorded("okx", "ws");
  const reading = readFrame(handlePositions![0], context);
  assert(reading.kind === "facts" && reading.facts[0]?.kind === "positions");
  const [net] = reading.facts[0].positions;
  assertEquals([net!.symbolId, net!.asset.quantity, net!.side], ["XRP-USDT-SWAP", "0.1", null]);
  const { fetchPositions } = await recorded("okx", "rest");
  const short = readPosition({ ...asRow(fetchPositions![1]), posSide: "short" }, context);
  assertEquals([short!.asset.quantity, short!.side], [decimal("-0.1"), "SHORT"]);
  assertEquals(readPosition({ ...asRow(fetchPositions![1]), instType: "MARGIN" }, context), null);
});

Deno.test("okx: an amount of a contract that is not listed is refused, not taken for base units", async () => {
  const { fetchPositions } = await recorded("okx", "rest");
  const unlisted = { ...context, contractSizeOf: () => null };
  assertThrows(() => readPosition(fetchPositions![1], unlisted), RowError, "not listed");
});

/** [state and source, filled, status, cause] */
const ENDS: readonly (readonly [string, string, string, string, string | null])[] = [
  ["live", "", "0", "OPEN", null],
  ["live", "", "0.5", "PARTIALLY_FILLED", null],
  ["partially_filled", "", "0.5", "PARTIALLY_FILLED", null],
  ["filled", "", "1", "FILLED", null],
  ["canceled", "1", "0", "CANCELED", null],
  ["canceled", "", "0", "CANCELED", null],
  ["canceled", "13", "0", "EXPIRED", "TIME_IN_FORCE"],
  ["canceled", "14", "0.5", "EXPIRED", "TIME_IN_FORCE"],
  ["canceled", "31", "0", "REJECTED", "POST_ONLY_WOULD_TAKE"],
  ["canceled", "31", "0.5", "CANCELED", null],
  ["canceled", "32", "0", "EXPIRED", "SELF_TRADE_PREVENTION"],
  ["canceled", "20", "0", "CANCELED", "DEAD_MANS_SWITCH"],
  ["canceled", "22", "0", "CANCELED", "REDUCE_ONLY"],
  ["canceled", "3", "0", "CANCELED", "LIQUIDATION"],
  ["mmp_canceled", "", "0", "CANCELED", "MARKET_MAKER_PROTECTION"],
  ["something new", "", "0", "UNKNOWN", null],
];

for (const [state, cancelSource, accFillSz, status, cause] of ENDS) {
  Deno.test(`okx: ${state} by source "${cancelSource}" with ${accFillSz} filled is ${status}`, async () => {
    const { parseOrder } = await recorded("okx", "rest");
    const told = { ...asRow(parseOrder![2]), state, cancelSource, accFillSz, sz: "1" };
    const order = readOrder(told, context);
    assertEquals([order.status, order.cause], [status, cause]);
  });
}

Deno.test("okx: a foreign market order sized in quote units counts what it filled", async () => {
  const { parseOrder } = await recorded("okx", "rest");
  const told = { ...asRow(parseOrder![2]), tgtCcy: "quote_ccy", sz: "500", accFillSz: "0.25" };
  assertEquals(readOrder(told, context).amount, decimal("0.25"));
});

Deno.test("okx: an update without a trade brings no fill", async () => {
  const { handleOrders } = await recorded("okx", "ws");
  const update = asRow(handleOrders![1]);
  assertEquals(fillOfUpdate(update, context), null);
  const filled = {
    ...update,
    tradeId: "7",
    fillSz: "0.5",
    fillPx: "60000",
    fillTime: "1634548275999",
    fillFee: "0.3",
    fillFeeCcy: "USDT",
    execType: "M",
  };
  const fill = fillOfUpdate(filled, context);
  assertEquals([fill!.quantity, fill!.fee, fill!.liquidity, fill!.venueTime], [
    decimal("0.5"),
    { asset: "USDT", amount: decimal("-0.3") }, // a rebate
    "MAKER",
    1634548275999,
  ]);
});

Deno.test("okx: an acknowledgement shows an open order of which nothing is filled", async () => {
  const { createOrders } = await recorded("okx", "rest");
  const answer = asRow(createOrders![0]);
  const one = { ...answer, data: [createOrders![1]] };
  const created = okxEntry.created(one, resting(), context);
  assertEquals([created.status, created.filled, created.venueTime, created.exchangeOrderId], [
    "OPEN",
    "0",
    1697979038584,
    "636305438765568000",
  ]);
});

Deno.test("okx: an answer about another order is none about this one", () => {
  const answer = { code: "0", data: [{ ordId: "9", clOrdId: "other", sCode: "0", sMsg: "" }] };
  assertThrows(() => okxEntry.canceled(answer, named(), context), RowError);
  assertThrows(() =>
    okxEntry.canceled(
      { code: "0", data: [{ ordId: "9", clOrdId: "", sCode: "0" }] },
      named({ exchangeOrderId: "8" }),
      context,
    ), RowError);
});

/** The answer that holds an error, as REST gives it. */
function refusal(code: string, where: "row" | "whole", status = 200) {
  const text = where === "row"
    ? { code: "1", data: [{ clOrdId: "a", ordId: "", sCode: code, sMsg: "no" }], msg: "" }
    : { code, data: [], msg: "no" };
  const answer = {
    kind: "answered",
    status,
    headers: new Headers(),
    text: JSON.stringify(text),
  } as const;
  return (action: Action) => judge(answer, action, { profile: okx, redact: (t) => t });
}

for (const rule of OKX_ERRORS) {
  const action = rule.on ?? "submit";
  Deno.test(`okx: error ${rule.code} on ${action} is ${rule.verdict}, ${rule.reason}`, () => {
    for (const where of ["row", "whole"] as const) {
      const verdict = refusal(rule.code ?? "", where)(action);
      switch (rule.verdict) {
        case "refused":
          assert(verdict.kind === "refused", JSON.stringify(verdict));
          assertEquals([verdict.reason.code, verdict.reason.venueCode], [rule.reason, rule.code]);
          assertEquals(verdict.reason.retryAfterMs !== undefined, rule.later === true);
          break;
        case "duplicate":
          assert(verdict.kind === "unknown", JSON.stringify(verdict));
          assertEquals(verdict.cause.code, "DUPLICATE_ID");
          break;
        case "notFound":
          assertEquals(verdict.kind, "notFound");
      }
    }
  });
}

for (
  const code of ["1", "2", "50001", "50004", "50013", "50026", "51054", "51149", "51410", "99999"]
) {
  Deno.test(`okx: error ${code} proves nothing`, () => {
    for (const where of ["row", "whole"] as const) {
      assertEquals(refusal(code, where)("submit").kind, "unknown");
    }
  });
}

Deno.test("okx: a listed error in a 5xx answer proves nothing", () => {
  assertEquals(refusal("51008", "row", 500)("submit").kind, "unknown");
});

Deno.test("okx: a code is in the list once for one action", () => {
  const keys = OKX_ERRORS.map(({ code, on }) => `${code} ${on ?? ""}`);
  assertEquals(keys.length, new Set(keys).size);
});
