import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { parse } from "yaml";
import { decimal } from "../../src/model/decimal.ts";
import type { Fill } from "../../src/model/fill.ts";
import { denied, ORDER } from "../api/fake_kernel.ts";
import { NOT_READY } from "../api/fake_rows.ts";
import { Served, TOKEN } from "../api/served.ts";
import { DataDir, xk } from "./terminal.ts";

async function withIntents(): Promise<DataDir> {
  const dir = await DataDir.open();
  const paper = dir.served.kernel.exchange("paper");
  await paper.placeOrder(ORDER, { intentId: "a", labels: { app: "grid" } });
  await paper.placeOrder({ ...ORDER, symbolId: "ETH/USDT" }, { intentId: "longer-id" });
  await paper.placeOrder(ORDER, { intentId: "done" });
  await paper.cancelOrder("done");
  dir.served.kernel.calls.length = 0;
  return dir;
}

Deno.test("xk get intents: a table of those that live, --all with the finished ones", async () => {
  await using dir = await withIntents();
  const live = await dir.xk("get", "intents");
  assertEquals(live, {
    code: 0,
    err: "",
    out: `\
ID         SYMBOL    SIDE  AMOUNT  PRICE  FILLED  STATE        AGE
a          BTC/USDT  BUY     0.01  50000       0  ACTIVE.open   0s
longer-id  ETH/USDT  BUY     0.01  50000       0  ACTIVE.open   0s
`,
  });
  assertStringIncludes((await dir.xk("get", "intents", "--all")).out, "done ");
});

Deno.test("xk get intents: selectors become the query", async () => {
  await using dir = await withIntents();
  const only = async (...args: readonly string[]) => {
    const { out } = await dir.xk("get", "intents", "-o", "json", ...args);
    return JSON.parse(out).items.map((item: { intent: { intentId: string } }) =>
      item.intent.intentId
    );
  };
  assertEquals(await only("-l", "app=grid"), ["a"]);
  assertEquals(await only("--symbol", "ETH/USDT"), ["longer-id"]);
  assertEquals(await only("--state", "CANCELED"), ["done"]);
});

Deno.test("xk get intents: pages are followed up to the limit, and more is told", async () => {
  await using dir = await withIntents();
  const { out, err } = await dir.xk("get", "intents", "--all", "--limit", "2");
  assertEquals(out.trimEnd().split("\n").length, 3);
  assertStringIncludes(err, "--limit above 2");
});

Deno.test("xk get: json and yaml hold everything, each parseable", async () => {
  await using dir = await withIntents();
  const fromJson = JSON.parse((await dir.xk("get", "intents", "-o", "json")).out);
  const fromYaml = parse((await dir.xk("get", "intents", "-o", "yaml")).out);
  assertEquals(fromJson, fromYaml);
  assertEquals(fromJson.items[0].intent.labels, { app: "grid" });
});

Deno.test("xk get orders: what is at the venue", async () => {
  await using dir = await withIntents();
  const { out } = await dir.xk("get", "orders");
  assertStringIncludes(out, "ORDER  INTENT");
  assertStringIncludes(out, "77     a ");
});

Deno.test("xk get: every other resource has its columns", async () => {
  await using dir = await DataDir.open();
  const fill: Fill = {
    tradeId: "9\u001b[31m",
    intentId: "a",
    clientOrderId: null,
    exchangeOrderId: "77",
    symbolId: "BTC/USDT",
    side: "BUY",
    price: decimal("50000"),
    quantity: decimal("0.01"),
    fee: { asset: "BTC", amount: decimal("0.00001") },
    liquidity: "TAKER",
    venueTime: 1_767_225_600_000 - 7_200_000,
    receivedAt: 0,
  };
  dir.served.kernel.exchange("paper").fills.push(fill);
  const fills = (await dir.xk("get", "fills")).out;
  assertStringIncludes(fills, "0.00001 BTC  TAKER       2h");
  assert(!fills.includes("\u001b"), "a venue's text may not steer the terminal");
  assertStringIncludes((await dir.xk("get", "balances")).out, "USDT      11         10       1");
  assertStringIncludes((await dir.xk("get", "symbols")).out, "BTC/USDT  SPOT  0.01  0.00001");
  assertStringIncludes((await dir.xk("get", "positions")).out, "SYMBOL  SIDE  QUANTITY");
  assertStringIncludes((await dir.xk("get", "exchanges")).out, "paper  ready  true      1.5");
});

Deno.test("xk get exchanges: why one takes no orders, since when and what ends it", async () => {
  await using dir = await DataDir.open(["paper", "main"]);
  dir.served.kernel.exchange("main").isReady = false;
  const { out } = await dir.xk("get", "exchanges");
  assertEquals(
    out,
    `\
NAME   STATE    READY  P50 MS  P99 MS  QUEUED  SOCKETS  SINCE
paper  ready    true      1.5       -       0        0      -
main   syncing  false     1.5       -       0        0     2m

These take no orders now:

  main is syncing: orders are being·[31m read
    next: wait: this takes a moment
`,
  );
  for (const form of ["json", "yaml"]) {
    const { items } = parse((await dir.xk("get", "exchanges", "-o", form)).out);
    assertEquals(items.map((item: { reason: unknown }) => item.reason), [null, NOT_READY]);
  }
});

Deno.test("xk get exchanges: --exchange names one", async () => {
  await using dir = await DataDir.open(["paper", "main"]);
  const { out } = await dir.xk("get", "exchanges", "-e", "main", "-o", "json");
  assertEquals(JSON.parse(out).items.length, 1);
  const unknown = await dir.xk("get", "exchanges", "-e", "nope");
  assertEquals(unknown.code, 1);
  assertStringIncludes(unknown.err, "there are paper, main");
});

Deno.test("xk get: several exchanges share a table, --exchange names one", async () => {
  await using dir = await DataDir.open(["paper", "main"]);
  const all = (await dir.xk("get", "balances")).out;
  assertStringIncludes(all, "EXCHANGE  ASSET");
  assertStringIncludes(all, "main      USDT");
  const one = (await dir.xk("get", "balances", "-e", "main")).out;
  assert(!one.includes("EXCHANGE"));
  const unknown = await dir.xk("get", "balances", "-e", "nope");
  assertEquals(unknown.code, 1);
  assertStringIncludes(unknown.err, "there are paper, main");
});

Deno.test("xk describe intent: all that is known, found whichever exchange has it", async () => {
  await using dir = await DataDir.open(["paper", "main"]);
  await dir.served.kernel.exchange("main").placeOrder(ORDER, { intentId: "a" });
  const { out, code } = await dir.xk("describe", "intent", "a");
  assertEquals(code, 0);
  assertEquals(parse(out).intent.exchangeId, "main");
  assertEquals((await dir.xk("describe", "intent", "b")).code, 1);
  await dir.served.kernel.exchange("paper").placeOrder(ORDER, { intentId: "a" });
  const both = await dir.xk("describe", "intent", "a");
  assertEquals(both.code, 2);
  assertStringIncludes(both.err, "--exchange");
});

Deno.test("xk place: words and flags become the order", async () => {
  await using dir = await DataDir.open();
  const flags = ["--price", "50000", "--tif", "IOC", "--id", "mine", "-l", "app=grid"];
  const { out, code } = await dir.xk("place", "buy", "0.01", "BTC/USDT", ...flags);
  assertEquals([code, out], [0, "intent/mine placed on paper\n"]);
  const { intent } = dir.served.kernel.exchange("paper").intents.get("mine")!;
  const { side, amount, limitPrice, timeInForce } = intent.order;
  assertEquals([side, amount, limitPrice, timeInForce], ["BUY", "0.01", "50000", "IOC"]);
  assertEquals(intent.labels, { app: "grid" });
});

Deno.test("xk place: a refusal shows field, rule and value, a denial its reason", async () => {
  await using dir = await DataDir.open();
  const bad = await dir.xk("place", "long", "0.01", "BTC/USDT");
  assertEquals(bad.code, 1);
  assertStringIncludes(bad.err, "side: ");
  assertStringIncludes(bad.err, '"LONG"');
  dir.served.kernel.failNext = denied();
  const refused = await dir.xk("place", "buy", "0.01", "BTC/USDT");
  assertStringIncludes(refused.err, "notional 20000 is above 10000 (NOTIONAL_ABOVE_CAP)");
});

Deno.test("xk place: several exchanges need a name", async () => {
  await using dir = await DataDir.open(["paper", "main"]);
  const { code, err } = await dir.xk("place", "buy", "0.01", "BTC/USDT");
  assertEquals(code, 2);
  assertStringIncludes(err, "there are paper, main");
});

Deno.test("xk cancel: by id, or all of every exchange", async () => {
  await using dir = await withIntents();
  const one = await dir.xk("cancel", "a", "--wait", "final");
  assertEquals([one.code, one.out], [0, "intent/a set to CANCELED\n"]);
  assert(dir.served.kernel.calls.includes("cancel a final"));
  const all = await dir.xk("cancel", "--all", "--symbol", "ETH/USDT");
  assertEquals(all.out, "1 intents of paper set to CANCELED\n");
  assertEquals((await dir.xk("cancel", "nope")).code, 1);
});

Deno.test("xk cancel: neither or both of id and --all cancels nothing", async () => {
  await using dir = await withIntents();
  assertEquals((await dir.xk("cancel")).code, 2);
  assertEquals((await dir.xk("cancel", "a", "--all")).code, 2);
  assertEquals(dir.served.kernel.calls, []);
});

Deno.test("xk: unknown commands, resources, forms and limits are mistakes of usage", async () => {
  await using dir = await DataDir.open();
  const wrong = [
    ["frobnicate"],
    ["get"],
    ["get", "orderz"],
    ["get", "intents", "-o", "xml"],
    ["get", "intents", "--limit", "0"],
    ["get", "intents", "extra"],
    ["place", "buy", "1"],
    ["cancel", "--wait", "soon", "a"],
  ];
  for (const args of wrong) {
    const { code, err } = await dir.xk(...args);
    assertEquals(code, 2, args.join(" "));
    assert(err.length > 0);
  }
});

Deno.test("xk get: a slip in the resource is suggested", async () => {
  await using dir = await DataDir.open();
  const { code, err } = await dir.xk("get", "exchange");
  assertEquals(code, 2);
  assertStringIncludes(err, '(did you mean "exchanges"?)');
});

Deno.test("xk: help is no mistake", async () => {
  const { code, out } = await xk(["--help"]);
  assertEquals(code, 0);
  for (const command of ["get", "describe", "place", "cancel"]) {
    assertStringIncludes(out, command);
  }
});

Deno.test("xk: without a kernel it says so, and how to have one", async () => {
  const data = await Deno.makeTempDir();
  const none = await xk(["--data", data, "get", "intents"]);
  assertEquals(none.code, 3);
  assertStringIncludes(none.err, "no kernel runs here");
  assertStringIncludes(none.err, "deno task start");
  await Deno.writeTextFile(`${data}/kernel.json`, '{"half":');
  assertEquals((await xk(["--data", data, "get", "intents"])).code, 3);
  await Deno.remove(data, { recursive: true });
});

Deno.test("xk: a run file whose kernel has died names the file and the pid", async () => {
  const dir = await DataDir.open();
  await dir.served.api.close();
  const { code, err } = await dir.xk("get", "intents");
  assertEquals(code, 3);
  assertStringIncludes(err, "no kernel answers at");
  assertStringIncludes(err, `pid ${Deno.pid}`);
  await dir[Symbol.asyncDispose]();
});

Deno.test("xk: --url and the token by flag or environment reach any kernel", async () => {
  await using served = new Served();
  const url = ["--url", `${served.api.url}/`];
  assertEquals((await xk([...url, "--token", TOKEN, "get", "exchanges"])).code, 0);
  assertEquals((await xk([...url, "get", "exchanges"], { XK_TOKEN: TOKEN })).code, 0);
  const env = { XK_URL: served.api.url, XK_TOKEN: TOKEN };
  assertEquals((await xk(["get", "exchanges"], env)).code, 0);
  const refused = await xk([...url, "get", "exchanges"]);
  assertEquals(refused.code, 2);
  assertStringIncludes(refused.err, "--token");
  assertEquals((await xk(["--url", "nonsense", "get", "exchanges"])).code, 2);
});

Deno.test("xk: something else at the address is not taken for a kernel", async () => {
  const other = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response("<html>hi"),
  );
  const url = `http://127.0.0.1:${other.addr.port}`;
  const { code, err } = await xk(["--url", url, "get", "exchanges"]);
  assertEquals(code, 3);
  assertStringIncludes(err, "no kernel");
  await other.shutdown();
});
