import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import type { CcxtExchange, CcxtSigned } from "../../../src/exchanges/ccxt/ccxt.ts";
import { keyedHmac } from "../../../src/exchanges/ccxt/wire/hmac.ts";
import { binanceSpot } from "../../../src/exchanges/ccxt/profiles/binance.ts";
import { redactor } from "../../../src/exchanges/ccxt/wire/redaction.ts";
import { Signer } from "../../../src/exchanges/ccxt/wire/signer.ts";
import { compileTemplate } from "../../../src/exchanges/ccxt/wire/template.ts";
import { VenueClock } from "../../../src/exchanges/ccxt/wire/venue_clock.ts";
import type { SubmitRequest } from "../../../src/exchanges/exchange.ts";
import { decimal } from "../../../src/model/decimal.ts";
import { VirtualClock } from "../../../src/system/virtual_clock.ts";
import { SECRET, submitRequest } from "./fixtures.ts";
import { loadedBinance, request, response, shapes } from "./shapes.ts";
import { placedRow } from "./stub_data.ts";

const NOW = 1_700_000_000_000;
const RECV_WINDOW = 5_000;
const FIELDS = binanceSpot.entry.template!;

Deno.test("ccxt: a template sends byte for byte what ccxt sends, over all shapes", async () => {
  const { signer } = await setUp();
  const raw = await rawCcxt();
  for (const fields of shapes()) {
    const first = request(fields, 1);
    const second = request(fields, 2);
    const byCcxt = await raw.createOrder(second);
    assertNotEquals(signed(signer, first).body, byCcxt.body);
    assertEquals(signed(signer, second), byCcxt, JSON.stringify(fields));
  }
});

Deno.test("ccxt: after the first order of a shape ccxt is not asked again", async () => {
  const { signer, exchange } = await setUp();
  let built = 0;
  const build = exchange.createOrderRequest.bind(exchange);
  exchange.createOrderRequest = (...parts) => {
    built++;
    return build(...parts);
  };
  for (let order = 0; order < 5; order++) signed(signer, request({}, order));
  signed(signer, request({ side: "SELL" }, 6));
  assertEquals(built, 2);
});

Deno.test("ccxt: a quantity ccxt would cut is not sent", async () => {
  const { signer } = await setUp();
  const outcome = signer.order(submitRequest({ amount: decimal("0.010000001") }));
  assert(outcome.kind === "notSent");
  assertMatch(outcome.reason, /would send quantity 0.01 for 0.010000001/);
});

Deno.test("ccxt: what the venue profile cannot express is not sent", async () => {
  const { signer } = await setUp();
  for (
    const fields of [
      { reduceOnly: true },
      { icebergQty: decimal("0.001") },
      { limitPrice: null, postOnly: true },
    ]
  ) {
    assertEquals(signer.order(submitRequest(fields)).kind, "notSent");
  }
});

Deno.test("ccxt: nothing is signed before the venue's clock is measured", async () => {
  const { signer } = await setUp({ measured: false });
  assertEquals(signer.order(submitRequest()), {
    kind: "notSent",
    reason: "the venue's clock is not measured yet",
  });
});

Deno.test("ccxt: a signature the template cannot make keeps the shape with ccxt", () => {
  const values = {
    timestamp: "1",
    clientOrderId: "a",
    amount: "2",
    price: "3",
  };
  const form = "timestamp=1&newClientOrderId=a&quantity=2&price=3";
  const fields = FIELDS;
  const sign = keyedHmac("other");
  assertEquals(compileTemplate(`${form}&signature=00`, values, { fields, sign }), null);
  assert(compileTemplate(`${form}&signature=${sign(form)}`, values, { fields, sign }) !== null);
});

Deno.test("ccxt: a template refuses a form whose fields are encoded", () => {
  const values = { timestamp: "1", clientOrderId: "a b", amount: "2", price: "3" };
  const form = "timestamp=1&newClientOrderId=a%20b&quantity=2&price=3";
  const sign = keyedHmac("other");
  const compiled = compileTemplate(`${form}&signature=${sign(form)}`, values, {
    fields: FIELDS,
    sign,
  });
  assertEquals(compiled, null);
});

/** The documented example of rest-api.md, "Example 1: As a request body". */
Deno.test("ccxt: the keyed HMAC agrees with Binance's documented example", () => {
  const sign = keyedHmac("NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j");
  assertEquals(
    sign(
      "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1" +
        "&recvWindow=5000&timestamp=1499827319559",
    ),
    "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71",
  );
});

function signed(signer: Signer, given: SubmitRequest): CcxtSigned {
  const outcome = signer.order(given);
  assert(outcome.kind === "signed", JSON.stringify(outcome));
  assertEquals(outcome.signedAt, NOW);
  const { url, method, headers, body } = outcome.wire;
  return { url, method, headers, body };
}

async function setUp({ measured = true } = {}) {
  const clock = new VirtualClock(NOW);
  const venueClock = new VenueClock(clock);
  const monotonic = clock.monotonic();
  if (measured) venueClock.set(NOW, { sent: monotonic, answered: monotonic });
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
  return { exchange, signer };
}

/** What ccxt's own `createOrder` hands to fetch. */
async function rawCcxt() {
  const exchange = await loadedBinance(RECV_WINDOW) as CcxtExchange & {
    createOrder(...parts: unknown[]): Promise<unknown>;
  };
  exchange.nonce = () => NOW;
  return {
    async createOrder({ order, amount, clientOrderId }: SubmitRequest): Promise<CcxtSigned> {
      let sent: CcxtSigned | null = null;
      exchange.fetchImplementation = (url, { method, headers, body }) => {
        sent = { url, method, headers, body };
        return Promise.resolve(response(placedRow()));
      };
      const asked = binanceSpot.entry.form(order, exchange.markets![order.symbolId]!);
      assert(asked.kind === "order");
      const params = { ...asked.params, clientOrderId };
      const price = order.limitPrice ?? undefined;
      await exchange.createOrder(order.symbolId, asked.type, asked.side, amount, price, params);
      assert(sent !== null);
      return sent;
    },
  };
}
