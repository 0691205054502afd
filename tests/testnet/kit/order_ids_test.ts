import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { krakenIds, numericIds, uuidIds } from "../../../src/testnet/kit/order_ids.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

for (
  const [name, form, pattern] of [
    ["numbers", numericIds(), /^[1-9]\d*$/],
    ["numbers beyond 2^53", numericIds({ above: 10n ** 17n }), /^\d{18}$/],
    ["UUIDs", uuidIds("order"), UUID],
    ["Kraken's order ids", krakenIds("O"), /^O[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{6}$/],
    ["Kraken's trade ids", krakenIds("T"), /^T[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{6}$/],
  ] as const
) {
  Deno.test(`order ids: ${name} have their form, differ, and lead back`, () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 2 ** 40 }), (id) => {
      const text = form.toText(id);
      assertMatch(text, pattern);
      assertEquals(form.toId(text), id);
      assertNotEquals(form.toText(id + 1), text);
    }));
    for (const foreign of ["", "0", "-1", "x", " 1", "1.0", "OQCLML-BW3P3", "9".repeat(30)]) {
      assertEquals(form.toId(foreign), null, foreign);
    }
  });
}

Deno.test("order ids: a trade's id is not an order's", () => {
  assertEquals(uuidIds("order").toId(uuidIds("trade").toText(5)), null);
  assertEquals(krakenIds("O").toId(krakenIds("T").toText(5)), null);
});

Deno.test("order ids: those that look random do not sort by age", () => {
  for (const form of [uuidIds("order"), krakenIds("O")]) {
    const made = Array.from({ length: 50 }, (_, index) => form.toText(index + 1));
    assert(made.some((text, index) => index > 0 && text < made[index - 1]!));
  }
});
