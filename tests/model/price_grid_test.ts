import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { compare, type Decimal, decimal, decimalsOf } from "../../src/model/decimal.ts";
import { type PriceConstraints, PriceConstraintsSchema } from "../../src/model/instrument.ts";
import { isOnGrid, roundToGrid, tickSizeAt } from "../../src/model/price_grid.ts";

function rule(fields: Record<string, unknown>): PriceConstraints {
  return PriceConstraintsSchema.parse({
    tickSize: "0.01",
    spacing: "DYNAMIC",
    min: null,
    max: null,
    bands: [],
    significantDigits: null,
    ...fields,
  });
}

/** Perpetuals with sizes of 2 decimals: prices of 5 digits and at most 4 decimals. */
const DIGITS = rule({ tickSize: "0.0001", significantDigits: 5 });
const BANDS = rule({
  tickSize: "0.001",
  bands: [{ from: "1", tickSize: "0.01" }, { from: "10", tickSize: "0.3" }, {
    from: "100",
    tickSize: "0.5",
  }],
});
const FIXED = rule({ spacing: "FIXED", tickSize: "0.25" });
const ANY = rule({ spacing: "CONTINUOUS" });

function ticks(constraints: PriceConstraints, prices: readonly string[]) {
  return prices.map((price) => tickSizeAt(decimal(price), constraints));
}

Deno.test("price grid: one tick size, or none at all", () => {
  assertEquals<unknown>(ticks(FIXED, ["0.1", "1000"]), ["0.25", "0.25"]);
  assertEquals(ticks(ANY, ["0.1"]), [null]);
  assertEquals<unknown>(roundToGrid(decimal("0.123"), ANY, "FLOOR"), "0.123");
});

Deno.test("price grid: significant digits, with decimals at most and integers always", () => {
  assertEquals<unknown>(
    ticks(DIGITS, ["0.00123", "0.5", "1.2345", "12.5", "999.99", "1234.5", "12345", "1234567"]),
    ["0.0001", "0.0001", "0.0001", "0.001", "0.01", "0.1", "1", "1"],
  );
});

/** Most decimals, price, whether it is taken: Hyperliquid, "Tick and lot size", 2026-11-21. */
const DOCUMENTED: readonly (readonly [number, string, boolean])[] = [
  [6, "1234.5", true],
  [6, "1234.56", false],
  [6, "0.001234", true],
  [6, "0.0012345", false],
  [5, "0.01234", true],
  [5, "0.012345", false],
  [5, "123456", true],
  [5, "12345.6", false],
  [8, "0.0001234", true],
  [7, "0.0001234", true],
  [5, "0.0001234", false],
];

for (const [decimals, price, isTaken] of DOCUMENTED) {
  Deno.test(`price grid: ${price} with ${decimals} decimals is ${isTaken ? "" : "not "}taken`, () => {
    const tickSize = `0.${"0".repeat(decimals - 1)}1`;
    assertEquals(isOnGrid(decimal(price), rule({ tickSize, significantDigits: 5 })), isTaken);
  });
}

Deno.test("price grid: a band begins at its price, below the first one the tick size rules", () => {
  assertEquals<unknown>(ticks(BANDS, ["0.5", "1", "9.99", "10", "99.9", "100", "5000"]), [
    "0.001",
    "0.01",
    "0.01",
    "0.3",
    "0.3",
    "0.5",
    "0.5",
  ]);
});

Deno.test("price grid: rounding passes the edges of bands and digits", () => {
  const round = (price: string, constraints: PriceConstraints) => [
    roundToGrid(decimal(price), constraints, "FLOOR"),
    roundToGrid(decimal(price), constraints, "CEIL"),
  ];
  // 10 is no multiple of 0.3: below 10.2 the next price down is the last one of the band beneath.
  assertEquals<unknown>(round("10.1", BANDS), ["9.99", "10.2"]);
  assertEquals<unknown>(round("99.95", BANDS), ["99.9", "100"]);
  assertEquals<unknown>(round("0.9995", BANDS), ["0.999", "1"]);
  assertEquals<unknown>(round("9999.96", DIGITS), ["9999.9", "10000"]);
  assertEquals<unknown>(round("0.00005", DIGITS), ["0", "0.0001"]);
});

const price = fc.tuple(fc.bigInt({ min: 1n, max: 10n ** 12n }), fc.integer({ min: 0, max: 9 }))
  .map(([digits, places]) => {
    const text = digits.toString().padStart(places + 1, "0");
    return decimal(
      places === 0 ? text : `${text.slice(0, -places)}.${text.slice(-places)}`,
    );
  });
const NAMED: readonly (readonly [string, PriceConstraints])[] = [
  ["one tick size", FIXED],
  ["bands", BANDS],
  ["significant digits", DIGITS],
  ["five digits and eight decimals", rule({ tickSize: "0.00000001", significantDigits: 5 })],
];

for (const [name, constraints] of NAMED) {
  Deno.test(`price grid: with ${name} a rounded price is on the grid and is the nearest`, () => {
    fc.assert(
      fc.property(price, (given) => {
        const floor = roundToGrid(given, constraints, "FLOOR");
        const ceiling = roundToGrid(given, constraints, "CEIL");
        assert(isOnGrid(floor, constraints) && isOnGrid(ceiling, constraints));
        assert(compare(floor, given) <= 0 && compare(given, ceiling) <= 0);
        if (isOnGrid(given, constraints)) assertEquals([floor, ceiling], [given, given]);
        else assertEquals(roundToGrid(between(floor, ceiling), constraints, "CEIL"), ceiling);
      }),
      { seed: 20261121, numRuns: 1_000 },
    );
  });
}

Deno.test("price grid: significant digits are counted as a reader counts them", () => {
  fc.assert(
    fc.property(price, (given) => {
      const digits = given.replace(".", "").replace(/^0+/, "").length;
      const decimals = decimalsOf(given);
      const expected = decimals === 0 || (digits <= 5 && decimals <= 4);
      assertEquals(isOnGrid(given, DIGITS), expected, given);
    }),
    { seed: 20261121, numRuns: 2_000 },
  );
});

Deno.test("price grid: tables that leave the tick size open are refused", () => {
  const refusals = [
    { bands: [{ from: "2", tickSize: "1" }, { from: "1", tickSize: "1" }] },
    { significantDigits: 5, tickSize: "0.5" },
    { significantDigits: 5, bands: [{ from: "1", tickSize: "1" }] },
  ];
  for (const fields of refusals) {
    assert(
      !PriceConstraintsSchema.safeParse({ ...DIGITS, significantDigits: null, ...fields }).success,
    );
  }
});

/** Some price strictly inside: if the grid had one there, rounding up would stop at it. */
function between(floor: Decimal, ceiling: Decimal): Decimal {
  const low = BigInt(shifted(floor)), high = BigInt(shifted(ceiling));
  const text = (low + (high - low) / 2n).toString().padStart(19, "0");
  return decimal(`${text.slice(0, -18)}.${text.slice(-18)}`);
}

function shifted(value: Decimal): string {
  return value.replace(".", "") + "0".repeat(18 - decimalsOf(value));
}
