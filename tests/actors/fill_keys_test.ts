import { assertEquals } from "@std/assert";
import { unseenFills } from "../../actors/fill_keys.ts";
import { FILL_KEYS_MAX } from "../../src/model/limits.ts";
import { newEntry } from "../../actors/entry.ts";
import { aContext, aFill } from "../machines/intent_builders.ts";

Deno.test("fill keys: past the bound the store is asked, and each trade still counts once", () => {
  const entry = newEntry(aContext(), { original: "{}", committed: false, at: 0 });
  const committed: string[] = [];
  let asked = 0;
  const take = (n: number) => {
    const fresh = unseenFills(entry, [aFill(`t${n}`, "1")], () => {
      asked += 1;
      return committed;
    });
    for (const { exchangeOrderId, tradeId } of fresh) {
      committed.push(`${exchangeOrderId}:${tradeId}`);
    }
    return fresh.length;
  };
  for (let n = 0; n < FILL_KEYS_MAX; n++) assertEquals(take(n), 1);
  assertEquals(asked, 0);
  assertEquals(take(FILL_KEYS_MAX), 1);
  assertEquals(entry.fillKeys?.size, FILL_KEYS_MAX);
  assertEquals(take(0), 0, "the oldest is not in memory any more");
  assertEquals(take(FILL_KEYS_MAX), 0);
  assertEquals(asked, 2);
});
