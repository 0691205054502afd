/** Where a venue counts by endpoint, a refusal for too many requests stops that endpoint alone. */
import { assert, assertEquals } from "@std/assert";
import type { ExchangeName } from "../../../src/testnet/dialects.ts";
import type { FaultName } from "../../../src/testnet/fault_catalogue.ts";
import type { LimitedRequest } from "../../../src/exchanges/ccxt/plans/answer_plan.ts";
import { bybitProfile } from "../../../src/exchanges/ccxt/profiles/bybit.ts";
import { okx } from "../../../src/exchanges/ccxt/profiles/okx.ts";
import { limitedBudgets } from "../../../src/exchanges/ccxt/wire/verdict.ts";
import { BYBIT } from "./bybit.ts";
import { gate } from "./fixtures.ts";
import { openKernelOn, settled } from "./kernel_stage.ts";
import { told } from "./market_stage.ts";
import { OKX } from "./okx.ts";
import { idOf, openSocket, type VenueStage } from "./venue_stage.ts";

type Doing = "submit" | "cancel" | "balances";

const OPERATIONS = {
  submit: "order.place",
  cancel: "order.cancel",
  balances: "account.status",
} as const;

/** What the adapter says of bans when this meets the fault. */
async function bans(
  venue: VenueStage,
  doing: Doing,
  { fault, socket, orderEntry }: {
    readonly fault: FaultName;
    readonly socket?: string;
    readonly orderEntry: "rest" | "auto";
  },
) {
  await using on = await venue.open({ limits: "none", adapter: { orderEntry } });
  const { adapter: { execution }, testnet } = on;
  const opened = socket === undefined ? null : await openSocket(on.adapter, socket);
  const placed = await execution.submit(venue.resting({}, idOf(1)), gate());
  assertEquals(placed.kind, "accepted");
  testnet.arm({
    exchange: venue.exchange as ExchangeName,
    fault,
    count: 1,
    match: { operation: OPERATIONS[doing] },
  });
  if (doing === "submit") await execution.submit(venue.resting({}, idOf(2)), gate());
  if (doing === "cancel") await execution.cancel(venue.named({ clientOrderId: idOf(1) }), gate());
  if (doing === "balances") await execution.balances();
  await opened?.close();
  return told(on, "banned").map(({ status, budgets, retryAfterMs }) => {
    assert(retryAfterMs > 0);
    return [status, budgets];
  });
}

const CASES: readonly (readonly [VenueStage, Doing, readonly string[]])[] = [
  [OKX, "submit", ["place", "optionPlace"]],
  [OKX, "cancel", ["cancel", "optionCancel"]],
  [OKX, "balances", ["balance"]],
];

for (const [venue, doing, budgets] of CASES) {
  Deno.test(`limited: ${venue.exchange}: 50011 over REST stops the endpoint of a ${doing}`, async () => {
    const given = { fault: "tooManyRequests", orderEntry: "rest" } as const;
    assertEquals(await bans(venue, doing, given), [[429, budgets]]);
  });
}

Deno.test("limited: okx: 50011 over the socket stops the endpoint it was sent to", async () => {
  const given = { fault: "tooManyRequests", socket: "private", orderEntry: "auto" } as const;
  assertEquals(await bans(OKX, "submit", given), [[200, ["place", "optionPlace"]]]);
  assertEquals(await bans(OKX, "cancel", given), [[200, ["cancel", "optionCancel"]]]);
});

Deno.test("limited: bybit: 10006 over the socket stops the endpoint it was sent to", async () => {
  const given = { fault: "tooManyRequests", socket: "trade", orderEntry: "auto" } as const;
  assertEquals(await bans(BYBIT, "submit", given), [[200, ["create"]]]);
  assertEquals(await bans(BYBIT, "cancel", given), [[200, ["cancel"]]]);
});

Deno.test("limited: bybit: 10006 inside a 200 answer stops the endpoint it is about", async () => {
  const given = { fault: "tooManyRequests", orderEntry: "rest" } as const;
  assertEquals(await bans(BYBIT, "submit", given), [[200, ["create"]]]);
  assertEquals(await bans(BYBIT, "cancel", given), [[200, ["cancel"]]]);
  assertEquals(await bans(BYBIT, "balances", given), [[200, ["wallet"]]]);
});

Deno.test("limited: an address that is blocked stops everything", async () => {
  const given = { fault: "forbidden", orderEntry: "rest" } as const;
  assertEquals(await bans(OKX, "submit", given), [[403, undefined]]);
  assertEquals(await bans(BYBIT, "submit", given), [[403, undefined]]);
});

Deno.test("limited: a 429 without the venue's own words, or of another endpoint, is about all", () => {
  const place = { status: 429, method: "POST", url: "https://www.okx.com/api/v5/trade/order" };
  const of = (text: string, answer = place) => limitedBudgets(okx.answers, text, answer);
  const words = JSON.stringify({ code: "50011", msg: "Rate limit reached", data: [] });
  assertEquals(of(words), ["place", "optionPlace"]);
  assertEquals(of("<html>Too Many Requests</html>"), null);
  assertEquals(of(""), null);
  assertEquals(of("null"), null);
  assertEquals(of(JSON.stringify({ code: "50013", msg: "System is busy" })), null);
  assertEquals(of(words, { ...place, url: "https://www.okx.com/api/v5/trade/other" }), null);
  assertEquals(of(JSON.stringify({ code: "50061", msg: "Sub-account" })), ["subAccount"]);
  const { answers } = bybitProfile("spot");
  const create = { status: 429, method: "POST", url: "https://api.bybit.com/v5/order/create" };
  const visits = JSON.stringify({ retCode: 10006, retMsg: "Too many visits!" });
  assertEquals(limitedBudgets(answers, visits, create), ["create"]);
  assertEquals(limitedBudgets(answers, visits, { ...create, status: 403 }), null);
  const byIp = JSON.stringify({ retCode: 10018, retMsg: "Exceeded the IP Rate Limit." });
  assertEquals(limitedBudgets(answers, byIp, create), null);
});

Deno.test("limited: bybit: a limit of the address inside a 200 answer stops all that counts by it", () => {
  const profile = bybitProfile("linear");
  const rest = {
    by: "rest",
    method: "GET",
    url: "https://api.bybit.com/v5/order/realtime",
  } as const;
  for (const code of ["10018", "10429"]) {
    const of = (asked: LimitedRequest) => profile.answers.limited?.({ code, message: "" }, asked);
    assertEquals(of({ ...rest, status: 200 }), ["ip"]);
    assertEquals(of({ by: "socket", action: "submit" }), ["ip"]);
    for (const status of [403, 429]) assertEquals(of({ ...rest, status }), null);
  }
  const requests = ["submit", "cancel", "amend", "lookup", "openOrders", "serverTime"] as const;
  for (const kind of requests) {
    assert(profile.cost(kind, {}).some(({ budget }) => budget === "ip"), kind);
  }
});

Deno.test("limited: every budget that a refusal can name is one of the profile's", () => {
  const names = new Set(Object.keys(okx.rateLimits.budgets));
  for (const action of ["submit", "cancel", "amend"] as const) {
    const error = { code: "50011", message: "" };
    const budgets = okx.answers.limited?.(error, { by: "socket", action }) ?? [];
    assert(budgets.length > 0 && budgets.every((name) => names.has(name)), `${budgets}`);
  }
});

Deno.test("okx kernel: while placing is refused for too many requests, a cancel leaves", async () => {
  await using on = await openKernelOn("okx", { section: { orderEntry: "rest" } });
  const { exchange, testnet } = on;
  const order = { symbolId: "BTC/USDT", side: "BUY", amount: "0.01", limitPrice: "40000" } as const;
  const first = await exchange.placeOrder(order, { waitFor: "accepted" });
  const match = { operation: "order.place" };
  testnet.arm({ exchange: "okx", fault: "tooManyRequests", count: 1, match });
  const second = await exchange.placeOrder({ ...order, limitPrice: "40001" });
  await settled(() => Object.keys(exchange.healthCheck().errors).length > 0);
  const { errors } = exchange.healthCheck();
  assertEquals(errors["banned.429.place.optionPlace"], 1);
  assertEquals(on.exchange.healthCheck().ready, true);
  await exchange.cancelOrder(first);
  await settled(() => exchange.getOrderState(first).state === "CANCELED");
  const { state } = exchange.getOrderState(second);
  assert(state !== "ACTIVE.open", "the cancel went before the order could go again");
  await settled(() => exchange.getOrderState(second).state === "ACTIVE.open");
});
