import { assert, assertEquals, assertRejects } from "@std/assert";
import type { IntentEvent } from "../../machines/intent_events.ts";
import { policyOf, type SupervisedKind, SUPERVISION } from "../../machines/supervision.ts";
import { DeniedError, KernelClosedError } from "../../src/model/errors.ts";
import { openPaperKernel, type PaperKernel, RESTING } from "./paper_kernel.ts";

/** An event whose `field` cannot be read: whoever looks at it dies of it. */
function poisoned<T>(type: string, field: string): T {
  const event = { type, at: 1, attempt: 1 };
  Object.defineProperty(event, field, {
    enumerable: true,
    get() {
      throw new TypeError("poisoned");
    },
  });
  return event as T; // it must lie about the field to throw there
}

/** How each actor of the table is killed in a running kernel; the exchange is always `a`. */
const KILL: Readonly<Record<SupervisedKind, (k: PaperKernel) => Promise<void> | void>> = {
  intent: async (k) => {
    await place(k, "victim");
    k.exchange("a").book.tell("victim", poisoned<IntentEvent>("order.updated", "order"));
  },
  connection: (k) =>
    k.exchange("a").connections[0]!.actor.send(poisoned("socket.closed", "reason")),
  requests: (k) => k.exchange("a").runner.actor.send(poisoned("venue.banned", "until")),
  account: (k) => {
    const { actor } = k.exchange("a").account;
    actor.send({ type: "account.read" });
    actor.send(poisoned("account.failed", "reason"));
  },
  book: async (k) => {
    const { execution } = k.exchange("a").adapter;
    const submit = execution.submit;
    execution.submit = () => {
      execution.submit = submit;
      throw new TypeError("not even a promise");
    };
    await place(k, "victim");
  },
  exchange: (k) => k.exchange("a").actor.send(poisoned("socket.down", "reason")),
  kernel: (k) => k.kernel.actor.send(poisoned("kernel.failed", "reason")),
};

async function place(k: PaperKernel, intentId: string, exchange = "a"): Promise<void> {
  const placed = k.kernel.exchange(exchange).placeOrder(RESTING, { intentId });
  await k.run(0);
  await placed;
  await k.run(0);
}

/** Kills one actor; says whether the sibling exchange noticed anything. */
async function kill(kind: SupervisedKind, k: PaperKernel): Promise<void> {
  await KILL[kind](k);
  await k.run(0);
}

function supervision(name: string, run: (k: PaperKernel) => Promise<void>): void {
  Deno.test(`supervision: ${name}`, async () => {
    const k = await openPaperKernel();
    await place(k, "sibling");
    await place(k, "elsewhere", "b");
    try {
      await run(k);
    } finally {
      await k.close();
    }
  });
}

const stateOf = (k: PaperKernel, id: string, exchange = "a") =>
  k.kernel.exchange(exchange).getOrderState(id).state;

Deno.test("supervision: every line of the table has its killing here", () => {
  assertEquals(new Set(SUPERVISION.map(({ kind }) => kind)), new Set(Object.keys(KILL)));
});

supervision("an intent that dies is isolated; its symbol takes no new submits", async (k) => {
  assertEquals(policyOf("intent").escalation, "isolateIntent");
  await kill("intent", k);
  const { book } = k.exchange("a");
  assert(book.entry("victim")?.isolated);
  assertEquals(k.held.store.drifts("a").map((drift) => drift.kind), ["Isolated"]);
  await assertRejects(() => k.kernel.exchange("a").placeOrder(RESTING), DeniedError);
  const canceled = k.kernel.exchange("a").cancelOrder("sibling");
  await k.run(1_000);
  await canceled;
  assertEquals(stateOf(k, "sibling"), "CANCELED");
  await place(k, "later", "b");
  assertEquals(stateOf(k, "later", "b"), "ACTIVE.open");
});

supervision("a connection that dies is restarted in place, and the exchange syncs", async (k) => {
  assertEquals(policyOf("connection").restart, "permanent");
  const exchange = k.exchange("a");
  await kill("connection", k);
  assertEquals(exchange.state, "degraded");
  await k.run(policyOf("connection").backoffCapMs);
  assertEquals(k.exchange("a"), exchange, "the exchange itself goes on");
  assertEquals(exchange.state, "ready");
  assertEquals(exchange.supervisor.restarts("private"), 1);
  assertEquals(stateOf(k, "sibling"), "ACTIVE.open");
});

supervision("a connection that keeps dying leaves the exchange without new submits", async (k) => {
  for (let i = 0; i <= policyOf("connection").restartsMax; i++) {
    const connection = k.exchange("a").connections[0]!;
    connection.actor.send(poisoned("socket.closed", "reason"));
    await k.run(policyOf("connection").backoffCapMs);
  }
  assertEquals(k.exchange("a").state, "parked");
  assertEquals(k.exchange("a").gate.isOpen, false);
});

for (const kind of ["requests", "account", "book"] as const) {
  supervision(`${kind}: dies with its exchange, which starts anew and recovers`, async (k) => {
    assertEquals(policyOf(kind).escalation, "restartExchange");
    const first = k.exchange("a");
    await kill(kind, k);
    await k.run(policyOf("exchange").backoffCapMs);
    const second = k.exchange("a");
    assert(second !== first);
    assertEquals([second.state, k.kernel.supervisor.restarts("a")], ["ready", 1]);
    assertEquals(stateOf(k, "sibling"), "ACTIVE.open");
    assertEquals(k.kernel.supervisor.restarts("b"), 0);
    assertEquals(stateOf(k, "elsewhere", "b"), "ACTIVE.open");
  });
}

supervision("what the book died of is not lost: the order is looked up after it", async (k) => {
  await kill("book", k);
  await k.run(60_000);
  // The submit was committed and never left: proven absent, it was tried again.
  const { state, attempts } = k.kernel.exchange("a").getOrderState("victim");
  assertEquals([state, attempts.length], ["ACTIVE.open", 2]);
});

supervision("an exchange that dies is restarted; the other one never notices", async (k) => {
  const other = k.exchange("b");
  await kill("exchange", k);
  await k.run(policyOf("exchange").backoffCapMs);
  assertEquals([k.exchange("a").state, k.exchange("b")], ["ready", other]);
  assertEquals(stateOf(k, "sibling"), "ACTIVE.open");
});

supervision(
  "while an exchange restarts, callers are told at once, and reads still answer",
  async (k) => {
    await kill("exchange", k);
    const a = k.kernel.exchange("a");
    await assertRejects(() => a.placeOrder(RESTING), DeniedError);
    await assertRejects(() => a.cancelOrder("sibling"), DeniedError);
    assertEquals([stateOf(k, "sibling"), k.exchange("a").state], ["ACTIVE.open", "stopped"]);
  },
);

supervision("an exchange that keeps dying is parked; the kernel runs on", async (k) => {
  for (let i = 0; i <= policyOf("exchange").restartsMax; i++) {
    await kill("exchange", k);
    await k.run(policyOf("exchange").backoffCapMs);
  }
  assertEquals(k.kernel.supervisor.isRunning("a"), false);
  assertEquals([k.kernel.state, k.exchange("b").state], ["running", "ready"]);
  await assertRejects(() => k.kernel.exchange("a").placeOrder(RESTING), DeniedError);
});

supervision("a kernel that dies drains and closes", async (k) => {
  assertEquals(policyOf("kernel").escalation, "stopKernel");
  await kill("kernel", k);
  await k.run(60_000);
  assertEquals(k.log, ["the kernel actor failed: the kernel closes"]);
  await assertRejects(() => k.kernel.exchange("b").placeOrder(RESTING), KernelClosedError);
  assertEquals(k.kernel.running(), []);
  assertEquals(k.kernel.state, "stopped");
});
