import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { reducible, worstNotional, worstQuantity } from "../../src/model/worst_exposure.ts";

const NONE = { quantity: 0n, notional: 0n };
const PRICE = 7n;
const small = { min: 0n, max: 6n };

const exposure = fc.record({
  quantity: fc.bigInt({ min: -6n, max: 6n }),
  buys: fc.bigInt(small),
  sells: fc.bigInt(small),
}).map(({ quantity, buys, sells }) => ({
  quantity,
  notional: PRICE * (quantity < 0n ? -quantity : quantity),
  BUY: { quantity: buys, notional: PRICE * buys },
  SELL: { quantity: sells, notional: PRICE * sells },
}));

/** Tries every amount that the orders could fill. */
function largestOf({ quantity, BUY, SELL }: Parameters<typeof worstQuantity>[0]): bigint {
  let largest = 0n;
  for (let bought = 0n; bought <= BUY.quantity; bought++) {
    for (let sold = 0n; sold <= SELL.quantity; sold++) {
      const held = quantity + bought - sold;
      const size = held < 0n ? -held : held;
      if (size > largest) largest = size;
    }
  }
  return largest;
}

Deno.test("worst exposure: no fills of the open orders lead to a larger position", () => {
  fc.assert(fc.property(exposure, (drawn) => {
    assertEquals(worstQuantity(drawn), largestOf(drawn));
    assertEquals(worstNotional(drawn), PRICE * largestOf(drawn), "at one price for all");
  }));
});

Deno.test("worst exposure: what reduces a position adds no notional, what is beyond it does", () => {
  const long = { quantity: 3n, notional: 30n, BUY: NONE };
  assertEquals(worstNotional({ ...long, SELL: { quantity: 3n, notional: 36n } }), 30n);
  assertEquals(worstNotional({ ...long, SELL: { quantity: 9n, notional: 99n } }), 66n);
  assertEquals(worstNotional({ ...long, SELL: NONE, BUY: { quantity: 1n, notional: 11n } }), 41n);
});

Deno.test("worst exposure: what reduce-only orders may close first, others open", () => {
  const long = { quantity: 3n, notional: 30n, BUY: NONE };
  const at = (quantity: bigint, reducing: bigint) => ({
    ...long,
    SELL: { quantity, notional: 10n * quantity, reducing },
  });
  assertEquals([worstQuantity(at(5n, 0n)), worstNotional(at(5n, 0n))], [3n, 30n]);
  assertEquals([worstQuantity(at(5n, 2n)), worstNotional(at(5n, 2n))], [4n, 40n]);
  assertEquals([worstQuantity(at(5n, 9n)), worstNotional(at(5n, 9n))], [5n, 50n]);
  assertEquals([worstQuantity(at(3n, 3n)), worstNotional(at(3n, 3n))], [3n, 30n]);
});

Deno.test("worst exposure: only the other side reduces", () => {
  assertEquals([reducible(5n, "SELL"), reducible(5n, "BUY")], [5n, 0n]);
  assertEquals([reducible(-5n, "SELL"), reducible(-5n, "BUY"), reducible(0n, "BUY")], [0n, 5n, 0n]);
});
