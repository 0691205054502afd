/** What rides along with turns: fills, parked facts, drifts. */
import { decimal } from "../../model/decimal.ts";
import { alike } from "./expect.ts";
import { drift, fill, NOON, parkedFact, placement, turn } from "./records.ts";
import { append, type Test } from "./subject.ts";

export function fillTests(test: Test): void {
  test("keeps fills with all they say, and their keys", async (store) => {
    const fee = { asset: "BNB", amount: decimal("0.0001") };
    const trade = fill("t1", { fee, clientOrderId: "c1", liquidity: "TAKER" });
    await append(store, { turns: [placement("a", { fills: [trade] })] });
    await append(store, { turns: [turn("a", { fills: [fill("t2")] })] });
    alike(store.fills({}).items, [trade, fill("t2")]);
    alike(store.fillKeys("main", "a"), ["x1:t1", "x1:t2"]);
    alike(store.fillKeys("main", "b"), []);
  });

  test("one trade id of two of our orders is two fills", async (store) => {
    await append(store, {
      turns: [
        placement("a", { fills: [fill("t1")] }),
        placement("b", { fills: [fill("t1", { intentId: "b", exchangeOrderId: "x2" })] }),
      ],
    });
    alike(store.fills({}).items.map(({ intentId }) => intentId), ["a", "b"]);
  });

  test("a fill belongs to the intent of its turn", async (store) => {
    await append(store, { turns: [placement("b", { fills: [fill("t1", { intentId: null })] })] });
    alike(store.fills({ intentId: "b" }).items.map(({ intentId }) => intentId), ["b"]);
  });

  test("filters and pages fills", async (store) => {
    const later = (id: string, i: number) => fill(id, { venueTime: NOON + i });
    const fills = Array.from({ length: 7 }, (_, i) => later(`t${i}`, i));
    const eth = fill("e1", { symbolId: "ETH/USDT", intentId: "b" });
    await append(store, {
      turns: [placement("a", { fills }), placement("b", { symbolId: "ETH/USDT", fills: [eth] })],
    });
    alike(store.fills({ symbolId: "ETH/USDT" }).items, [eth]);
    alike(store.fills({ intentId: "b" }).items, [eth]);
    alike(store.fills({ exchangeId: "other" }).items, []);
    alike(store.fills({ since: NOON + 5 }).items, fills.slice(5));
    const first = store.fills({ limit: 5 });
    alike(first.items, fills.slice(0, 5));
    const rest = store.fills({ limit: 5, cursor: first.next ?? "" });
    alike(rest, { items: [...fills.slice(5), eth], next: null });
  });
}

export function sideTests(test: Test): void {
  test("parks and unparks facts per exchange, the newest per key", async (store) => {
    await append(store, {
      park: [
        parkedFact("order:1"),
        parkedFact("fill:1:2"),
        parkedFact("order:1", { exchangeId: "other" }),
      ],
    });
    const newer = parkedFact("order:1", { at: NOON + 1, fact: '{"status":"FILLED"}' });
    await append(store, { park: [newer] });
    alike(store.parked("main"), [newer, parkedFact("fill:1:2")]);
    await append(store, { unpark: [{ exchangeId: "main", key: "order:1" }] });
    alike(store.parked("main"), [parkedFact("fill:1:2")]);
    alike(store.parked("other").length, 1);
  });

  test("keeps the newest record of each drift", async (store) => {
    await append(store, { drifts: [drift("d1"), drift("d2", { exchangeId: "other" })] });
    const resolved = drift("d1", { status: "RESOLVED", closedAt: NOON + 9 });
    await append(store, { drifts: [resolved] });
    alike(store.drifts("main"), [resolved]);
    alike(store.drifts().map(({ driftId }) => driftId), ["d1", "d2"]);
  });

  test("keeps the newest value of each meta key", async (store) => {
    await append(store, { meta: [{ key: "epoch", value: "1" }, { key: "epoch", value: "2" }] });
    alike(store.meta("epoch"), "2");
    alike(store.meta("tag"), undefined);
  });
}
