/** The readers of Binance USDⓈ-M on payloads the venue itself has sent, and its error table. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Action } from "../../../src/exchanges/ccxt/plans/answer_plan.ts";
import { RowError } from "../../../src/exchanges/ccxt/rows/fields.ts";
import { binanceUsdm } from "../../../src/exchanges/ccxt/profiles/binance_usdm.ts";
import { BINANCE_USDM_ERRORS } from "../../../src/exchanges/ccxt/profiles/binance_usdm/errors.ts";
import { readMessage } from "../../../src/exchanges/ccxt/profiles/binance_usdm/market.ts";
import {
  binanceUsdmPrivateSocket,
  readFrame,
} from "../../../src/exchanges/ccxt/profiles/binance_usdm/stream.ts";
import type { RowContext, VenueCall } from "../../../src/exchanges/ccxt/plans/venue_call.ts";
import { decimal } from "../../../src/model/decimal.ts";
import type { Ticker } from "../../../src/model/market.ts";
import type { EpochMs } from "../../../src/model/scalars.ts";

type Payloads = Readonly<Record<string, unknown>>;

const rest = await recorded("rest");
const ws = await recorded("ws");
const CONTEXT: RowContext = {
  symbolOf: (raw) => raw === "BTCUSDT" ? "BTC/USDT:PERP" : raw,
  contractSizeOf: () => null,
  receivedAt: 7,
};
const { reads } = binanceUsdm;

/** [recorded payload, client order id, status, limit price] */
const ORDERS = [
  ["POST order", "x-xcKtGhcu02573c6f15e544e990057b", "OPEN", "35000"],
  ["PUT order", "web_pCCGp9AIHjziKLlpGpXI", "OPEN", "25000"],
  ["GET openOrder", "x-xcKtGhcufb20c5a7761a4aa09aa156", "OPEN", "33000"],
  ["GET allOrders row", "x-xcKtGhcu402881c9103f42bdb4183b", "CANCELED", "35000"],
  ["DELETE order", "myOrder1", "CANCELED", "null"], // Its own id: a cancel has none here.
] as const;

for (const [name, clientOrderId, status, limitPrice] of ORDERS) {
  Deno.test(`binance usdm recorded: ${name} is read as what it says`, () => {
    const order = reads.history.read(rest[name], CONTEXT);
    const { symbolId } = order;
    assertEquals(
      [order.clientOrderId, order.status, `${order.limitPrice}`, symbolId],
      [clientOrderId, status, limitPrice, "BTC/USDT:PERP"],
    );
  });
}

Deno.test("binance usdm recorded: a trade is read with its fee, a rebate below zero", () => {
  const { tradeId, side, price, quantity, fee, liquidity } = reads.tradesSince.read(
    rest["GET userTrades row, rebate"],
    CONTEXT,
  );
  assertEquals(
    [tradeId, side, price, quantity, fee?.asset, fee?.amount, liquidity].map(String),
    ["477128891", "SELL", "38479.55", "0.001", "USDT", "-0.00076959", "MAKER"],
  );
});

Deno.test("binance usdm recorded: a position is read, its leverage from notional and margin", () => {
  const [row] = reads.positions!.rows(rest["GET v3 positionRisk"]);
  const position = reads.positions!.read(row, CONTEXT);
  assert(position !== null);
  const { asset, leverage, side } = position;
  assertEquals(
    [asset.quantity, asset.entryPrice, asset.markPrice, asset.marginUsed, leverage].map(String),
    ["5", "2.3483", "2.3956", "2.3956", "5"],
  );
  assertEquals([side, asset.liquidationPrice], [null, null]);
});

Deno.test("binance usdm recorded: the leverage of a flat contract is read", () => {
  const [row] = reads.positions!.rows(rest["GET symbolConfig"]);
  const position = reads.positions!.read(row, CONTEXT);
  assertEquals([`${position?.leverage}`, `${position?.asset.quantity}`], ["21", "0"]);
});

/** [what is read, by which reader]: each is refused by name, never misread. */
const REFUSED: readonly (readonly [string, (payload: unknown) => unknown])[] = [
  ["POST algoOrder", (row) => reads.history.read(row, CONTEXT)],
  ["GET v2 positionRisk row, hedge mode", (row) => reads.positions!.read(row, CONTEXT)],
  [
    "GET account",
    (row) => reads.balances.rows(row).map((each) => reads.balances.read(each, CONTEXT)),
  ],
];

for (const [name, read] of REFUSED) {
  Deno.test(`binance usdm recorded: ${name} is refused with a reason`, () => {
    assertThrows(() => read(rest[name]), RowError);
  });
}

Deno.test("binance usdm recorded: no payload makes a reader fail otherwise than by refusing", () => {
  const readers = [
    (row: unknown) => reads.history.read(row, CONTEXT),
    (row: unknown) => reads.tradesSince.read(row, CONTEXT),
    (row: unknown) => reads.balances.read(row, CONTEXT),
    (row: unknown) => reads.positions!.read(row, CONTEXT),
    (row: unknown) => reads.ticker.read(row, CONTEXT),
    (row: unknown) => readFrame(row, CONTEXT),
    (row: unknown) => readMessage(row, CONTEXT),
  ];
  for (const payload of [...Object.values(rest), ...Object.values(ws)].flat()) {
    for (const read of readers) {
      try {
        read(payload);
      } catch (error) {
        assert(error instanceof RowError || error instanceof RangeError, String(error));
      }
    }
  }
});

Deno.test("binance usdm recorded: a trade on the stream is an order with its fill", () => {
  const reading = readFrame(
    { e: "ORDER_TRADE_UPDATE", o: ws["ORDER_TRADE_UPDATE o, trade"] },
    CONTEXT,
  );
  assert(reading.kind === "facts", reading.kind);
  const [fact] = reading.facts;
  assert(fact?.kind === "order");
  const { clientOrderId, status, filled, fills: [fill] } = fact.order;
  assertEquals([clientOrderId, status, `${filled}`], ["pb2jD6ZQHpfzSdUac8VqMK", "FILLED", "0.001"]);
  assertEquals(
    [fill?.tradeId, fill?.price, fill?.fee?.asset, fill?.fee?.amount].map(String),
    ["458032604", "33468.46", "BNB", "0.00027086"],
  );
});

Deno.test("binance usdm recorded: an account update is wallets and positions", () => {
  const reading = readFrame(ws["ACCOUNT_UPDATE"], CONTEXT);
  assert(reading.kind === "facts", reading.kind);
  const [balances, positions] = reading.facts;
  assert(balances?.kind === "balances" && positions?.kind === "positions");
  const [usdt] = balances.balances;
  assertEquals(
    [usdt?.total, usdt?.available, usdt?.locked].map(String),
    ["1127.95750089", "1040.82091149", "87.1365894"], // What the isolated position holds.
  );
  const [held] = positions.positions;
  assertEquals([held?.symbolId, `${held?.asset.quantity}`, held?.leverage], [
    "BTC/USDT:PERP",
    "-0.089",
    null,
  ]);
});

Deno.test("binance usdm: a wallet that cannot be read takes no other wallet and no position along", () => {
  const event = ws["ACCOUNT_UPDATE"] as { readonly a: { readonly B: readonly object[] } };
  const a = { ...event.a, B: [{ a: "XYZ", wb: "much", cw: "0" }, ...event.a.B] };
  const reading = readFrame({ ...event, a }, CONTEXT);
  assert(reading.kind === "facts");
  const kinds = new Set(reading.facts.map(({ kind }) => kind));
  assertEquals(kinds, new Set(["malformed", "balances", "positions"]));
});

Deno.test("binance usdm: a listen key that expired ends the stream", () => {
  const frame = { e: "listenKeyExpired", E: 1_576_653_824_250, listenKey: "k" };
  assertEquals(readFrame(frame, CONTEXT).kind, "ended");
  assert(binanceUsdmPrivateSocket.renewal!.everyMs <= 30 * 60_000); // Of 60 minutes.
});

/** [what, the event with its time, what it tells]; of ccxt's recordings. */
const PRICES: readonly (readonly [string, object, EpochMs, Partial<Ticker>])[] = [
  [
    "the day's statistics",
    { e: "24hrTicker", E: 1_579_485_598_569, s: "BTCUSDT", p: "-0.1", c: "7403.89", o: "7400" },
    1_579_485_598_569,
    { last: decimal("7403.89") },
  ],
  [
    "the mark price",
    {
      ...{ e: "markPriceUpdate", E: 1_562_305_380_000, s: "BTCUSDT", p: "11794.15000000" },
      ...{ i: "11784.62659091", P: "11784.25641265", r: "0.00038167", T: 1_562_306_400_000 },
    },
    1_562_305_380_000,
    { mark: decimal("11794.15"), index: decimal("11784.62659091") },
  ],
];

for (const [what, event, venueTime, told] of PRICES) {
  Deno.test(`binance usdm: ${what} tells prices beside the quotes`, () => {
    const reading = readMessage(event, CONTEXT);
    assert(reading.kind === "facts");
    assertEquals(reading.facts, [{
      kind: "prices",
      symbolId: "BTC/USDT:PERP",
      prices: { last: null, mark: null, index: null, ...told, venueTime },
      receivedAt: CONTEXT.receivedAt,
    }]);
  });
}

Deno.test("binance usdm: a diff follows the event before it, and a book is deep as asked", () => {
  const diff = {
    ...{ e: "depthUpdate", E: 1_571_889_248_277, T: 1_571_889_248_276, s: "BTCUSDT" },
    ...{ U: 390_497_796, u: 390_497_878, pu: 390_497_794 },
    ...{ b: [["7403.89", "0.002"]], a: [["7405.96", "3.340"]] },
  };
  const reading = readMessage(diff, CONTEXT);
  assert(reading.kind === "facts");
  const [fact] = reading.facts;
  assert(fact?.kind === "bookDelta");
  assertEquals([fact.delta.previous, fact.delta.last], [390_497_794, 390_497_878]);
  const context = { ...CONTEXT, symbolId: "BTC/USDT:PERP", rawSymbol: "BTCUSDT", depth: 100 };
  const book = binanceUsdm.market!.reads.book.read(rest["GET depth"], context);
  assertEquals([book.sequence, book.levelsMax, `${book.bids[0]?.price}`], [
    333598053905,
    100,
    "2493.56",
  ]);
});

Deno.test("binance usdm: trades are read by time to the end, since ids tell of 7 days alone", () => {
  const day = 86_400_000;
  const { first, next } = reads.tradesSince;
  const query = { rawSymbol: "BTCUSDT", since: 0, now: 20 * day };
  const trade = reads.tradesSince.read(rest["GET userTrades row, rebate"], CONTEXT);
  const page = (call: VenueCall, times: readonly number[]) =>
    next({ query, call, answer: [], values: times.map((venueTime) => ({ ...trade, venueTime })) });
  const windowOf = (call: VenueCall | null) => [call?.params["startTime"], call?.params["endTime"]];
  const second = page(first(query), [3 * day]);
  assertEquals(windowOf(second), [7 * day, 14 * day - 1]);
  assert(second !== null);
  const full = Array.from({ length: 1_000 }, (_, at) => 8 * day + at);
  const third = page(second, full);
  assertEquals(windowOf(third), [8 * day + 999, 15 * day + 998]);
  assert(third !== null);
  const last = page(third, []);
  assertEquals(windowOf(last), [15 * day + 999, 22 * day + 998]);
  assert(last !== null);
  assertEquals(page(last, [16 * day]), null);
});

/** [code, action, verdict, reason] */
const VERDICTS: readonly (readonly [string, Action, string | undefined, string?])[] = [
  ["-4116", "submit", "duplicate", "DUPLICATE_ID"],
  ["-2011", "cancel", "notFound", "UNKNOWN_ORDER"],
  ["-2013", "read", "notFound", "UNKNOWN_ORDER"],
  ["-2013", "amend", "notFound", "UNKNOWN_ORDER"],
  ["-2013", "submit", undefined],
  ["-2019", "submit", "refused", "INSUFFICIENT_FUNDS"],
  ["-2022", "submit", "refused", "REDUCE_ONLY"],
  ["-4061", "submit", "refused", "HEDGE_MODE"],
  ["-4164", "submit", "refused", "FILTER"],
  ["-5021", "submit", "refused", "FOK_NOT_FILLABLE"],
  ["-5022", "submit", "refused", "POST_ONLY_WOULD_TAKE"],
  ["-5022", "amend", undefined], // The venue cancels the order then.
  ["-5027", "amend", "refused", "NOT_AMENDABLE"],
  ["-5028", "submit", "refused", "INVALID_TIMESTAMP"],
  ["-1021", "submit", "refused", "INVALID_TIMESTAMP"],
  ["-1015", "submit", "refused", "RATE_LIMITED"],
  // They leave the execution open, or are not documented to prove anything.
  ...["-1000", "-1001", "-1006", "-1007", "-1008", "-1016", "-2010", "-2020", "-9999"]
    .map((code) => [code, "submit", undefined] as const),
];

for (const [code, action, verdict, reason] of VERDICTS) {
  Deno.test(`binance usdm: error ${code} on ${action} proves ${verdict ?? "nothing"}`, () => {
    const rule = BINANCE_USDM_ERRORS.find((each) =>
      each.code === code && (each.on === undefined || each.on === action)
    );
    assertEquals([rule?.verdict, rule?.reason], [verdict, reason]);
  });
}

Deno.test("binance usdm: no code is listed twice for one action", () => {
  const seen = BINANCE_USDM_ERRORS.map(({ code, on }) => `${code} ${on ?? ""}`);
  assertEquals(seen.length, new Set(seen).size);
});

async function recorded(file: "rest" | "ws"): Promise<Payloads> {
  const path = new URL(`../../fixtures/binance/usdm.${file}.json`, import.meta.url);
  return JSON.parse(await Deno.readTextFile(path));
}
