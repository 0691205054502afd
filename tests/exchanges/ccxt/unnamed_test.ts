/** An order that was placed without a client id and adopted: only the venue's own id names it. */
import { assert, assertEquals } from "@std/assert";
import { patientClock } from "../../patient_clock.ts";
import { BybitClient } from "../../testnet/bybit/client.ts";
import { OkxClient } from "../../testnet/okx/client.ts";
import { openKernelOn, settled } from "./kernel_stage.ts";

const ON_OKX = {
  ...{ instId: "BTC-USDT", tdMode: "cash", side: "buy" },
  ...{ ordType: "limit", px: "40000", sz: "0.01" },
};
const ON_BYBIT = { price: "40000", orderLinkId: undefined };

/** Somebody places it by hand. */
const PLACED = {
  okx: (url: string) =>
    new OkxClient(url, patientClock).signed("POST", "/api/v5/trade/order", ON_OKX),
  bybit: (url: string) => new BybitClient(url, patientClock).create(ON_BYBIT),
} as const;

const SECTIONS = {
  okx: { orderEntry: "rest" },
  bybit: { orderEntry: "rest", market: "spot" },
} as const;

for (const venue of ["okx", "bybit"] as const) {
  Deno.test(`${venue} kernel: an adopted order without a client id is read back, canceled and seen to its end`, async () => {
    await using on = await openKernelOn(venue, { section: SECTIONS[venue] });
    const { exchange, testnet } = on;
    await PLACED[venue](testnet.url);
    const external = () => exchange.getAllOrders({ external: true }).items[0];
    await settled(() => external() !== undefined);
    const exchangeOrderId = external()?.exchangeOrderId;
    assert(exchangeOrderId);
    assertEquals(external()?.clientOrderId, null);
    const intentId = await exchange.adopt(exchangeOrderId);
    await settled(() => exchange.getOrderState(intentId).state === "ACTIVE.open");
    await exchange.cancelOrder(intentId);
    await settled(() => exchange.getOrderState(intentId).state === "CANCELED");
    assertEquals(testnet.ledger(venue).orders.map(({ status }) => status), ["CANCELED"]);
    const { errors } = exchange.healthCheck();
    assertEquals(Object.keys(errors).filter((what) => what.startsWith("malformed")), []);
  });
}
