/** What every store must do, whatever it is made of. */
import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { StoreError, ValidationError } from "../../src/model/errors.ts";
import type { Batch, Store } from "../../src/stores/store.ts";
import { event, intentOf, placement, turn } from "./records.ts";
import {
  eventTests,
  fillTests,
  intentEventTests,
  pruneTests,
  sideTests,
} from "./store_suite_facts.ts";
import { append, idsOf, type StoreSubject, type Test } from "./store_subject.ts";

/** Registers the suite's tests for one kind of store. */
export function storeSuite(subject: StoreSubject): void {
  const test = (behaviour: string, body: (store: Store) => Promise<void>) =>
    Deno.test(`${subject.name} store: ${behaviour}`, async () => {
      const { store, dispose } = await subject.open();
      try {
        await body(store);
      } finally {
        await store.close();
        await dispose();
      }
    });
  intentTests(test);
  routeTests(test);
  pageTests(test);
  fillTests(test);
  eventTests(test);
  intentEventTests(test);
  pruneTests(test);
  sideTests(test);
  lifeTests(test);
}

function intentTests(test: Test): void {
  test("gives back what the turn left behind", async (store) => {
    const intent = intentOf("a", { labels: { app: "grid" }, metadata: { note: "ü \u0000 ❤" } });
    await append(store, { turns: [placement("a", { intent, context: '{"n":1}' })] });
    assertEquals(store.intent("main", "a"), {
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
    assertStrictEquals(store.intent("main", "b"), undefined);
    assertStrictEquals(store.intent("other", "a"), undefined);
  });

  test("the newest turn's state wins and the original order stays", async (store) => {
    await append(store, { turns: [placement("a"), turn("a", { context: '{"n":2}' })] });
    await append(store, { turns: [turn("a", { state: "RECONCILING.canceling", version: "2" })] });
    const found = store.intent("main", "a");
    assertEquals(found?.state, "RECONCILING.canceling");
    assertEquals(found?.version, "2");
    assertEquals(found?.context, "{}");
    assertEquals(found?.original, '{"placed":"a"}');
  });

  test("a changed desired state replaces the old one, labels included", async (store) => {
    await append(store, { turns: [placement("a")] });
    const changed = intentOf("a", { generation: 2, desired: "CANCELED", labels: { tier: "2" } });
    await append(store, { turns: [turn("a", { intent: changed })] });
    assertEquals(store.intent("main", "a")?.intent, changed);
    assertEquals(idsOf(store, { labels: { tier: "2" } }), ["a"]);
  });

  test("one intent id at two exchanges is two intents", async (store) => {
    await append(store, {
      turns: [placement("a"), placement("a", { exchangeId: "other", state: "ACTIVE.open" })],
    });
    assertEquals(store.intent("main", "a")?.state, "SUBMITTING.inFlight");
    assertEquals(store.intent("other", "a")?.state, "ACTIVE.open");
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
    assertEquals([...store.live("main")].map(({ intentId }) => intentId), ["c", "b", "d"]);
  });

  test("a late fact brings a terminal intent back to the live ones", async (store) => {
    await append(store, { turns: [placement("a", { state: "FAILED", terminal: true })] });
    assertEquals([...store.live("main")], []);
    await append(store, { turns: [turn("a", { state: "ACTIVE.open" })] });
    assertEquals([...store.live("main")].map(({ state }) => state), ["ACTIVE.open"]);
  });
}

function routeTests(test: Test): void {
  test("finds an intent by every client order id it ever had", async (store) => {
    await append(store, { turns: [placement("a", { clientOrderIds: ["c1"] }), placement("b")] });
    await append(store, { turns: [turn("a", { clientOrderIds: ["c2"] })] });
    assertEquals(store.intentByClientOrderId("main", "c1")?.intentId, "a");
    assertEquals(store.intentByClientOrderId("main", "c2")?.intentId, "a");
    assertStrictEquals(store.intentByClientOrderId("other", "c1"), undefined);
  });

  test("an exchange order id counts per exchange and symbol", async (store) => {
    await append(store, {
      turns: [
        placement("a", { exchangeOrderIds: ["7"] }),
        placement("b", { exchangeOrderIds: ["7"], symbolId: "ETH/USDT" }),
      ],
    });
    assertEquals(store.intentByExchangeOrderId("main", "BTC/USDT", "7")?.intentId, "a");
    assertEquals(store.intentByExchangeOrderId("main", "ETH/USDT", "7")?.intentId, "b");
    assertStrictEquals(store.intentByExchangeOrderId("other", "BTC/USDT", "7"), undefined);
  });

  test("a route given twice changes nothing", async (store) => {
    await append(store, { turns: [placement("a", { clientOrderIds: ["c1"] })] });
    await append(store, { turns: [turn("a", { clientOrderIds: ["c1"], state: "COMPLETED" })] });
    assertEquals(store.intentByClientOrderId("main", "c1")?.state, "COMPLETED");
  });
}

function pageTests(test: Test): void {
  test("pages of intents are in order of creation, each intent once", async (store) => {
    const ids = Array.from({ length: 25 }, (_, i) => `i${(i * 7) % 25}`);
    await append(store, { turns: ids.map((id) => placement(id)) });
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const page: ReturnType<Store["intents"]> = store.intents({
        limit: 10,
        ...(cursor === "" ? {} : { cursor }),
      });
      assert(page.items.length <= 10);
      seen.push(...page.items.map(({ intentId }) => intentId));
      // What changes meanwhile must not make a page skip or repeat.
      await append(store, { turns: [turn(ids[0] ?? "")] });
      cursor = page.next;
    }
    assertEquals(seen, ids);
  });

  test("filters intents by symbol, top state, labels and exchange", async (store) => {
    const labels = { app: "grid", "odd \"key'": "1" };
    await append(store, {
      turns: [
        placement("a", { intent: intentOf("a", { labels }) }),
        placement("b", { symbolId: "ETH/USDT", state: "ACTIVE.partiallyFilled" }),
        placement("c", { exchangeId: "other", state: "ACTIVE.open" }),
        placement("d", { state: "COMPLETED", terminal: true }),
      ],
    });
    assertEquals(idsOf(store, {}), ["a", "b", "c"]);
    assertEquals(idsOf(store, { includeTerminal: true }), ["a", "b", "c", "d"]);
    assertEquals(idsOf(store, { symbolId: "ETH/USDT" }), ["b"]);
    assertEquals(idsOf(store, { state: "ACTIVE" }), ["b", "c"]);
    assertEquals(idsOf(store, { state: ["ACTIVE", "SUBMITTING"], exchangeId: "main" }), ["a", "b"]);
    assertEquals(idsOf(store, { labels: { app: "grid" } }), ["a"]);
    assertEquals(idsOf(store, { labels }), ["a"]);
    assertEquals(idsOf(store, { labels: { app: "other" } }), []);
  });

  test("naming a terminal state shows terminal intents", async (store) => {
    await append(store, { turns: [placement("d", { state: "COMPLETED", terminal: true })] });
    assertEquals(idsOf(store, { state: "COMPLETED" }), ["d"]);
    assertEquals(idsOf(store, { state: "COMPLETED", includeTerminal: false }), []);
  });

  test("a page holds at most 1000 rows, whatever is asked for", async (store) => {
    const ids = Array.from({ length: 1005 }, (_, i) => `i${i}`);
    await append(store, { turns: ids.map((id) => placement(id)) });
    const page = store.intents({ limit: 5000 });
    assertEquals(page.items.length, 1000);
    assertEquals(idsOf(store, { cursor: page.next ?? "" }), ids.slice(1000));
  });

  test("refuses a limit or a cursor that is none", (store) => {
    for (const limit of [0, -1, 1.5, NaN]) {
      assertThrows(() => store.intents({ limit }), ValidationError, "limit");
    }
    for (const cursor of ["", "x", "c'; --", "c".repeat(30)]) {
      assertThrows(() => store.fills({ cursor }), ValidationError, "cursor");
    }
    return Promise.resolve();
  });
}

function lifeTests(test: Test): void {
  test("a turn of an unknown intent fails the store and leaves nothing behind", async (store) => {
    await append(store, { turns: [placement("a")] });
    const before = store.lastEventId;
    const bad: Batch = {
      turns: [placement("b", { events: [event("b")] }), turn("stranger")],
      meta: [{ key: "k", value: "v" }],
    };
    await assertRejects(() => append(store, bad), StoreError, "stranger");
    assertStrictEquals(store.intent("main", "b"), undefined);
    assertStrictEquals(store.meta("k"), undefined);
    assertStrictEquals(store.lastEventId, before);
    assertEquals(store.events({ since: 0, limit: 9 }).items, []);
    assert(store.failure instanceof StoreError);
    await assertRejects(() => append(store, { turns: [turn("a")] }), StoreError, "stranger");
    assertEquals([...store.live("main")].map(({ intentId }) => intentId), ["a"]);
  });

  test("an intent id is taken for ever", async (store) => {
    await append(store, { turns: [placement("a", { state: "FAILED", terminal: true })] });
    await assertRejects(() => append(store, { turns: [placement("a")] }), StoreError);
  });

  test("is healthy until it fails, and takes nothing after close", async (store) => {
    await append(store, { turns: [placement("a")] });
    assertStrictEquals(store.failure, null);
    await store.close();
    await store.close();
    await assertRejects(() => append(store, { turns: [turn("a")] }), StoreError, "closed");
  });

  test("refuses an epoch older than the one that fenced it", async (store) => {
    store.fence(3);
    store.fence(3);
    assertThrows(() => store.fence(2), StoreError, "epoch 2 is older than 3");
    await append(store, { turns: [placement("a")] });
  });
}
