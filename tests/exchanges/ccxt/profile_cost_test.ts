/** What every profile has to say of its budgets. */
import { assert, assertEquals } from "@std/assert";
import { RequestBudgets } from "../../../machines/budgets.ts";
import { binanceSpot } from "../../../src/exchanges/ccxt/profiles/binance.ts";
import { VENUES } from "../../../src/exchanges/ccxt/profiles/registry.ts";
import { REQUEST_KINDS } from "../../../src/exchanges/exchange.ts";

for (const [kind, { markets, load }] of Object.entries(VENUES)) {
  for (const market of markets) {
    Deno.test(`profile costs: ${kind} ${market}: every request is charged to a budget`, async () => {
      const profile = await load(market);
      const budgets = new RequestBudgets(profile.rateLimits, 0);
      for (const asked of REQUEST_KINDS) {
        for (const about of [{}, { symbolId: "BTC/USDT" }, { symbolId: "BTC/USDT", ageMs: 10 }]) {
          const cost = profile.cost(asked, about);
          budgets.charges(cost, { symbolId: about.symbolId ?? "", endpoint: asked }, 0);
          for (const { amount } of cost) assert(amount >= 0 && Number.isFinite(amount), asked);
        }
      }
    });
  }
}

Deno.test("profile costs: binance: open orders of one symbol cost less than all", () => {
  const weight = (symbolId?: string) =>
    binanceSpot.cost("openOrders", symbolId === undefined ? {} : { symbolId })[0]?.amount;
  assertEquals([weight(), weight("BTC/USDT")], [80, 6]);
});

Deno.test("profile costs: binance: a header that is no count says nothing", () => {
  const usage = (headers: Record<string, string>) =>
    binanceSpot.usage({ status: 200, method: "GET", url: "", headers: new Headers(headers) });
  assertEquals(usage({}), null);
  assertEquals(usage({ "x-mbx-used-weight-1m": "-1" }), null);
  assertEquals(usage({ "x-mbx-used-weight-1m": "12" }), { budgets: { weight: { used: 12 } } });
});
