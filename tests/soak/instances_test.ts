/**
 * Why an instance of ccxt is not exchanged while it is connected: nothing of it grows. It signs,
 * builds requests and authenticates; frames and answers pass it by, so that its caches stay empty.
 */
import { assert, assertEquals } from "@std/assert";
import { type MarketName, MARKETS } from "../conformance/markets.ts";
import type { TestnetMarket } from "../conformance/testnet_target.ts";
import { CcxtWork } from "./ccxt_work.ts";

/** One market for every class of ccxt. */
const CLASSES: readonly MarketName[] = [
  "binance spot",
  "binance usdm",
  "okx spot",
  "bybit linear",
  "hyperliquid perpetual",
  "coinbase spot",
  "kraken spot",
  "krakenfutures perpetual",
];
const WARM_UP = 3;
const ROUNDS = 12;
const ROUNDS_A_CONNECTION = 4;

for (const name of CLASSES) {
  Deno.test(`soak: what hangs on ccxt's instance does not grow with work (${name})`, async () => {
    const market: TestnetMarket = MARKETS[name];
    await using work = await CcxtWork.open(name, market);
    await work.listen();
    for (let n = 0; n < WARM_UP; n++) await work.round();
    const first = work.held();
    const [frames, handled] = [work.frames, work.handled.count];
    for (let n = 0; n < ROUNDS; n++) {
      await work.round();
      if (n % ROUNDS_A_CONNECTION !== ROUNDS_A_CONNECTION - 1) continue;
      await work.deafen();
      assertEquals(work.held().clients, 0);
      await work.listen();
    }
    await work.stage.adapter.instruments.load();
    await work.round();
    assertEquals(work.held(), first);
    assertEquals(first.cached, 0);
    assert(work.frames - frames > 100, `${work.frames - frames} frames`);
    const logins = first.clients * ROUNDS / ROUNDS_A_CONNECTION;
    const toCcxt = work.handled.count - handled;
    assert(toCcxt <= logins, `${toCcxt} frames went to ccxt, and ${logins} sockets were opened`);
  });
}
