import { systemClock } from "../../src/system/clock.ts";
import { runConformance } from "../../src/conformance/mod.ts";
import { MARKETS } from "./markets.ts";
import { openTestnetTarget, type TestnetMarket } from "./testnet_target.ts";
const name = Deno.args[0]!;
await using opened = openTestnetTarget(name, (MARKETS as Record<string, TestnetMarket>)[name]!);
const t = performance.now();
const card = await runConformance(opened.target, {
  clock: systemClock,
  onResult: (r) => {
    if (r.verdict === "failed" || r.verdict === "not run") {
      console.log(r.verdict, "|", r.theme, "|", r.case, "|", r.detail, r.ms);
    }
  },
});
console.log(
  card.passed,
  card.failed,
  card.unsupported,
  card.notRun,
  Math.round(performance.now() - t),
);
