/** Orders over a socket: frames are ccxt's own, byte for byte, and answers find their requests. */
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import type { CcxtExchange } from "../../../src/exchanges/ccxt/ccxt.ts";
import { compileFrame } from "../../../src/exchanges/ccxt/wire/frame_template.ts";
import { Framer } from "../../../src/exchanges/ccxt/wire/framer.ts";
import { keyedHmac } from "../../../src/exchanges/ccxt/wire/hmac.ts";
import { binanceSpot } from "../../../src/exchanges/ccxt/profiles/binance.ts";
import { binanceSocketEntry } from "../../../src/exchanges/ccxt/profiles/binance/socket_entry.ts";
import { redactor } from "../../../src/exchanges/ccxt/wire/redaction.ts";
import { Signer } from "../../../src/exchanges/ccxt/wire/signer.ts";
import { SocketEntry } from "../../../src/exchanges/ccxt/wire/socket_entry.ts";
import type { SocketEntryPlan } from "../../../src/exchanges/ccxt/plans/socket_entry_plan.ts";
import { VenueClock } from "../../../src/exchanges/ccxt/wire/venue_clock.ts";
import type { SubmitRequest } from "../../../src/exchanges/exchange.ts";
import { decimal } from "../../../src/model/decimal.ts";
import { VirtualClock } from "../../../src/system/virtual_clock.ts";
import { SECRET, submitRequest } from "./fixtures.ts";
import { loadedBinance, request, shapes } from "./shapes.ts";

const NOW = 1_700_000_000_000;
const RECV_WINDOW = 5_000;

Deno.test("socket entry: a template frames byte for byte what ccxt frames, over all shapes", async () => {
  const { framer } = await setUp();
  const raw = await rawCcxt();
  for (const fields of shapes().filter(({ postOnly }) => postOnly !== true)) {
    const first = framed(framer, request(fields, 1), "1");
    const second = request(fields, 2);
    const byCcxt = await raw.frame(second);
    assertNotEquals(first, byCcxt.text);
    assertEquals(framed(framer, second, byCcxt.id), byCcxt.text, JSON.stringify(fields));
  }
});

Deno.test("socket entry: a field that holds more than the value makes no template", () => {
  const values = { id: "1", timestamp: "2", clientOrderId: "c", amount: "3", price: "0.1" };
  const fields = {
    id: "id",
    timestamp: null,
    clientOrderId: "link",
    amount: "qty",
    price: "price",
    signature: null,
  };
  const compiled = (price: string) =>
    compileFrame(`{"id":1,"link":"c","qty":"3","price":${price}}`, values, {
      fields,
      signed: null,
      sign: keyedHmac(SECRET),
    });
  for (const longer of ['"0.10"', "0.10", "0.1e1"]) assertEquals(compiled(longer), null);
  const text = compiled('"0.1"')?.fill({ ...values, id: "12", price: "20" });
  assertEquals(text, '{"id":12,"link":"c","qty":"3","price":"20"}');
});

/** `createOrderWs` sends its own word `postOnly` too, which the venue refuses as unread (-1104). */
Deno.test("socket entry: a post-only order says what the venue knows and nothing else", async () => {
  const { framer } = await setUp();
  const { params } = JSON.parse(framed(framer, request({ postOnly: true }, 1), "1"));
  assertEquals(params.type, "LIMIT_MAKER");
  assertEquals("postOnly" in params || "timeInForce" in params, false);
});

Deno.test("socket entry: after the first order of a shape ccxt is not asked again", async () => {
  const { framer, exchange } = await setUp();
  let built = 0;
  const build = exchange.createOrderRequest.bind(exchange);
  exchange.createOrderRequest = (...parts) => {
    built++;
    return build(...parts);
  };
  for (let order = 1; order < 6; order++) framed(framer, request({}, order), String(order));
  framed(framer, request({ side: "SELL" }, 7), "7");
  assertEquals(built, 2);
});

Deno.test("socket entry: a quantity ccxt would cut is not sent", async () => {
  const { framer } = await setUp();
  const cut = submitRequest({ amount: decimal("0.010000001") });
  const outcome = framer.order(cut, { plan: binanceSocketEntry, id: "1" });
  assert(outcome.kind === "notSent");
  assertMatch(outcome.reason, /would send quantity 0.01 for 0.010000001/);
});

Deno.test("socket entry: a frame in which a field stands twice gets no template", () => {
  const { fields } = binanceSocketEntry.template!;
  const values = { id: "1", timestamp: "5", clientOrderId: "a", amount: "2", price: null };
  const text =
    '{"id":"1","params":{"newClientOrderId":"a","quantity":"2","more":{"quantity":"2"}}}';
  const making = { fields: { ...fields, timestamp: null, signature: null }, signed: null };
  assertEquals(compileFrame(text, values, { ...making, sign: keyedHmac("x") }), null);
});

const OPEN_GATE = { check: () => null, sent: () => {} };

function entryOf({ send = () => {} }: { readonly send?: (frame: string) => void } = {}) {
  const clock = new VirtualClock(NOW);
  const entry = new SocketEntry({ plan: binanceSocketEntry, clock, timeoutMs: 1_000, send });
  return { clock, entry };
}

Deno.test("socket entry: answers find their requests in any order, strangers find none", async () => {
  const { entry } = entryOf();
  const [one, two] = [entry.request("1", "{}", OPEN_GATE), entry.request("2", "{}", OPEN_GATE)];
  assert(entry.take({ id: "2", status: 200, result: { orderId: 22 } }));
  assert(entry.take({ id: "1", status: 400, error: { code: -2010, msg: "no" } }));
  assert(!entry.take({ id: "1", status: 200, result: {} }), "it has been answered");
  assert(!entry.take({ id: "9", status: 200, result: {} }));
  assert(!entry.take("pong") && !entry.take(null));
  assertEquals(await one, { kind: "heard", status: 400, value: { code: -2010, msg: "no" } });
  assertEquals(await two, { kind: "heard", status: 200, value: { orderId: 22 } });
});

Deno.test("socket entry: a closed gate sends nothing, and is asked right before the frame", async () => {
  const sent: string[] = [];
  const { entry } = entryOf({ send: (frame) => sent.push(frame) });
  const closed = { check: () => "KILL_SWITCH", sent: () => sent.push("told") };
  assertEquals(await entry.request("1", "a", closed), { kind: "notSent", reason: "KILL_SWITCH" });
  const open = { check: () => (sent.push("asked"), null), sent: () => sent.push("told") };
  void entry.request("2", "b", open);
  assertEquals(sent, ["asked", "b", "told"]);
  entry.end("the test is over");
});

Deno.test("socket entry: no answer in time, and a socket that ends, leave the outcome unknown", async () => {
  const { clock, entry } = entryOf();
  const late = entry.request("1", "{}", OPEN_GATE);
  clock.advance(1_000);
  const cut = entry.request("2", "{}", OPEN_GATE);
  entry.end("closed by the venue");
  const codes = [await late, await cut].map((each) => each.kind === "failed" && each.cause.code);
  assertEquals(codes, ["TIMEOUT", "CONNECTION_RESET"]);
  const after = await entry.request("3", "{}", OPEN_GATE);
  assertEquals(after, { kind: "notSent", reason: "NOT_CONNECTED" });
});

Deno.test("socket entry: a frame the platform did not take may have left all the same", async () => {
  const { entry } = entryOf({
    send: () => {
      throw new Error("the socket is not open");
    },
  });
  const heard = await entry.request("1", "{}", OPEN_GATE);
  assert(heard.kind === "failed");
  assertEquals(heard.cause.code, "CONNECTION_RESET");
});

Deno.test("socket entry: where the venue remembers ids, no connection uses those of an earlier one", () => {
  const clock = new VirtualClock(NOW);
  const opened = (idsFrom: Pick<SocketEntryPlan, "idsFrom">) => {
    const plan = { ...binanceSocketEntry, ...idsFrom };
    return new SocketEntry({ plan, clock, timeoutMs: 1_000, send: () => {} });
  };
  const first = opened({ idsFrom: "time" });
  const used = Array.from({ length: 500 }, () => first.nextId());
  clock.advance(1_000);
  assert(!used.includes(opened({ idsFrom: "time" }).nextId()));
  assertEquals([opened({}).nextId(), opened({}).nextId()], ["1", "1"]);
});

function framed(framer: Framer, order: SubmitRequest, id: string): string {
  const made = framer.order(order, { plan: binanceSocketEntry, id });
  assert(made.kind === "framed", JSON.stringify(made));
  return made.text;
}

async function setUp() {
  const clock = new VirtualClock(NOW);
  const venueClock = new VenueClock(clock);
  const monotonic = clock.monotonic();
  venueClock.set(NOW, { sent: monotonic, answered: monotonic });
  const exchange = await loadedBinance(RECV_WINDOW);
  const signer = new Signer({
    exchange,
    profile: binanceSpot,
    catalogue: { marketOf: (symbolId) => exchange.markets?.[symbolId] },
    venueClock,
    validityMs: RECV_WINDOW,
    secret: SECRET,
    redact: redactor([SECRET]),
  });
  return { exchange, framer: new Framer(signer, { profile: binanceSpot, secret: SECRET }) };
}

/** What ccxt's own `createOrderWs` hands to its socket. */
async function rawCcxt() {
  const exchange = await loadedBinance(RECV_WINDOW) as CcxtExchange & {
    createOrderWs(...parts: unknown[]): Promise<unknown>;
    watch: (url: string, hash: string, message: unknown) => Promise<unknown>;
  };
  exchange.nonce = () => NOW;
  return {
    async frame({ order, amount, clientOrderId }: SubmitRequest) {
      let sent: { id: string; text: string } | null = null;
      exchange.watch = (_url, id, message) => {
        sent = { id, text: JSON.stringify(message) };
        return Promise.resolve({});
      };
      const asked = binanceSpot.entry.form(order, exchange.markets![order.symbolId]!);
      assert(asked.kind === "order");
      // By the venue's names: `createOrderWs` sends unified ones beside what it makes of them.
      const { selfTradePrevention: mode, ...rule } = asked.params;
      const params = {
        ...rule,
        ...(mode === undefined ? {} : { selfTradePreventionMode: mode }),
        newClientOrderId: clientOrderId,
      };
      const price = order.limitPrice ?? undefined;
      const { symbolId } = order;
      await exchange.createOrderWs(symbolId, asked.type, asked.side, amount, price, params);
      assert(sent !== null);
      return sent as { id: string; text: string };
    },
  };
}
