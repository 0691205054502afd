/** Run in a copy of this project with the page's exchange in it: a kernel trades on it. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { parseConfig } from "../../src/config/config.ts";
import { ConfigError, openKernel } from "../../mod.ts";
import { startSmallVenue } from "./small_venue.ts";

const KEYS = { apiKey: "k".repeat(64), secret: "s".repeat(64) };

Deno.test("added exchange: a kernel streams, places, changes and cancels", async () => {
  await using venue = startSmallVenue();
  const { endpoints } = venue;
  // A tier that nobody has: budgets begin empty, and reading all open orders takes 100 points.
  const limits = { budgets: { weight: { capacity: 1_000_000 } } };
  await using kernel = await openKernel({
    exchanges: { main: { kind: "bitvavo", ...KEYS, endpoints, limits } },
  });
  const main = kernel.exchange("main");
  const order = { symbolId: "BTC/USDC", side: "BUY", amount: "0.01", limitPrice: "40000" };
  const intentId = await main.placeOrder(order, { waitFor: "accepted" });
  await main.modifyOrder(intentId, { ...order, limitPrice: "41000" }, { waitFor: "accepted" });
  await main.cancelOrder(intentId, { waitFor: "final" });
  assertEquals(main.getOrderState(intentId).state, "CANCELED");
  const sent = venue.asked.filter((each) => /^(POST|DELETE) /.test(each));
  assertEquals(sent, ["POST order", "DELETE order", "POST order", "DELETE order"]);
  const { sockets } = main.healthCheck();
  assert(sockets.some(({ id }) => id === "private"));
});

Deno.test("added exchange: a configuration may name it", () => {
  const text = `exchanges: { main: { kind: bitvavo, apiKey: '${KEYS.apiKey}', secret: '\${S}' } }`;
  const { exchanges } = parseConfig(text, { file: "k.yaml", env: () => KEYS.secret });
  assertEquals(exchanges["main"]?.kind, "bitvavo");
});

Deno.test("added exchange: without a dialect, the local testnet is refused by name", async () => {
  await assertRejects(
    () => openKernel({ exchanges: { main: { kind: "bitvavo", testnet: "local" } } }),
    ConfigError,
    "exchanges.main.testnet: must not be local, since no local testnet is bitvavo",
  );
});
