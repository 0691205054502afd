import { assert, assertEquals, assertRejects } from "@std/assert";
import { StateStore } from "../../../src/exchanges/paper/state_store.ts";
import { decimal } from "../../../src/model/decimal.ts";
import { StoreError } from "../../../src/model/errors.ts";
import { move, ref, request, stage } from "./adapter_builders.ts";
import { accepted, BTC_USDT, buy, scene, sell } from "./builders.ts";

async function withStatePath(use: (path: string) => Promise<void> | void): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(`${folder}/paper.sqlite`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("state: orders, trades, balances and prices outlive a restart", async () => {
  await withStatePath(async (statePath) => {
    const before = await stage({ statePath });
    await before.adapter.execution.submit(request(before, "rests"), before.gate);
    await before.adapter.execution.submit(
      request(before, "takes", { limitPrice: null, amount: decimal("0.7") }),
      before.gate,
    );
    move(before.adapter, "89000", "0.4");
    const state = before.adapter.engine.serialize();
    await before.adapter.disconnect();

    await using after = await stage({ statePath });
    const restored = after.adapter.engine.serialize();
    const byOwner = (a: { owner: string; asset: string }, b: typeof a) =>
      `${a.owner} ${a.asset}` < `${b.owner} ${b.asset}` ? -1 : 1;
    assertEquals({ ...restored, balances: restored.balances.toSorted(byOwner) }, {
      ...state,
      balances: state.balances.toSorted(byOwner),
    });
    const found = await after.adapter.execution.lookup(ref("rests"));
    assert(found.kind === "found");
    assertEquals([found.order.status, found.order.filled], ["PARTIALLY_FILLED", decimal("0.4")]);
  });
});

Deno.test("state: a reconnected adapter goes on writing", async () => {
  await withStatePath(async (statePath) => {
    const first = await stage({ statePath });
    await first.adapter.disconnect();
    await first.adapter.connect(new AbortController().signal);
    await first.adapter.execution.submit(request(first, "later"), first.gate);
    await first.adapter.disconnect();
    await using again = await stage({ statePath });
    assertEquals((await again.adapter.execution.lookup(ref("later"))).kind, "found");
  });
});

Deno.test("state: what fell out of the bounded history is gone from the file too", async () => {
  await withStatePath((statePath) => {
    const { engine } = scene({ history: { finalOrdersMax: 1, tradesMax: 1 } });
    const store = new StateStore(statePath);
    store.attach(engine);
    accepted(engine.submit("bob", sell({ price: "100", quantity: "10" })));
    for (let nth = 0; nth < 3; nth++) accepted(engine.submit("alice", buy({ price: "100" })));
    store.close();
    const reopened = new StateStore(statePath);
    const { orders, trades } = reopened.load()!;
    reopened.close();
    assertEquals(orders.map((order) => order.orderId), [1, 4]);
    assertEquals(trades.map((trade) => [trade.tradeId, trade.accountId]), [
      [3, "bob"],
      [3, "alice"],
    ]);
  });
});

Deno.test("state: a second venue on the same file is refused", async () => {
  await withStatePath(async (statePath) => {
    await using _first = await stage({ statePath });
    await assertRejects(() => stage({ statePath }), StoreError, "Cannot open the paper venue");
  });
});

Deno.test("state: every order the venue accepted survives a kill -9 of its process", async () => {
  await withStatePath(async (statePath) => {
    const script = new URL("./venue_process.ts", import.meta.url).pathname;
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--frozen=false",
        "--no-check",
        "--allow-read",
        "--allow-write",
        script,
        statePath,
      ],
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const told: string[] = [];
    let rest = "";
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      told.push(...lines);
      if (told.length >= 50) {
        child.kill("SIGKILL");
        break;
      }
    }
    await child.status;
    await using on = await stage({ statePath });
    for (const line of told) {
      const clientOrderId = line.replace("canceled ", "");
      const found = await on.adapter.execution.lookup(ref(clientOrderId));
      assert(found.kind === "found", `${clientOrderId} was lost`);
      if (line !== clientOrderId) assertEquals(found.order.status, "CANCELED");
    }
    const { engine, accountId } = on.adapter;
    const open = engine.openOrders(accountId, BTC_USDT).length;
    assertEquals(engine.balance(accountId, "USDT").locked, decimal(90_000 * open));
    assertEquals(engine.total("USDT"), decimal("1000000"));
  });
});
