import { assert, assertEquals, assertThrows } from "@std/assert";
import { z } from "zod";
import { ValidationError } from "../../src/model/errors.ts";
import { StandardOrderSchema } from "../../src/model/order.ts";
import { faultsOf, parseOrThrow, shown } from "../../src/model/parse.ts";

const ORDER = { symbolId: "BTC/USDT", side: "BUY", amount: "0.01", limitPrice: "50000" };

function refused(input: unknown): ValidationError {
  return assertThrows(
    () => parseOrThrow(StandardOrderSchema, input, "place order"),
    ValidationError,
  );
}

Deno.test("parse: a valid input comes back in its output form", () => {
  assertEquals<string>(parseOrThrow(StandardOrderSchema, ORDER, "place order").amount, "0.01");
});

Deno.test("parse: the error names action, field, rule and value, and has the rule's code", () => {
  const error = refused({ ...ORDER, amount: "-3" });
  assertEquals(error.code, "AMOUNT_NOT_POSITIVE");
  assertEquals(error.message, 'Cannot place order: amount must be greater than 0, got "-3"');
  assertEquals(error.details, { field: "amount", rule: "must be greater than 0", actual: "-3" });
});

Deno.test("parse: messages for the shapes of mistakes", () => {
  const table: readonly (readonly [unknown, string, string])[] = [
    [
      { ...ORDER, amount: "abc" },
      "DECIMAL_NOT_PLAIN",
      'amount must be a plain decimal number such as 0.015, got "abc"',
    ],
    [{ ...ORDER, side: "buy" }, "SCHEMA", 'side must be one of BUY, SELL, got "buy"'],
    [{ ...ORDER, amont: 1 }, "SCHEMA", "amont is not a known field, got 1"],
    [{ ...ORDER, round: 1 }, "SCHEMA", "round must be a boolean, got 1"],
    [{ ...ORDER, symbolId: 5 }, "SCHEMA", "symbolId must be a string, got 5"],
    [null, "SCHEMA", "the input must be an object, got null"],
    [[], "SCHEMA", 'the input must be an object, got "a list of 0"'],
    [{ side: "BUY" }, "SCHEMA", "symbolId is required (and 1 more)"],
    [
      { ...ORDER, conditionalTriggers: {} },
      "SCHEMA",
      'conditionalTriggers must be a list, got "an object with 0 fields"',
    ],
    [
      { ...ORDER, timeInForce: "GTD" },
      "GOOD_TILL_TIME_REQUIRED",
      "goodTillTime must be given with timeInForce GTD, got null",
    ],
  ];
  for (const [input, code, message] of table) {
    const error = refused(input);
    assertEquals(error.message, `Cannot place order: ${message}`);
    assertEquals(error.code, code);
  }
});

Deno.test("parse: a missing amount is said to be required", () => {
  const { amount: _, ...order } = ORDER;
  assertEquals(refused(order).message, "Cannot place order: amount is required");
});

Deno.test("parse: huge values and names are cut", () => {
  const long = "x".repeat(1_000_000);
  for (const input of [{ ...ORDER, side: long }, { ...ORDER, [long]: 1 }, long]) {
    const error = refused(input);
    assert(error.message.length < 300, error.message.slice(0, 400));
    assert(JSON.stringify(error.details).length < 400);
  }
});

Deno.test("parse: values under secret names are hidden", () => {
  const schema = z.strictObject({
    apiKey: z.number(),
    nested: z.strictObject({ secret: z.null() }),
  });
  const input = { apiKey: "canary-1", nested: { secret: "canary-22" } };
  const result = schema.safeParse(input);
  assert(!result.success);
  assertEquals(faultsOf(result.error, input).map((fault) => fault.actual), [
    "hidden, 8 characters",
    "hidden, 9 characters",
  ]);
  const error = assertThrows(() => parseOrThrow(schema, input, "read keys"), ValidationError);
  assert(!`${error.message}${JSON.stringify(error.details)}`.includes("canary"));
});

Deno.test("parse: values are shown as bounded JSON", () => {
  assertEquals(shown(undefined), null);
  assertEquals(shown(NaN), "NaN");
  assertEquals(shown(5n), "a bigint");
  assertEquals(shown([1, 2]), "a list of 2");
  assertEquals(shown({ a: 1 }), "an object with 1 fields");
  assertEquals(shown("y".repeat(65)), "y".repeat(40) + "… (65 characters)");
});
