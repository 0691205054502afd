/** Every fact of an adapter to the part of the exchange it concerns. */
import type { VenueFact } from "../src/exchanges/exchange.ts";
import type { Account } from "./account.ts";
import type { Market } from "./market.ts";
import type { Notices } from "./notices.ts";
import type { RequestRunner } from "./request.ts";
import type { FactRouter } from "./router.ts";
import type { Vitals } from "./vitals.ts";

export interface FactPorts {
  readonly router: FactRouter;
  readonly account: Account;
  readonly notices: Notices;
  readonly runner: RequestRunner;
  readonly vitals: Vitals;
  readonly market: Pick<Market, "take">;
}

export function takeFact(fact: VenueFact, ports: FactPorts): void {
  const { router, account, notices, runner, vitals, market } = ports;
  switch (fact.kind) {
    case "order":
      router.order(fact.order);
      return;
    case "fill":
      router.fill(fact.fill);
      return;
    case "balances":
      account.merge(fact.balances);
      return notices.balances(fact.balances);
    case "positions":
      return account.mergePositions(fact.positions);
    case "ticker":
    case "trades":
    case "bookSnapshot":
    case "bookDelta":
    case "candle":
    case "marketGap":
    case "topicRefused":
      return market.take(fact);
    case "usage":
      return runner.usage(fact);
    case "banned":
      vitals.trouble(`banned.${fact.status}`, `${fact.retryAfterMs} ms`);
      return runner.banned(fact.retryAfterMs);
    case "malformed":
      return vitals.trouble(`malformed.${fact.where}`, fact.message);
  }
}
