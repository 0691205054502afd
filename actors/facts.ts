/** Every fact of an adapter to the part of the exchange it concerns. */
import type { VenueFact } from "../src/exchanges/exchange.ts";
import type { Account } from "./account.ts";
import type { Market } from "./market.ts";
import type { Missed } from "./missed.ts";
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
  readonly missed: Pick<Missed, "heard">;
}

export function takeFact(fact: VenueFact, ports: FactPorts): void {
  const { router, account, notices, runner, vitals, market, missed } = ports;
  switch (fact.kind) {
    case "order":
      router.order(fact.order);
      return missed.heard(fact.order.exchangeOrderId);
    case "fill":
      router.fill(fact.fill);
      return missed.heard(fact.fill.exchangeOrderId);
    case "balances":
      account.merge(fact.balances);
      return notices.balances(fact.balances);
    case "positions":
      return account.mergePositions(fact.positions);
    case "marginCall":
      return notices.marginCall(fact);
    case "ticker":
    case "prices":
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
      vitals.trouble(
        ["banned", fact.status, ...fact.budgets ?? []].join("."),
        `${fact.retryAfterMs} ms`,
      );
      return runner.banned(fact.retryAfterMs, fact.budgets);
    case "unlisted":
      return vitals.trouble(`unlisted.${fact.where}`, fact.message);
    case "malformed":
      return vitals.trouble(`malformed.${fact.where}`, fact.message);
  }
}
