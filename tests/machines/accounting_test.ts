import { assertEquals } from "@std/assert";
import {
  Accounting,
  type Mismatch,
  type Quantity,
  type Reading,
} from "../../machines/accounting.ts";
import { decimal } from "../../src/model/decimal.ts";
import type { Fill } from "../../src/model/fill.ts";
import type { Instrument } from "../../src/model/instrument.ts";
import { aFill } from "./intent_builders.ts";

const SPOT: Instrument = {
  symbol: "BTC/USDT",
  rawSymbol: "BTCUSDT",
  baseCurrency: "BTC",
  quoteCurrency: "USDT",
  settleCurrency: null,
  instrumentType: "SPOT",
  contractSize: null,
  tickSize: decimal("0.01"),
  minOrderSize: decimal("0.00001"),
  maxOrderSize: null,
  pricePrecision: 2,
  quantityPrecision: 5,
  metadata: {},
};
const PERP: Instrument = {
  ...SPOT,
  symbol: "BTC/USDT:PERP",
  settleCurrency: "USDT",
  instrumentType: "PERPETUAL",
};

/** A reading that took 100 ms, and may be 2 s behind. */
function reading(at: number, balances: Readonly<Record<string, string>>): Reading {
  const quantities = Object.entries(balances).map(([assetId, quantity]): Quantity => ({
    subject: { kind: "asset", assetId },
    quantity: decimal(quantity),
  }));
  return { kind: "asset", quantities, from: at - 2_000, to: at + 100 };
}

function positions(at: number, quantity: string): Reading {
  const subject = { kind: "position", symbolId: PERP.symbol } as const;
  const quantities = [{ subject, quantity: decimal(quantity) }];
  return { kind: "position", quantities, from: at - 2_000, to: at + 100 };
}

const bought = (tradeId: string, at: number, changes: Partial<Fill> = {}): Fill =>
  aFill(tradeId, "1", {
    fee: { asset: "BTC", amount: decimal("0.001") },
    venueTime: at,
    ...changes,
  });

/** Ten thousand in the bank at second 100. */
function opened(): Accounting {
  const accounting = new Accounting();
  accounting.read(reading(100_000, { USDT: "10000", BTC: "2" }));
  assertEquals(accounting.check(), []);
  return accounting;
}

const brief = (found: readonly Mismatch[]) =>
  found.map(({ subject, difference }) => [
    subject.kind === "asset" ? subject.assetId : subject.symbolId,
    difference,
  ]);

Deno.test("accounting: trades, fees and balances that fit are no mismatch", () => {
  const accounting = opened();
  accounting.trade(bought("t1", 110_000), SPOT);
  accounting.read(reading(160_000, { USDT: "9900", BTC: "2.999" }));
  assertEquals(accounting.check(), []);
});

Deno.test("accounting: one lost trade shows in both assets, with both sides and their times", () => {
  const accounting = opened();
  accounting.trade(bought("t1", 110_000), SPOT);
  accounting.read(reading(160_000, { USDT: "9800", BTC: "3.998" }));
  assertEquals(accounting.check(), [
    {
      subject: { kind: "asset", assetId: "USDT" },
      since: 98_000,
      readAt: 160_100,
      venue: { before: decimal("10000"), now: decimal("9800") },
      booked: decimal("-100"),
      difference: decimal("-100"),
    },
    {
      subject: { kind: "asset", assetId: "BTC" },
      since: 98_000,
      readAt: 160_100,
      venue: { before: decimal("2"), now: decimal("3.998") },
      booked: decimal("0.999"),
      difference: decimal("0.999"),
    },
  ]);
});

Deno.test("accounting: the lost trade, once it is known, settles it", () => {
  const accounting = opened();
  accounting.read(reading(160_000, { USDT: "9900", BTC: "2.999" }));
  assertEquals(accounting.check().length, 2);
  accounting.trade(bought("t1", 110_000), SPOT);
  assertEquals(accounting.check(), []);
});

Deno.test("accounting: what is unexplained stays so until it is explained", () => {
  const accounting = opened();
  accounting.read(reading(160_000, { USDT: "9900", BTC: "2.999" }));
  assertEquals(accounting.check().length, 2);
  accounting.trade(bought("t2", 200_000), SPOT);
  accounting.read(reading(220_000, { USDT: "9800", BTC: "3.998" }));
  assertEquals(brief(accounting.check()), [["USDT", "-100"], ["BTC", "0.999"]]);
});

Deno.test("accounting: a deposit is told, and no trade is made of it", () => {
  const accounting = opened();
  accounting.read(reading(160_000, { USDT: "10500", BTC: "2" }));
  assertEquals(brief(accounting.check()), [["USDT", "500"]]);
});

Deno.test("accounting: an asset that a reading no longer lists is zero", () => {
  const accounting = opened();
  accounting.read(reading(160_000, { USDT: "10000" }));
  assertEquals(brief(accounting.check()), [["BTC", "-2"]]);
});

Deno.test("accounting: an asset that appears was zero before", () => {
  const accounting = opened();
  accounting.read(reading(160_000, { USDT: "10000", BTC: "2", BNB: "3" }));
  assertEquals(brief(accounting.check()), [["BNB", "3"]]);
});

Deno.test("accounting: a trade while the venue was read may be in the reading or not", () => {
  for (const balances of [{ USDT: "10000", BTC: "2" }, { USDT: "9900", BTC: "2.999" }]) {
    const accounting = opened();
    accounting.trade(bought("t1", 159_000), SPOT);
    accounting.read(reading(160_000, balances));
    assertEquals(accounting.check(), []);
    accounting.read(reading(220_000, { USDT: "9900", BTC: "2.999" }));
    assertEquals(accounting.check(), []);
  }
});

Deno.test("accounting: what no cut explains is a mismatch, also while trades come in", () => {
  const accounting = opened();
  accounting.trade(bought("t1", 159_000), SPOT);
  accounting.read(reading(160_000, { USDT: "9700", BTC: "2.999" }));
  assertEquals(brief(accounting.check()), [["USDT", "-200"]]);
  accounting.read(reading(220_000, { USDT: "9700", BTC: "2.999" }));
  assertEquals(brief(accounting.check()), [["USDT", "-200"]]);
});

Deno.test("accounting: a trade just before the first reading may be in it or not", () => {
  for (const balances of [{ USDT: "10000", BTC: "2" }, { USDT: "9900", BTC: "2.999" }]) {
    const accounting = opened();
    accounting.trade(bought("t1", 99_000), SPOT);
    accounting.read(reading(160_000, balances));
    assertEquals(accounting.check(), []);
  }
});

Deno.test("accounting: a trade of before the baseline is in it already", () => {
  const accounting = opened();
  accounting.trade(bought("t0", 90_000), SPOT);
  accounting.read(reading(160_000, { USDT: "10000", BTC: "2" }));
  assertEquals(accounting.check(), []);
});

Deno.test("accounting: the venue may round each trade, and only so much", () => {
  const accounting = opened();
  const third = { price: decimal("33.333333333"), fee: { asset: "BTC", amount: decimal("0") } };
  accounting.trade(bought("t1", 110_000, third), SPOT);
  accounting.read(reading(160_000, { USDT: "9966.66666667", BTC: "3" }));
  assertEquals(accounting.check(), []);
  accounting.trade(bought("t2", 170_000, third), SPOT);
  accounting.read(reading(220_000, { USDT: "9933.33333336", BTC: "4" }));
  assertEquals(brief(accounting.check()).map(([asset]) => asset), ["USDT"]);
});

Deno.test("accounting: a trade whose fee is not told proves nothing until the next baseline", () => {
  const accounting = opened();
  accounting.trade(bought("t1", 110_000, { fee: null }), SPOT);
  accounting.read(reading(160_000, { USDT: "9900", BTC: "2.99" }));
  assertEquals(accounting.check(), []);
  accounting.read(reading(220_000, { USDT: "9800", BTC: "2.99" }));
  assertEquals(brief(accounting.check()), [["USDT", "-100"]]);
});

Deno.test("accounting: trades that need no rounding leave no room for what is missing", () => {
  const accounting = opened();
  for (let n = 0; n < 1_000; n++) {
    accounting.trade(bought(`t${n}`, 110_000 + n, { quantity: decimal("0.00001") }), SPOT);
  }
  accounting.read(reading(160_000, { USDT: "9999", BTC: "1.009999" }));
  assertEquals(brief(accounting.check()), [["BTC", "-0.000001"]]);
});

Deno.test("accounting: what a person has accepted is the new baseline", () => {
  const accounting = opened();
  accounting.read(reading(160_000, { USDT: "10500", BTC: "2" }));
  const [deposit, ...more] = accounting.check();
  assertEquals(more, []);
  accounting.accept(deposit!);
  accounting.read(reading(220_000, { USDT: "10500", BTC: "2" }));
  assertEquals(accounting.check(), []);
});

Deno.test("accounting: what went missing after a person accepted is not accepted with it", () => {
  const accounting = opened();
  accounting.read(reading(160_000, { USDT: "10500", BTC: "2" }));
  const [deposit] = accounting.check();
  accounting.accept(deposit!);
  accounting.read(reading(220_000, { USDT: "10400", BTC: "2" }));
  assertEquals(brief(accounting.check()), [["USDT", "-100"]]);
});

Deno.test("accounting: a venue clock that steps back begins anew, and accuses nobody", () => {
  const accounting = opened();
  accounting.read(reading(700_000, { USDT: "10000", BTC: "2" }));
  assertEquals(accounting.check(), []);
  accounting.trade(bought("t1", 700_050), SPOT);
  accounting.read(reading(160_000, { USDT: "9900", BTC: "2.999" }));
  accounting.trade(bought("t2", 190_000), SPOT);
  accounting.read(reading(220_000, { USDT: "9800", BTC: "3.998" }));
  assertEquals(accounting.check(), []);
  accounting.read(reading(760_000, { USDT: "9700", BTC: "3.998" }));
  assertEquals(brief(accounting.check()), [["USDT", "-100"]]);
});

Deno.test("accounting: a lost trade of a derivative shows in its position", () => {
  const accounting = new Accounting();
  accounting.read(positions(100_000, "0"));
  accounting.trade(bought("t1", 110_000, { symbolId: PERP.symbol }), PERP);
  accounting.read(positions(160_000, "2"));
  assertEquals(brief(accounting.check()), [[PERP.symbol, "1"]]);
  accounting.trade(bought("t2", 120_000, { symbolId: PERP.symbol }), PERP);
  assertEquals(accounting.check(), []);
});

Deno.test("accounting: what contracts are settled in moves by profit and funding: not counted", () => {
  const accounting = opened();
  accounting.read({ ...positions(100_000, "1"), settledIn: ["USDT"] });
  accounting.read(reading(160_000, { USDT: "9990", BTC: "2" }));
  assertEquals(accounting.check(), []);
});

Deno.test("accounting: beside contracts other assets are counted as ever", () => {
  const accounting = opened();
  accounting.read({ ...positions(100_000, "1"), settledIn: ["USDT"] });
  accounting.read(reading(160_000, { USDT: "9990", BTC: "1.5" }));
  assertEquals(brief(accounting.check()), [["BTC", "-0.5"]]);
});

Deno.test("accounting: a trade of a contract moves no balance but that of a fee in another asset", () => {
  const accounting = opened();
  accounting.read(positions(100_000, "0"));
  const fee = { asset: "BTC", amount: decimal("0.001") };
  accounting.trade(bought("t1", 110_000, { symbolId: PERP.symbol, fee }), PERP);
  accounting.read(reading(160_000, { USDT: "9000", BTC: "1.999" }));
  accounting.read(positions(160_000, "1"));
  assertEquals(accounting.check(), []);
  accounting.read(reading(220_000, { USDT: "9000", BTC: "1.99" }));
  assertEquals(brief(accounting.check()), [["BTC", "-0.009"]]);
});

Deno.test("accounting: a position that is gone when its contract has ended was settled", () => {
  const accounting = new Accounting();
  accounting.read(positions(100_000, "3"));
  accounting.read(positions(160_000, "0"));
  assertEquals(brief(accounting.check((_, at) => at < 160_100)), [[PERP.symbol, "-3"]]);
  const begun = accounting.begun({ kind: "position", symbolId: PERP.symbol });
  assertEquals(accounting.check((symbolId) => symbolId === PERP.symbol), []);
  assertEquals(accounting.begun({ kind: "position", symbolId: PERP.symbol }), begun + 1);
  assertEquals(accounting.check(), []);
});

Deno.test("accounting: a position that is there, and another one, is no settlement", () => {
  const accounting = new Accounting();
  accounting.read(positions(100_000, "3"));
  accounting.read(positions(160_000, "2"));
  assertEquals(brief(accounting.check(() => true)), [[PERP.symbol, "-1"]]);
});

Deno.test("accounting: a balance that is gone is told, whatever has ended", () => {
  const accounting = opened();
  accounting.read(reading(160_000, { USDT: "10000" }));
  assertEquals(brief(accounting.check(() => true)), [["BTC", "-2"]]);
});

Deno.test("accounting: a trade in what is not listed any more leaves its position untold", () => {
  const accounting = new Accounting();
  accounting.read(positions(100_000, "3"));
  accounting.unlistedTrade(PERP.symbol);
  accounting.read(positions(160_000, "2"));
  assertEquals(accounting.check(), []);
  accounting.read(positions(220_000, "1"));
  assertEquals(brief(accounting.check()), [[PERP.symbol, "-1"]]);
});
