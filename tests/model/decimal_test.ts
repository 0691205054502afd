import { assert, assertEquals, assertThrows } from "@std/assert";
import { Decimal as Reference } from "decimal.js";
import fc from "fast-check";
import {
  absolute,
  add,
  compare,
  type Decimal,
  decimal,
  DecimalSchema,
  decimalsOf,
  divide,
  equals,
  floorToStep,
  fromUnits,
  isMultipleOf,
  isNegative,
  isPositive,
  isZero,
  max,
  min,
  multiply,
  negate,
  ONE,
  type Rounding,
  roundToTick,
  subtract,
  sum,
  toUnits,
  ZERO,
} from "../../src/model/decimal.ts";

const Exact = Reference.clone({ precision: 200, toExpNeg: -100, toExpPos: 100 });
const MODES: readonly Rounding[] = [
  "UP",
  "DOWN",
  "CEIL",
  "FLOOR",
  "HALF_UP",
  "HALF_DOWN",
  "HALF_EVEN",
  "HALF_CEIL",
  "HALF_FLOOR",
];
/** Fixed seeds: a failure here fails the same way everywhere. */
const RUN = { seed: 20260101, numRuns: 2_000 };

/** Digits and decimals are drawn apart, so that short (fast path) and long values both occur. */
function anyDecimal(digitsMax = 19): fc.Arbitrary<Decimal> {
  return fc.tuple(
    fc.integer({ min: 1, max: digitsMax }).chain((digits) =>
      fc.bigInt({ min: -(10n ** BigInt(digits)) + 1n, max: 10n ** BigInt(digits) - 1n })
    ),
    fc.integer({ min: 0, max: 18 }),
  ).map(([mantissa, places]) =>
    decimal(new Exact(mantissa.toString()).div(`1e${places}`).toFixed())
  );
}

const small = anyDecimal(9);
const wide = anyDecimal();
const mode = fc.constantFrom(...MODES);

function modeOf(rounding: Rounding): Reference.Rounding {
  return MODES.indexOf(rounding) as Reference.Rounding;
}

function refusal(input: unknown): unknown {
  const result = DecimalSchema.safeParse(input);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  return issue?.code === "custom" ? issue.params?.["code"] : issue?.code;
}

Deno.test("decimal: one value has one spelling", () => {
  const spellings: readonly (readonly [string | number | bigint, string])[] = [
    ["1.500", "1.5"],
    ["-0", "0"],
    ["-0.00", "0"],
    ["007", "7"],
    ["-00.50", "-0.5"],
    ["100", "100"],
    ["0.000", "0"],
    ["0.10000000", "0.1"],
    ["100.010", "100.01"],
    ["100.000", "100"],
    ["000.000000000000000000", "0"],
    [-0, "0"],
    [1e-8, "0.00000001"],
    [1.5e-7, "0.00000015"],
    [-2.25e-10, "-0.000000000225"],
    [123.456, "123.456"],
    [10n ** 37n, "1" + "0".repeat(37)],
    ["1.0000000000000000000000", "1"],
  ];
  for (const [input, text] of spellings) assertEquals<string>(decimal(input), text);
});

Deno.test("decimal: what is not a plain number is refused, with the rule's code", () => {
  const refusals: readonly (readonly [unknown, string])[] = [
    ["", "DECIMAL_NOT_PLAIN"],
    [" 1", "DECIMAL_NOT_PLAIN"],
    ["1\n", "DECIMAL_NOT_PLAIN"],
    ["+1", "DECIMAL_NOT_PLAIN"],
    ["--1", "DECIMAL_NOT_PLAIN"],
    ["1e3", "DECIMAL_NOT_PLAIN"],
    ["1E-3", "DECIMAL_NOT_PLAIN"],
    ["0x10", "DECIMAL_NOT_PLAIN"],
    [".5", "DECIMAL_NOT_PLAIN"],
    ["5.", "DECIMAL_NOT_PLAIN"],
    ["1.2.3", "DECIMAL_NOT_PLAIN"],
    ["1,000", "DECIMAL_NOT_PLAIN"],
    ["1_000", "DECIMAL_NOT_PLAIN"],
    ["NaN", "DECIMAL_NOT_PLAIN"],
    ["Infinity", "DECIMAL_NOT_PLAIN"],
    ["١", "DECIMAL_NOT_PLAIN"],
    ["0." + "0".repeat(18) + "1", "DECIMAL_TOO_FINE"],
    [1e-19, "DECIMAL_TOO_FINE"],
    [5e-324, "DECIMAL_TOO_FINE"],
    ["1" + "0".repeat(38), "DECIMAL_TOO_LONG"],
    ["123456789012345678901.123456789012345678", "DECIMAL_TOO_LONG"],
    ["1".repeat(1_000_000), "DECIMAL_TOO_LONG"],
    [2 ** 53, "DECIMAL_INEXACT"],
    [1e21, "DECIMAL_INEXACT"],
    [NaN, "invalid_union"],
    [Infinity, "invalid_union"],
    [null, "invalid_union"],
    [true, "invalid_union"],
    [{}, "invalid_union"],
    [1n, "invalid_union"],
  ];
  for (const [input, code] of refusals) {
    assertEquals(refusal(input), code, String(input).slice(0, 40));
  }
});

Deno.test("decimal: the constructor names the value and the rule it breaks", () => {
  assertThrows(
    () => decimal("1e5"),
    RangeError,
    'must be a plain decimal number such as 0.015, got "1e5"',
  );
  assertThrows(() => decimal(NaN), RangeError, "must be finite, got NaN");
});

Deno.test("decimal: a huge refused text is not repeated in the message", () => {
  const error = assertThrows(() => decimal("9".repeat(100_000)), RangeError);
  assert(error.message.length < 200);
  assert(error.message.includes("100002 characters"));
});

Deno.test("decimal: 38 digits are held, the 39th is an overflow", () => {
  const largest = decimal("9".repeat(20) + "." + "9".repeat(18));
  assertEquals(subtract(add(largest, ZERO), largest), ZERO);
  assertThrows(() => add(largest, decimal("1.1")), RangeError, "digits are more than 38");
  assertThrows(() => multiply(largest, largest), RangeError, "digits are more than 38");
  assertEquals<string>(add(decimal("9".repeat(38)), ZERO), "9".repeat(38));
  assertThrows(() => add(decimal("9".repeat(38)), ONE), RangeError, "39 digits");
});

Deno.test("decimal: sums and differences are exact", () => {
  fc.assert(
    fc.property(fc.oneof(small, wide), fc.oneof(small, wide), (a, b) => {
      assertEquals<string>(add(a, b), new Exact(a).plus(b).toFixed());
      assertEquals<string>(subtract(a, b), new Exact(a).minus(b).toFixed());
    }),
    RUN,
  );
});

Deno.test("decimal: products round at the 18th decimal, in every mode", () => {
  fc.assert(
    fc.property(
      fc.oneof(small, anyDecimal(18)),
      fc.oneof(small, anyDecimal(18)),
      mode,
      (a, b, by) => {
        const expected = new Exact(a).times(b).toDecimalPlaces(18, modeOf(by)).toFixed();
        if (digitsOf(expected) > 38) assertThrows(() => multiply(a, b, by), RangeError);
        else assertEquals<string>(multiply(a, b, by), expected === "-0" ? "0" : expected);
      },
    ),
    RUN,
  );
});

Deno.test("decimal: quotients round at the 18th decimal, in every mode", () => {
  fc.assert(
    fc.property(fc.oneof(small, wide), fc.oneof(small, wide), mode, (a, b, by) => {
      fc.pre(!isZero(b));
      const expected = new Exact(a).div(b).toDecimalPlaces(18, modeOf(by)).toFixed();
      if (digitsOf(expected) > 38) assertThrows(() => divide(a, b, by), RangeError);
      else assertEquals<string>(divide(a, b, by), expected === "-0" ? "0" : expected);
    }),
    RUN,
  );
});

Deno.test("decimal: exact halves go where each mode says", () => {
  const half = (text: string, by: Rounding): string => roundToTick(decimal(text), ONE, by);
  const table: Readonly<Record<Rounding, readonly string[]>> = {
    UP: ["3", "4", "-3", "-4"],
    DOWN: ["2", "3", "-2", "-3"],
    CEIL: ["3", "4", "-2", "-3"],
    FLOOR: ["2", "3", "-3", "-4"],
    HALF_UP: ["3", "4", "-3", "-4"],
    HALF_DOWN: ["2", "3", "-2", "-3"],
    HALF_EVEN: ["2", "4", "-2", "-4"],
    HALF_CEIL: ["3", "4", "-2", "-3"],
    HALF_FLOOR: ["2", "3", "-3", "-4"],
  };
  for (const by of MODES) {
    assertEquals(["2.5", "3.5", "-2.5", "-3.5"].map((text) => half(text, by)), table[by], by);
  }
});

Deno.test("decimal: rounding to a grid is the reference's rounding of the quotient", () => {
  const step = fc.oneof(
    anyDecimal(6),
    fc.constantFrom(decimal("0.01"), decimal("0.00001"), decimal(5)),
  )
    .map(absolute).filter(isPositive);
  fc.assert(
    fc.property(anyDecimal(15), step, mode, (value, grid, by) => {
      const steps = new Exact(value).div(grid).toDecimalPlaces(0, modeOf(by));
      const rounded = roundToTick(value, grid, by);
      assertEquals<string>(rounded, steps.times(grid).plus(0).toFixed().replace(/^-0$/, "0"));
      assert(isMultipleOf(rounded, grid));
    }),
    RUN,
  );
});

Deno.test("decimal: flooring to a step takes less than a step away", () => {
  const step = decimal("0.001");
  fc.assert(
    fc.property(anyDecimal(15).map(absolute), (value) => {
      const floored = floorToStep(value, step);
      assert(compare(floored, value) <= 0);
      assert(compare(subtract(value, floored), step) < 0);
    }),
    RUN,
  );
});

Deno.test("decimal: a grid that is not positive is refused", () => {
  for (const grid of [ZERO, decimal("-0.1")]) {
    assertThrows(() => floorToStep(ONE, grid), RangeError, "must be positive");
    assertThrows(() => roundToTick(ONE, grid, "UP"), RangeError, "must be positive");
    assertThrows(() => isMultipleOf(ONE, grid), RangeError, "must be positive");
  }
});

Deno.test("decimal: order is the order of values", () => {
  fc.assert(
    fc.property(fc.oneof(small, wide), fc.oneof(small, wide), (a, b) => {
      const expected = new Exact(a).cmp(b);
      assertEquals<number>(compare(a, b), expected);
      assertEquals<number>(compare(b, a), 0 - expected);
      assertEquals(equals(a, b), expected === 0);
      assertEquals(min(a, b), expected <= 0 ? a : b);
      assertEquals(max(a, b), expected >= 0 ? a : b);
    }),
    RUN,
  );
});

Deno.test("decimal: signs", () => {
  fc.assert(
    fc.property(fc.oneof(small, wide), (a) => {
      const reference = new Exact(a);
      assertEquals(isZero(a), reference.isZero());
      assertEquals(isPositive(a), reference.gt(0));
      assertEquals(isNegative(a), reference.lt(0));
      assertEquals(negate(negate(a)), a);
      assertEquals(add(a, negate(a)), ZERO);
      assertEquals<string>(absolute(a), reference.abs().toFixed());
    }),
    RUN,
  );
});

Deno.test("decimal: units and texts are two forms of one value", () => {
  fc.assert(
    fc.property(fc.oneof(small, wide), (a) => {
      assertEquals(fromUnits(toUnits(a)), a);
      assertEquals(decimal(a), a);
      assertEquals(decimalsOf(a), new Exact(a).decimalPlaces());
    }),
    RUN,
  );
  assertEquals(toUnits(decimal("-1.5")), -1_500_000_000_000_000_000n);
});

Deno.test("decimal: a number means its shortest decimal text", () => {
  fc.assert(
    fc.property(fc.double({ min: -1e9, max: 1e9, noNaN: true }), (value) => {
      const expected = new Exact(String(value));
      if (expected.decimalPlaces() > 18) assertThrows(() => decimal(value), RangeError);
      else assertEquals<string>(decimal(value), expected.plus(0).toFixed().replace(/^-0$/, "0"));
    }),
    RUN,
  );
});

Deno.test("decimal: the sum of a list", () => {
  assertEquals(sum([]), ZERO);
  assertEquals<string>(sum(["0.1", "0.2", "-0.05"].map(decimal)), "0.25");
});

Deno.test("decimal: division by zero is refused", () => {
  assertThrows(() => divide(ONE, ZERO), RangeError, "Cannot divide 1 by zero");
});

function digitsOf(plain: string): number {
  return plain.replace(/^-?(0\.0*)?/, "").replace(".", "").length;
}
