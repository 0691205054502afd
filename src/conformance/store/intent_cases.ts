/** What a store keeps of intents: their newest state, their ids, and nothing of what failed. */
import { StoreError } from "../../model/errors.ts";
import type { Batch } from "../../stores/store.ts";
import { holds } from "../expect.ts";
import { alike, refuses } from "./expect.ts";
import { event, intentOf, placement, turn } from "./records.ts";
import { append, idsOf, type Test } from "./subject.ts";

export function intentTests(test: Test): void {
  test("gives back what the turn left behind", async (store) => {
    const intent = intentOf("a", { labels: { app: "grid" }, metadata: { note: "ü \u0000 ❤" } });
    await append(store, { turns: [placement("a", { intent, context: '{"n":1}' })] });
    alike(store.intent("main", "a"), {
      exchangeId: "main",
      intentId: "a",
      symbolId: "BTC/USDT",
      intent,
      original: '{"placed":"a"}',
      version: "1",
      state: "SUBMITTING.inFlight",
      context: '{"n":1}',
      terminal: false,
    });
    alike(store.intent("main", "b"), undefined);
    alike(store.intent("other", "a"), undefined);
  });

  test("the newest turn's state wins and the original order stays", async (store) => {
    await append(store, { turns: [placement("a"), turn("a", { context: '{"n":2}' })] });
    await append(store, { turns: [turn("a", { state: "RECONCILING.canceling", version: "2" })] });
    const found = store.intent("main", "a");
    alike(found?.state, "RECONCILING.canceling");
    alike(found?.version, "2");
    alike(found?.context, "{}");
    alike(found?.original, '{"placed":"a"}');
  });

  test("a changed desired state replaces the old one, labels included", async (store) => {
    await append(store, { turns: [placement("a")] });
    const changed = intentOf("a", { generation: 2, desired: "CANCELED", labels: { tier: "2" } });
    await append(store, { turns: [turn("a", { intent: changed })] });
    alike(store.intent("main", "a")?.intent, changed);
    alike(idsOf(store, { labels: { tier: "2" } }), ["a"]);
  });

  test("one intent id at two exchanges is two intents", async (store) => {
    await append(store, {
      turns: [placement("a"), placement("a", { exchangeId: "other", state: "ACTIVE.open" })],
    });
    alike(store.intent("main", "a")?.state, "SUBMITTING.inFlight");
    alike(store.intent("other", "a")?.state, "ACTIVE.open");
  });

  test("live gives one exchange's non-terminal intents in order of creation", async (store) => {
    await append(store, {
      turns: ["c", "a", "b", "d"].map((id) => placement(id)),
    });
    await append(store, {
      turns: [
        turn("a", { state: "COMPLETED", terminal: true }),
        placement("e", { exchangeId: "other" }),
        turn("c"),
      ],
    });
    alike([...store.live("main")].map(({ intentId }) => intentId), ["c", "b", "d"]);
  });

  test("a late fact brings a terminal intent back to the live ones", async (store) => {
    await append(store, { turns: [placement("a", { state: "FAILED", terminal: true })] });
    alike([...store.live("main")], []);
    await append(store, { turns: [turn("a", { state: "ACTIVE.open" })] });
    alike([...store.live("main")].map(({ state }) => state), ["ACTIVE.open"]);
  });
}

export function routeTests(test: Test): void {
  test("finds an intent by every client order id it ever had", async (store) => {
    await append(store, { turns: [placement("a", { clientOrderIds: ["c1"] }), placement("b")] });
    await append(store, { turns: [turn("a", { clientOrderIds: ["c2"] })] });
    alike(store.intentByClientOrderId("main", "c1")?.intentId, "a");
    alike(store.intentByClientOrderId("main", "c2")?.intentId, "a");
    alike(store.intentByClientOrderId("other", "c1"), undefined);
  });

  test("an exchange order id counts per exchange and symbol", async (store) => {
    await append(store, {
      turns: [
        placement("a", { exchangeOrderIds: ["7"] }),
        placement("b", { exchangeOrderIds: ["7"], symbolId: "ETH/USDT" }),
      ],
    });
    alike(store.intentByExchangeOrderId("main", "BTC/USDT", "7")?.intentId, "a");
    alike(store.intentByExchangeOrderId("main", "ETH/USDT", "7")?.intentId, "b");
    alike(store.intentByExchangeOrderId("other", "BTC/USDT", "7"), undefined);
  });

  test("a route given twice changes nothing", async (store) => {
    await append(store, { turns: [placement("a", { clientOrderIds: ["c1"] })] });
    await append(store, { turns: [turn("a", { clientOrderIds: ["c1"], state: "COMPLETED" })] });
    alike(store.intentByClientOrderId("main", "c1")?.state, "COMPLETED");
  });
}

export function lifeTests(test: Test): void {
  test("a turn of an unknown intent fails the store and leaves nothing behind", async (store) => {
    await append(store, { turns: [placement("a")] });
    const before = store.lastEventId;
    const bad: Batch = {
      turns: [placement("b", { events: [event("b")] }), turn("stranger")],
      meta: [{ key: "k", value: "v" }],
    };
    await refuses(() => append(store, bad), StoreError, "stranger");
    alike(store.intent("main", "b"), undefined);
    alike(store.meta("k"), undefined);
    alike(store.lastEventId, before);
    alike(store.events({ since: 0, limit: 9 }).items, []);
    holds(store.failure instanceof StoreError, "the store tells that it has failed");
    await refuses(() => append(store, { turns: [turn("a")] }), StoreError, "stranger");
    alike([...store.live("main")].map(({ intentId }) => intentId), ["a"]);
  });

  test("an intent id is taken for ever", async (store) => {
    await append(store, { turns: [placement("a", { state: "FAILED", terminal: true })] });
    await refuses(() => append(store, { turns: [placement("a")] }), StoreError);
  });

  test("is healthy until it fails, and takes nothing after close", async (store) => {
    await append(store, { turns: [placement("a")] });
    alike(store.failure, null);
    await store.close();
    await store.close();
    await refuses(() => append(store, { turns: [turn("a")] }), StoreError, "closed");
  });

  test("refuses an epoch older than the one that fenced it", async (store) => {
    store.fence(3);
    store.fence(3);
    await refuses(() => store.fence(2), StoreError, "epoch 2 is older than 3");
    await append(store, { turns: [placement("a")] });
  });
}
