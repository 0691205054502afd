import { assert, assertEquals } from "@std/assert";
import { Client } from "../testnet/client.ts";
import { openStage, type Stage, until } from "./stage.ts";

const UUID = "550E8400-e29b-41d4-a716-446655440000";

/** An order that somebody else rests on the account, under a client id of theirs. */
async function foreign(stage: Stage, newClientOrderId: string): Promise<string> {
  const somebody = new Client(stage.testnet.url, stage.clock);
  await somebody.place({ newClientOrderId, price: "41000", quantity: "0.02" });
  const find = () =>
    stage.exchange.getAllOrders({ external: true }).items
      .find(({ clientOrderId }) => clientOrderId === newClientOrderId);
  await until(() => find() !== undefined, "it is listed");
  const id = find()?.exchangeOrderId;
  assert(id);
  return id;
}

for (const clientOrderId of ["by-hand", UUID]) {
  Deno.test(`adoption: through real ccxt, an order named ${clientOrderId} becomes ours`, async () => {
    await using stage = await openStage();
    const id = await foreign(stage, clientOrderId);
    const intentId = await stage.exchange.adopt(id);
    await until(() => stage.state(intentId) === "ACTIVE.open", "it is read back as live");
    stage.trade("40999", "0.005");
    await until(
      () => stage.exchange.getOrderState(intentId).filledAmount === "0.005",
      "its fills count",
    );
    await stage.exchange.cancelOrder(intentId, { waitFor: "final" });
    const [order] = stage.orders();
    assertEquals([order?.clientOrderId, order?.status], [clientOrderId, "CANCELED"]);
    assertEquals(stage.orders().length, 1, "nothing was placed for it");
  });
}
