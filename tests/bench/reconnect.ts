/**
 * From the moment the private sockets of an exchange break until it is resynced and takes orders
 * again, on six exchanges with resting orders. A fresh kernel each round: a socket that breaks a
 * second time within half a minute waits longer before it dials, as it should.
 */
import { type ExchangeKernel, openKernel } from "../../mod.ts";
import { startTestnetProcess, type TestnetProcess } from "../../src/cli/testnet_process.ts";
import { RECONNECT_BACKOFF_MS } from "../../machines/connection.ts";
import { type Bench, type Figure, plainFigure } from "./harness.ts";
import { NO_CAPS, until } from "./scratch.ts";
import { localExchanges } from "./six_exchanges.ts";
import { median, quantile } from "./stats.ts";

const ROUNDS = 5;
const ORDERS = 20;
/**
 * A start and a resync within seconds of it use up what Kraken's lowest tier grants, so that up to
 * 4 s of a reconnect are a wait for its counter (15, less 0.33 a second) or for one public read a
 * second. What is measured here is the rest.
 */
const KRAKEN_BUDGETS = {
  rest: { capacity: 1_000, decayPerSecond: 100 },
  public: { capacity: 1_000 },
};
const LOOK_EVERY_MS = 1;
const PATIENCE_MS = 30_000;

export const reconnect: Bench = {
  name: "reconnect",
  about: `sockets cut, until resynced with ${ORDERS} orders at rest; six exchanges`,
  run: async () => {
    const taken = new Map<string, number[]>();
    for (let round = 0; round < ROUNDS; round++) {
      for (const [id, ms] of await measured()) taken.set(id, [...taken.get(id) ?? [], ms]);
    }
    const all = [...taken.values()].flat();
    const figures: Figure[] = [{
      name: "reconnect",
      unit: "ms",
      value: median(all),
      p50: median(all),
      p99: quantile(all, 0.99),
      baseline: null,
      ratio: null,
    }];
    for (const [id, of] of taken) figures.push(plainFigure(`reconnect_${id}`, "ms", median(of)));
    // Drawn from half of it to all of it: the least of a reconnect is a wait.
    figures.push(
      plainFigure("reconnect: of it the first pause, at most", "ms", RECONNECT_BACKOFF_MS),
    );
    return figures;
  },
};

/** Milliseconds by exchange, one after the other. */
async function measured(): Promise<ReadonlyMap<string, number>> {
  await using venue = await startTestnetProcess({ args: ["--feed", "none", "--no-limits"] });
  const exchanges = localExchanges(venue.url);
  const kernel = await openKernel({
    exchanges: {
      ...exchanges,
      kraken: { ...exchanges["kraken"]!, limits: { budgets: KRAKEN_BUDGETS } },
    },
    risk: NO_CAPS,
  });
  const taken = new Map<string, number>();
  try {
    for (const exchange of kernel.exchanges()) {
      await until(() => exchange.healthCheck().ready, `ready ${exchange.id}`);
      await rest(exchange);
      taken.set(exchange.id, await resynced(exchange, venue));
    }
  } finally {
    await kernel.stop();
  }
  return taken;
}

/** Orders far below the market, which the resync has to find again. */
async function rest(exchange: ExchangeKernel): Promise<void> {
  const symbolId = exchange.listSymbols().find((symbol) => symbol.startsWith("BTC/"));
  if (symbolId === undefined) throw new Error(`reconnect: ${exchange.id} lists no market`);
  const order = { symbolId, side: "BUY", amount: "0.01", limitPrice: "20000" };
  await Promise.all(
    Array.from({ length: ORDERS }, () => exchange.placeOrder(order, { waitFor: "accepted" })),
  );
}

async function resynced(exchange: ExchangeKernel, venue: TestnetProcess): Promise<number> {
  let lostAt: number | null = null;
  const lost = () => lostAt ??= performance.now();
  const subscription = exchange.subscribeEvents(lost, { type: "ConnectionDown" });
  await venue.arm({ exchange: exchange.id, fault: "dropSocket" });
  const giveUpAt = performance.now() + PATIENCE_MS;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    const { ready, sockets } = exchange.healthCheck();
    const isOpen = sockets.every(({ state }) => state === "open");
    if (lostAt !== null && ready && isOpen) break;
    if (performance.now() > giveUpAt) throw new Error(`reconnect: ${exchange.id} is not back`);
  }
  exchange.unsubscribeEvents(subscription);
  return performance.now() - lostAt;
}
