import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { systemRandom } from "../../src/system/random.ts";
import { SeededRandom } from "../../src/system/seeded_random.ts";

Deno.test("system random: floats in [0, 1) and bytes of any length", () => {
  for (let run = 0; run < 1_000; run++) {
    const value = systemRandom.next();
    assert(value >= 0 && value < 1);
  }
  assertEquals(systemRandom.bytes(0).length, 0);
  const bytes = systemRandom.bytes(200_000);
  assertEquals(bytes.length, 200_000);
  assert(bytes.subarray(-1_000).some((byte) => byte !== 0), "the last part is filled too");
  assertNotEquals(systemRandom.bytes(16), systemRandom.bytes(16));
});

Deno.test("seeded random: a seed gives the same run every time", () => {
  const run = (seed: number) => {
    const random = new SeededRandom(seed);
    return [random.next(), random.next(), random.bytes(7), random.below(100), random.next()];
  };
  assertEquals(run(42), run(42));
  assertNotEquals(run(42), run(43));
});

Deno.test("seeded random: the sequence of a seed is fixed for ever", () => {
  const random = new SeededRandom(1);
  assertEquals([random.bytes(8), random.below(1_000_000), random.below(1_000_000)], [
    new Uint8Array([98, 78, 103, 86, 177, 70, 135, 48]),
    644_716,
    32_070,
  ]);
});

Deno.test("seeded random: neighbouring, fractional and large seeds are different seeds", () => {
  const seeds = [0, 1, 2, 3, -1, 1.5, 2 ** 32, 2 ** 40 + 1, 2 ** 53];
  const firsts = seeds.map((seed) => new SeededRandom(seed).next());
  assertEquals(new Set(firsts).size, seeds.length);
  assertThrows(() => new SeededRandom(NaN), RangeError, "must be finite");
});

Deno.test("seeded random: floats and bytes spread evenly", () => {
  const random = new SeededRandom(7);
  const tenths = Array<number>(10).fill(0);
  for (let run = 0; run < 20_000; run++) tenths[Math.floor(random.next() * 10)]!++;
  for (const count of tenths) assert(Math.abs(count - 2_000) < 200, `${tenths}`);
  let ones = 0;
  for (const byte of random.bytes(10_000)) ones += byte.toString(2).replaceAll("0", "").length;
  assert(Math.abs(ones - 40_000) < 700, `${ones}`);
});
