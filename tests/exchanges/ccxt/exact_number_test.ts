import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { exactNumber } from "../../../src/exchanges/ccxt/instruments/exact_number.ts";

const READ: readonly (readonly [unknown, string | null])[] = [
  [undefined, null],
  [null, null],
  ["", null],
  ["0.01000000", "0.01"],
  ["0", "0"],
  ["+5", "5"],
  ["5.", "5"],
  ["1e-8", "0.00000001"],
  ["1E-08", "0.00000001"],
  ["1.5e+3", "1500"],
  ["123.456e-2", "1.23456"],
  ["2.5e0", "2.5"],
  [1e-10, "0.0000000001"],
  [0.5, "0.5"],
  [800, "800"],
  ["267187147.2294696735908216", "267187147.2294696735908216"],
];

for (const [value, text] of READ) {
  Deno.test(`exact number: ${JSON.stringify(value)} is ${text}`, () => {
    assertEquals<string | null>(exactNumber(value, "field"), text);
  });
}

const REFUSED: readonly (readonly [unknown, string])[] = [
  ["abc", 'field is "abc", not a number'],
  ["0x10", "not a number"],
  ["1e", "not a number"],
  ["1e999", "not a number"],
  ["-1", "field is -1, below zero"],
  [-0.5, "below zero"],
  ["1e-19", "at most 18 decimals"],
  [NaN, "must be finite"],
  [Infinity, "must be finite"],
  [2 ** 53, "must be written as text"],
  [true, "field is a boolean, not a number"],
  [{}, "field is a object, not a number"],
];

for (const [value, message] of REFUSED) {
  Deno.test(`exact number: ${String(value)} is refused`, () => {
    assertThrows(() => exactNumber(value, "field"), Error, message);
  });
}

Deno.test("exact number: moving the point changes nothing", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 999_999_999 }),
      fc.integer({ min: -9, max: 9 }),
      (digits, power) => {
        const shown = power < 0 ? `0.${String(digits).padStart(-power, "0").slice(power)}` : "0";
        const whole = power < 0
          ? BigInt(digits) / 10n ** BigInt(-power)
          : BigInt(digits) * 10n ** BigInt(power);
        const expected = exactNumber(`${whole}${shown.slice(1)}`, "plain");
        assertEquals(exactNumber(`${digits}e${power}`, "scientific"), expected);
      },
    ),
    { seed: 20261121, numRuns: 500 },
  );
});
