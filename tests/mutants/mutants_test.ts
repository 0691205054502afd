/** The simulator finds planted bugs; `tests/mutants/main.ts` proves it for all of them. */
import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { copyTree, mutated, patched, PatchError } from "./build.ts";
import { drawSeed, hunt, SEEDS_MAX } from "./hunt.ts";
import { MUTANTS } from "./mutants.ts";

Deno.test("mutants: every patch applies to the code as it is", async () => {
  for (const mutant of MUTANTS) assertNotEquals((await mutated(mutant)).size, 0, mutant.name);
  assertEquals(new Set(MUTANTS.map(({ name }) => name)).size, MUTANTS.length);
});

Deno.test("mutants: a patch that no longer applies, or applies twice, is a failure", () => {
  const edit = { file: "a.ts", find: "x", replace: "y" };
  assertEquals(patched("a x b", edit), "a y b");
  assertThrows(() => patched("a b", edit), PatchError, "Cannot patch a.ts: found 0 times");
  assertThrows(() => patched("x x", edit), PatchError, "found 2 times");
});

for (const name of ["no dedupe", "retry on timeout", "wire before fsync"]) {
  Deno.test(`mutants: the simulator finds "${name}"`, async () => {
    const mutant = MUTANTS.find((each) => each.name === name);
    assert(mutant !== undefined);
    const copy = await copyTree();
    try {
      await copy.apply(mutant);
      const from = drawSeed();
      const { found, seeds } = await hunt(copy.path, { from });
      assert(found !== null, `not found in ${SEEDS_MAX} worlds from seed ${from}`);
      assert(seeds <= SEEDS_MAX);
    } finally {
      await copy.remove();
    }
  });
}
