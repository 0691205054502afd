/** The library's door, on the real ccxt adapter: each bad input is named, and nothing of it is left. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { KernelError, NotFoundError, ValidationError } from "../../mod.ts";
import {
  EXCHANGE,
  openStage,
  resting,
  type Stage,
  type StageOptions,
  until,
} from "../faults/stage.ts";

/** [what is wrong, the code it is refused with, the field] */
type Case = readonly [input: unknown, code: string, field: string];

const STOP = { kind: "STOP_LOSS", triggerPrice: "30000" };

const BAD: readonly Case[] = [
  [null, "SCHEMA", ""],
  ["BUY 1 BTC", "SCHEMA", ""],
  [[], "SCHEMA", ""],
  [{}, "SCHEMA", "symbolId"],
  [resting({ symbolId: 7 }), "SCHEMA", "symbolId"],
  [resting({ symbolId: "BTC/EUR" }), "SYMBOL_UNKNOWN", "symbolId"],
  [resting({ symbolId: "__proto__" }), "SYMBOL_UNKNOWN", "symbolId"],
  [resting({ side: "HOLD" }), "SCHEMA", "side"],
  [resting({ side: undefined }), "SCHEMA", "side"],
  [resting({ amount: null }), "SCHEMA", "amount"],
  [resting({ amount: "ten" }), "DECIMAL_NOT_PLAIN", "amount"],
  [resting({ amount: "1e-3" }), "DECIMAL_NOT_PLAIN", "amount"],
  [resting({ amount: NaN }), "SCHEMA", "amount"],
  [resting({ amount: "0" }), "AMOUNT_NOT_POSITIVE", "amount"],
  [resting({ amount: "-1" }), "AMOUNT_NOT_POSITIVE", "amount"],
  [resting({ amount: "0.000001" }), "AMOUNT_BELOW_MINIMUM", "amount"],
  [resting({ amount: "0.010001" }), "AMOUNT_OFF_STEP", "amount"],
  [resting({ amount: "100000" }), "AMOUNT_ABOVE_MAXIMUM", "amount"],
  [resting({ amount: "0.0001" }), "NOTIONAL_BELOW_MINIMUM", "amount"],
  [resting({ limitPrice: "40000.001" }), "PRICE_OFF_TICK", "limitPrice"],
  [resting({ limitPrice: "0" }), "PRICE_NOT_POSITIVE", "limitPrice"],
  [resting({ limitPrice: "2000000" }), "PRICE_ABOVE_MAXIMUM", "limitPrice"],
  [resting({ limitPrice: {} }), "SCHEMA", "limitPrice"],
  [resting({ price: "40000" }), "SCHEMA", "price"],
  [resting({ postOnly: "yes" }), "SCHEMA", "postOnly"],
  [resting({ postOnly: true, limitPrice: null }), "POST_ONLY_MARKET", "postOnly"],
  [resting({ timeInForce: "GTX" }), "SCHEMA", "timeInForce"],
  [resting({ timeInForce: "GTD" }), "GOOD_TILL_TIME_REQUIRED", "goodTillTime"],
  [resting({ timeInForce: "GTD", goodTillTime: 4e12 }), "TIF_UNSUPPORTED", "timeInForce"],
  [resting({ timeInForce: "DAY" }), "TIF_UNSUPPORTED", "timeInForce"],
  [resting({ amountType: "QUOTE" }), "AMOUNT_TYPE_UNSUPPORTED", "amountType"],
  [resting({ conditionalTriggers: [STOP] }), "TRIGGERS_UNSUPPORTED", "conditionalTriggers"],
  [resting({ conditionalTrigger: STOP }), "TRIGGERS_UNSUPPORTED", "conditionalTriggers"],
  [resting({ icebergQty: "0.001" }), "ICEBERG_UNSUPPORTED", "icebergQty"],
  [resting({ positionSide: "LONG" }), "POSITION_SIDE_UNSUPPORTED", "positionSide"],
  [resting({ marginMode: "CROSS" }), "MARGIN_UNSUPPORTED", "marginMode"],
  [resting({ leverage: "2" }), "MARGIN_UNSUPPORTED", "leverage"],
  [resting({ reduceOnly: true }), "REDUCE_ONLY_UNSUPPORTED", "reduceOnly"],
  [resting({ selfTradePrevention: "NONE" }), "STP_UNSUPPORTED", "selfTradePrevention"],
];

Deno.test("doors: every bad order is refused by field, rule and value, and leaves nothing", async () => {
  await using stage = await openStage();
  const refused: string[] = [];
  for (const [input] of BAD) {
    const error = await stage.exchange.placeOrder(input).catch((error: unknown) => error);
    assert(error instanceof ValidationError, `${JSON.stringify(input)}: ${error}`);
    assert(error.message.startsWith("Cannot place order: "), error.message);
    refused.push(`${error.code} ${error.details["field"]}`);
  }
  assertEquals(refused, BAD.map(([, code, field]) => `${code} ${field}`));
  assertEquals(stage.exchange.getAllIntents({ includeTerminal: true }).items, []);
  assertEquals(stage.orders(), []);
  await placesAGoodOrder(stage);
});

Deno.test("doors: groups are checked, and then refused as not supported", async () => {
  await using stage = await openStage();
  const { exchange } = stage;
  const group = {
    mode: "OCO",
    orders: [resting(), resting({ side: "SELL", limitPrice: "60000" })],
  };
  const refusals = [
    [() => exchange.placeOrderGroup(group), "GROUPS_UNSUPPORTED"],
    [() => exchange.placeOrderGroup({ ...group, mode: "ANY" }), "SCHEMA"],
    [() => exchange.placeOrderGroup({ mode: "OCO", orders: [resting()] }), "SCHEMA"],
    [() => exchange.cancelGroup("g1"), "GROUPS_UNSUPPORTED"],
  ] as const;
  for (const [act, code] of refusals) {
    assertEquals((await assertRejects(act, ValidationError)).code, code);
  }
  await placesAGoodOrder(stage);
});

Deno.test("doors: bad options, ids and changes are refused with the kind of error they are", async () => {
  await using stage = await openStage();
  const { exchange } = stage;
  const id = await exchange.placeOrder(resting(), { intentId: "mine" });
  const metadata = "x".repeat(20_000);
  const refusals: readonly (readonly [() => unknown, string])[] = [
    [() => exchange.placeOrder(resting(), { intentId: "no spaces" }), "SCHEMA"],
    [() => exchange.placeOrder(resting(), { metadata }), "JSON_TOO_LARGE"],
    [() => exchange.placeOrder(resting(), { labels: { "-": "x" } }), "LABEL_MALFORMED"],
    [() => exchange.placeOrder(resting(), { waitFor: "ever" as "final" }), "SCHEMA"],
    [() => exchange.placeOrder(resting({ amount: "0.02" }), { intentId: id }), "ALREADY_EXISTS"],
    [() => exchange.cancelOrder("nobody"), "NOT_FOUND"],
    [() => exchange.modifyOrder("nobody", resting()), "NOT_FOUND"],
    [() => exchange.modifyOrder(id, resting({ side: "SELL" })), "IMMUTABLE_FIELD"],
    [() => exchange.modifyOrder(id, resting({ limitPrice: "1.005" })), "PRICE_OFF_TICK"],
    [() => exchange.modifyOrder(id, resting(), { ifResourceVersion: 9 }), "CONFLICT"],
    [() => exchange.resumeIntent(id), "CONFLICT"],
    [() => exchange.forceReconciliation("nobody"), "NOT_FOUND"],
    [() => exchange.getOrderState("nobody"), "NOT_FOUND"],
    [() => exchange.getSymbolMetadata("BTC/EUR"), "NOT_FOUND"],
    [() => stage.kernel.exchange("nobody"), "NOT_FOUND"],
  ];
  const codes: string[] = [];
  for (const [act] of refusals) {
    const error = await Promise.resolve().then(act).catch((error: unknown) => error);
    assert(error instanceof KernelError, `${act}: ${error}`);
    codes.push("code" in error ? String(error.code) : "");
  }
  assertEquals(codes, refusals.map(([, code]) => code));
  assert(await assertRejects(() => exchange.cancelOrder("nobody")) instanceof NotFoundError);
  await until(() => stage.state(id) === "ACTIVE.open", "the first order is live");
  await placesAGoodOrder(stage);
});

Deno.test("doors: a wrong option of an exchange is refused by its path", async () => {
  for (
    const [exchange, path] of [
      [{ limits: { weightPerMinute: -1 } }, "limits.weightPerMinute"],
      [{ requestTimeoutMs: "soon" }, "requestTimeoutMs"],
      [{ unheardOf: 1 }, "unheardOf"],
      [{ kind: "bonance" }, "kind"],
      [{ mode: "watch" }, "mode"],
      [{ risk: { maxOpenOrders: -1 } }, "risk.maxOpenOrders"],
    ] as const
  ) {
    // Wrong on purpose, as a caller without types would write it.
    const wrong = exchange as StageOptions["exchange"] & object;
    const error = await assertRejects(() => openStage({ exchange: wrong }), KernelError);
    assertEquals(error.name, "ConfigError");
    assert(error.message.startsWith(`exchanges.${EXCHANGE}`), error.message);
    assert(error.message.includes(path), error.message);
  }
});

async function placesAGoodOrder(stage: Stage): Promise<void> {
  const before = stage.orders().length;
  const id = await stage.exchange.placeOrder(resting());
  await until(() => stage.state(id) === "ACTIVE.open", "a good order after the bad ones is live");
  assertEquals(stage.orders().length, before + 1);
}
