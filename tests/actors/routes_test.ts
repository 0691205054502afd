import { assertEquals } from "@std/assert";
import { newEntry } from "../../actors/entry.ts";
import { Routes } from "../../actors/routes.ts";
import type { IntentContext } from "../../machines/intent_context.ts";
import { step } from "../../machines/step.ts";
import { ATTEMPTS_SHOWN_MAX } from "../../src/model/limits.ts";
import { aContext, say } from "../machines/intent_builders.ts";

Deno.test("routes: an intent that is forgotten leaves none, also of attempts it no longer shows", () => {
  const routes = new Routes();
  let context: IntentContext = aContext();
  const entry = newEntry(context, { original: "", committed: true, at: 0 });
  const turns = ATTEMPTS_SHOWN_MAX + 5;
  for (let n = 1; n <= turns; n++) {
    for (const event of [say.granted(`c${n}`), say.notSent("HELD", n)]) {
      const before = context;
      context = step(context, event);
      entry.context = context;
      routes.learn(entry, before, context);
    }
  }
  const find = (n: number) =>
    routes.find({ symbolId: "BTC/USDT", clientOrderId: `c${n}`, exchangeOrderId: `x${n}` });
  assertEquals(find(1)?.attempt, 1, "while it is in memory, an old attempt still finds it");
  routes.forget(entry);
  for (let n = 1; n <= turns; n++) assertEquals(find(n), undefined);
});
