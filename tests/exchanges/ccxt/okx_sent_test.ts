/** What reaches the wire of an order: built by the very class, with recorded markets. */
import { assert, assertEquals } from "@std/assert";
import type { CcxtExchange, CcxtMarket } from "../../../src/exchanges/ccxt/ccxt.ts";
import { asRow } from "../../../src/exchanges/ccxt/rows/fields.ts";
import { okxEntry } from "../../../src/exchanges/ccxt/profiles/okx/entry.ts";
import { okxSocketEntry } from "../../../src/exchanges/ccxt/profiles/okx/socket_entry.ts";
import { okx } from "../../../src/exchanges/ccxt/profiles/okx.ts";
import { decimal } from "../../../src/model/decimal.ts";
import type { StandardOrder } from "../../../src/model/order.ts";
import { recorded } from "../../recordings.ts";
import { named, resting } from "./okx.ts";

const NOW = 1_763_000_000_000;

/** [what, ccxt's symbol, the order, the body] */
const SENT:
  readonly (readonly [string, string, Partial<StandardOrder>, Record<string, unknown>])[] = [
    ["a limit order", "BTC/USDT", {}, { ordType: "limit", sz: "0.01", px: "40000" }],
    [
      "many digits",
      "BTC/USDT",
      { amount: decimal("1234567.12345678"), limitPrice: decimal("98765432.1") },
      { ordType: "limit", sz: "1234567.12345678", px: "98765432.1" },
    ],
    ["a market order", "BTC/USDT", { limitPrice: null }, { ordType: "market", sz: "0.01" }],
    ["an IOC", "BTC/USDT", { timeInForce: "IOC" }, { ordType: "ioc", sz: "0.01", px: "40000" }],
    ["a post-only", "BTC/USDT", { postOnly: true }, {
      ordType: "post_only",
      sz: "0.01",
      px: "40000",
    }],
    [
      "contracts",
      "BTC/USDT:USDT",
      { amount: decimal("0.0123"), side: "SELL", reduceOnly: true },
      {
        instId: "BTC-USDT-SWAP",
        side: "sell",
        tdMode: "cross",
        ordType: "limit",
        sz: "1.23",
        px: "40000",
        reduceOnly: true,
      },
    ],
    [
      "inverse contracts, by their dollars",
      "BTC/USD:BTC",
      { amount: decimal("12300") },
      { instId: "BTC-USD-SWAP", tdMode: "cross", ordType: "limit", sz: "123", px: "40000" },
    ],
    [
      "options, by their coins and with a price in coins alone",
      "BTC/USD:BTC-220325-194000-P",
      { amount: decimal("1.2"), limitPrice: decimal("0.0305") },
      {
        instId: "BTC-USD-220325-194000-P",
        tdMode: "cross",
        ordType: "limit",
        sz: "12",
        px: "0.0305",
      },
    ],
    [
      "a market order of contracts",
      "BTC/USDT:USDT",
      { limitPrice: null, selfTradePrevention: "EXPIRE_TAKER" },
      {
        instId: "BTC-USDT-SWAP",
        tdMode: "cross",
        ordType: "market",
        sz: "1",
        stpMode: "cancel_taker",
      },
    ],
  ];

for (const [what, symbol, fields, wanted] of SENT) {
  Deno.test(`okx: what is sent of ${what}: its exact digits, no tag of a broker, and a deadline`, async () => {
    const { entry, headers, wire, body } = await signedOrder(symbol, fields);
    const spot = symbol === "BTC/USDT"
      ? { instId: "BTC-USDT", tdMode: "cash", tgtCcy: "base_ccy" }
      : {};
    assertEquals(body, { side: "buy", clOrdId: named().clientOrderId, ...spot, ...wanted });
    assertEquals(headers, { expTime: String(NOW + 5) });
    const { amount, limitPrice } = resting(fields).order;
    assertEquals(okxEntry.sent(wire, entry), {
      clientOrderId: named().clientOrderId,
      amount,
      price: limitPrice,
    });
  });
}

Deno.test("okx: over the socket the instrument is named by its number, with the same deadline", async () => {
  const { exchange, entry, headers, body } = await signedOrder("BTC/USDT", {});
  const call = {
    api: "private",
    path: "trade/order",
    method: "POST",
    params: body,
    headers: headers ?? {},
  } as const;
  const request = { id: "7", action: "submit", context: entry } as const;
  const plain = JSON.stringify(okxSocketEntry.frame({ ...request, call }));
  assertEquals(JSON.parse(plain), {
    id: "7",
    op: "order",
    expTime: String(NOW + 5),
    args: [body],
  });
  const market = { ...exchange.markets!["BTC/USDT"]!, instIdCode: 10_001 };
  const context = { ...entry, market };
  const text = JSON.stringify(okxSocketEntry.frame({ ...request, call, context }));
  assertEquals(JSON.parse(text).args[0].instIdCode, 10_001);
  assertEquals(JSON.parse(text).args[0].instId, undefined);
  assertEquals(okxSocketEntry.sent(text, context).amount, decimal("0.01"));
});

Deno.test("okx: a sandbox's requests say that they are of one, and others do not", async () => {
  const header = (exchange: CcxtExchange) =>
    exchange.sign("account/balance", "private", "GET", {}).headers?.["x-simulated-trading"];
  assertEquals(header(await ccxt("sandbox")), "1");
  assertEquals(header(await ccxt("live")), undefined);
});

/** The very class the adapter loads, with recorded markets. */
async function ccxt(sandbox: "sandbox" | "live" = "live") {
  const { Exchange } = await okx.load();
  const exchange = new Exchange({
    ...okx.ccxtOptions,
    number: String,
    apiKey: "key",
    secret: "secret",
    password: "pass",
  }) as CcxtExchange & { parseMarket(row: unknown): CcxtMarket };
  if (sandbox === "sandbox") exchange.setSandboxMode(true);
  okx.configure(exchange);
  const { parseMarket } = await recorded("okx", "rest");
  const swap = {
    ...asRow(parseMarket![1]),
    instId: "BTC-USDT-SWAP",
    instType: "SWAP",
    ctType: "linear",
    ctVal: "0.01",
    ctMult: "1",
    lotSz: "0.01",
    minSz: "0.01",
    tickSz: "0.1",
    uly: "BTC-USDT",
    settleCcy: "USDT",
    expTime: "",
  };
  const inverse = {
    ...swap,
    instId: "BTC-USD-SWAP",
    ctType: "inverse",
    ctVal: "100",
    ctValCcy: "USD",
    lotSz: "1",
    minSz: "1",
    uly: "BTC-USD",
    settleCcy: "BTC",
  };
  exchange.setMarkets(
    [parseMarket![0], parseMarket![1], swap, inverse].map((each) => exchange.parseMarket(each)),
  );
  return exchange;
}

async function signedOrder(symbol: string, fields: Partial<StandardOrder>) {
  const exchange = await ccxt();
  const entry = {
    exchange,
    market: exchange.markets![symbol]!,
    signedAt: NOW,
    validUntil: NOW + 5,
  };
  const { order, amount, clientOrderId } = resting(fields);
  const form = okxEntry.form(order, entry.market);
  assert(form.kind === "order", JSON.stringify(form));
  const values = { form, clientOrderId, amount, price: order.limitPrice };
  const { api, path, method, params, headers } = okxEntry.create(values, entry);
  const wire = exchange.sign(path, api, method, { ...params });
  return { exchange, entry, headers, wire, body: JSON.parse(wire.body ?? "{}") };
}
