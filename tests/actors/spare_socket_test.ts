/** A socket that trading does not wait for: what it carries goes another way while it is down. */
import { assertEquals } from "@std/assert";
import type { ExchangeSocket } from "../../src/exchanges/exchange.ts";
import { openPaperKernel, type PaperKernel, RESTING } from "./paper_kernel.ts";

type Handlers = Parameters<ExchangeSocket["open"]>[0];

/** One that refuses its first `refusals` dials. */
class Spare implements ExchangeSocket {
  readonly id = "orders";
  readonly staleAfterMs = 1e9;
  readonly spare = true;
  #refusals: number;
  #handlers: Handlers | null = null;

  constructor({ refusals }: { readonly refusals: number }) {
    this.#refusals = refusals;
  }

  open(handlers: Handlers): Promise<void> {
    if (this.#refusals-- > 0) return Promise.reject(new Error("refused"));
    this.#handlers = handlers;
    return Promise.resolve();
  }

  probe(): void {}

  close(): Promise<void> {
    this.#handlers = null;
    return Promise.resolve();
  }

  cut(): void {
    this.#handlers?.onClose("1006");
    this.#handlers = null;
  }
}

function open(spare: Spare): Promise<PaperKernel> {
  return openPaperKernel(["a"], undefined, (adapter) => {
    const sockets = [...adapter.sockets, spare];
    Object.defineProperty(adapter, "sockets", { value: sockets });
  });
}

function syncsOf(k: PaperKernel): number {
  return k.exchange("a").actor.getSnapshot().context.syncs;
}

Deno.test("spare socket: the exchange is ready and trades while it cannot be dialed", async () => {
  const k = await open(new Spare({ refusals: 1e9 }));
  const placed = k.kernel.exchange("a").placeOrder(RESTING, { intentId: "i1" });
  await k.run(100);
  await placed;
  assertEquals(k.exchange("a").state, "ready");
  assertEquals(k.kernel.exchange("a").getOrderState("i1").state, "ACTIVE.open");
  await k.close();
});

Deno.test("spare socket: its loss and return are told, and cost no resync", async () => {
  const spare = new Spare({ refusals: 0 });
  const k = await open(spare);
  await k.run(1_000);
  const before = syncsOf(k);
  spare.cut();
  await k.run(0);
  assertEquals([k.exchange("a").state, k.exchange("a").gate.isOpen], ["ready", true]);
  await k.run(10_000);
  assertEquals([k.exchange("a").state, syncsOf(k)], ["ready", before]);
  const told = k.held.store.events({ since: 0, limit: 500 }).items
    .filter(({ payload }) => payload["socketId"] === "orders")
    .map(({ type }) => type);
  assertEquals(told, ["ConnectionUp", "ConnectionDown", "ConnectionUp"]);
  await k.close();
});

Deno.test("spare socket: the other one is waited for all the same", async () => {
  const k = await open(new Spare({ refusals: 0 }));
  await k.run(1_000);
  k.dropSocket("a");
  await k.run(0);
  assertEquals(k.exchange("a").gate.isOpen, false);
  await k.run(10_000);
  assertEquals(k.exchange("a").state, "ready");
  await k.close();
});
