/** Lists of intents: pages, filters, bounds. */
import { ValidationError } from "../../model/errors.ts";
import type { Store } from "../../stores/store.ts";
import { holds } from "../expect.ts";
import { alike, refuses } from "./expect.ts";
import { intentOf, placement, turn } from "./records.ts";
import { append, idsOf, type Test } from "./subject.ts";

export function pageTests(test: Test): void {
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
      holds(page.items.length <= 10, "a page keeps to its limit", page.items.length);
      seen.push(...page.items.map(({ intentId }) => intentId));
      // What changes meanwhile must not make a page skip or repeat.
      await append(store, { turns: [turn(ids[0] ?? "")] });
      cursor = page.next;
    }
    alike(seen, ids);
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
    alike(idsOf(store, {}), ["a", "b", "c"]);
    alike(idsOf(store, { includeTerminal: true }), ["a", "b", "c", "d"]);
    alike(idsOf(store, { symbolId: "ETH/USDT" }), ["b"]);
    alike(idsOf(store, { state: "ACTIVE" }), ["b", "c"]);
    alike(idsOf(store, { state: ["ACTIVE", "SUBMITTING"], exchangeId: "main" }), ["a", "b"]);
    alike(idsOf(store, { labels: { app: "grid" } }), ["a"]);
    alike(idsOf(store, { labels }), ["a"]);
    alike(idsOf(store, { labels: { app: "other" } }), []);
  });

  test("naming a terminal state shows terminal intents", async (store) => {
    await append(store, { turns: [placement("d", { state: "COMPLETED", terminal: true })] });
    alike(idsOf(store, { state: "COMPLETED" }), ["d"]);
    alike(idsOf(store, { state: "COMPLETED", includeTerminal: false }), []);
  });

  test("a page holds at most 1000 rows, whatever is asked for", async (store) => {
    const ids = Array.from({ length: 1005 }, (_, i) => `i${i}`);
    await append(store, { turns: ids.map((id) => placement(id)) });
    const page = store.intents({ limit: 5000 });
    alike(page.items.length, 1000);
    alike(idsOf(store, { cursor: page.next ?? "" }), ids.slice(1000));
  });

  test("refuses a limit or a cursor that is none", async (store) => {
    for (const limit of [0, -1, 1.5, NaN]) {
      await refuses(() => store.intents({ limit }), ValidationError, "limit");
    }
    for (const cursor of ["", "x", "c'; --", "c".repeat(30)]) {
      await refuses(() => store.fills({ cursor }), ValidationError, "cursor");
    }
  });
}
