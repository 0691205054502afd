import { assertEquals, assertRejects } from "@std/assert";
import { RELIST_PAUSE_MS } from "../../machines/timeouts.ts";
import { ValidationError } from "../../src/model/errors.ts";
import { openPaperKernel, type PaperKernel, RESTING } from "./paper_kernel.ts";

/** A kernel whose venue refuses every order with this reason, and how often it reads the list. */
async function refusing(code: string): Promise<{ k: PaperKernel; reads: () => number }> {
  const k = await openPaperKernel(["a"]);
  const { execution, instruments } = k.exchange("a").adapter;
  execution.submit = (_request, gate) => {
    gate.sent();
    const reason = { code, venueCode: "-1013", message: "Filter failure: PRICE_FILTER" };
    return Promise.resolve({ kind: "refused", reason });
  };
  const load = instruments.load.bind(instruments);
  let reads = 0;
  Object.assign(instruments, {
    load: () => {
      reads += 1;
      return load();
    },
  });
  return { k, reads: () => reads };
}

async function place(k: PaperKernel, limitPrice: string): Promise<string> {
  const placed = k.kernel.exchange("a").placeOrder({ ...RESTING, limitPrice });
  placed.catch(() => {}); // Time has to move before it can be awaited.
  await k.run(10);
  return await placed;
}

for (const code of ["FILTER", "INVALID_SYMBOL"]) {
  Deno.test(`listing: refused with ${code}, the instruments are read again, once a minute`, async () => {
    const { k, reads } = await refusing(code);
    const id = await place(k, "20000");
    assertEquals(k.kernel.exchange("a").getOrderState(id).cause, code);
    await place(k, "20001");
    assertEquals(reads(), 1);
    await k.run(RELIST_PAUSE_MS);
    assertEquals(reads(), 1, "nothing is read without a reason");
    await place(k, "20002");
    assertEquals(reads(), 2);
    await k.close();
  });
}

Deno.test("listing: any other refusal says nothing about the instruments", async () => {
  const { k, reads } = await refusing("INSUFFICIENT_FUNDS");
  await place(k, "20000");
  assertEquals(reads(), 0);
  await k.close();
});

Deno.test("listing: after the reading an order off the new tick is refused here, not rounded", async () => {
  const { k } = await refusing("FILTER");
  const { instruments } = k.exchange("a").adapter;
  const [before] = instruments.list();
  const get = instruments.get.bind(instruments);
  Object.assign(instruments, {
    load: () => {
      Object.assign(instruments, {
        get: (symbolId: string) => {
          const found = get(symbolId);
          return found === undefined
            ? found
            : { ...found, price: { ...found.price, tickSize: "1" } };
        },
      });
      return Promise.resolve({ kind: "read", value: [before], venueTime: 0 });
    },
  });
  await place(k, "20000.5");
  await assertRejects(() => place(k, "20000.5"), ValidationError, "tick size 1");
  await k.close();
});

Deno.test("listing: a reading that fails is counted as trouble, and tried at the next refusal", async () => {
  const { k } = await refusing("FILTER");
  const { instruments } = k.exchange("a").adapter;
  let reads = 0;
  Object.assign(instruments, {
    load: () => {
      reads += 1;
      return Promise.resolve({ kind: "failed", cause: { code: "TIMEOUT", message: "" } });
    },
  });
  await place(k, "20000");
  await k.run(RELIST_PAUSE_MS);
  await place(k, "20001");
  await k.run(RELIST_PAUSE_MS);
  const { errors } = k.kernel.exchange("a").healthCheck();
  assertEquals(Object.keys(errors).some((kind) => kind.startsWith("instruments")), true);
  assertEquals(reads > 1, true);
  await k.close();
});
