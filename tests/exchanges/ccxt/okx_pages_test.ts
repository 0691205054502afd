import { assert, assertEquals } from "@std/assert";
import { okxReads } from "../../../src/exchanges/ccxt/profiles/okx/reads.ts";
import type { VenueCall } from "../../../src/exchanges/ccxt/plans/venue_call.ts";
import { named } from "./okx.ts";

const DAY_MS = 24 * 3_600_000;
const NOW = 1_763_000_000_000;

/** A page of so many trades, newest first; their bill ids count down from `newest`. */
function answerOf(count: number, newest = 500): { readonly data: readonly unknown[] } {
  return { data: Array.from({ length: count }, (_, at) => ({ billId: String(newest - at) })) };
}

function next(days: number, call: VenueCall, count: number): VenueCall | null {
  const query = { rawSymbol: "BTC-USDT", since: NOW - days * DAY_MS, now: NOW };
  const values = Array.from({ length: count }, () => ({} as never)); // Only how many they are.
  return okxReads.tradesSince.next({ query, call, answer: answerOf(count), values });
}

function first(days: number): VenueCall {
  return okxReads.tradesSince.first({
    rawSymbol: "BTC-USDT",
    since: NOW - days * DAY_MS,
    now: NOW,
  });
}

Deno.test("okx pages: trades of the last days are read from the recent list alone", () => {
  const call = first(2);
  assertEquals([call.path, call.params["begin"]], ["trade/fills", NOW - 2 * DAY_MS]);
  assertEquals(next(2, call, 99), null);
});

Deno.test("okx pages: a full page is followed by what is older than its oldest row", () => {
  const following = next(2, first(2), 100);
  assertEquals([following?.path, following?.params["after"]], ["trade/fills", "401"]);
  assertEquals(following?.params["begin"], NOW - 2 * DAY_MS);
});

Deno.test("okx pages: beyond three days the older list goes on where the recent one ended", () => {
  const older = next(30, first(30), 7);
  assertEquals([older?.path, older?.params["after"]], ["trade/fills-history", "494"]);
  assert(older !== null);
  assertEquals(next(30, older, 7), null);
  assertEquals(next(30, older, 100)?.path, "trade/fills-history");
});

Deno.test("okx pages: without a recent trade the older list is read from its newest", () => {
  const older = next(30, first(30), 0);
  assertEquals([older?.path, older?.params["after"]], ["trade/fills-history", undefined]);
});

Deno.test("okx pages: an order's trades are read from both lists, however old it is", () => {
  const query = {
    rawSymbol: "BTC-USDT",
    ref: named({ exchangeOrderId: "7" }),
    exchangeOrderId: "7",
  };
  const call = okxReads.tradesOfOrder.first(query);
  assertEquals(call.params["ordId"], "7");
  const older = okxReads.tradesOfOrder.next({ query, call, answer: answerOf(0), values: [] });
  assertEquals([older?.path, older?.params["ordId"]], ["trade/fills-history", "7"]);
});

Deno.test("okx: any order is asked for by the venue's id", () => {
  const call = okxReads.orderById?.call("BTC-USDT", "7");
  assertEquals([call?.path, call?.params], ["trade/order", { instId: "BTC-USDT", ordId: "7" }]);
});
