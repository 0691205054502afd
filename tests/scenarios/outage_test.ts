/** Reports of other systems about answers that never came. */
import { assert, assertEquals } from "@std/assert";
import { Scene } from "./line.ts";

const MINUTE = 60_000;

Deno.test("hummingbot 8457: a DNS outage loses no live order", async () => {
  const scene = await Scene.open();
  const ids: string[] = [];
  for (let at = 0; at < 6; at++) ids.push(await scene.place({ limitPrice: `${20_000 + at}` }));
  assertEquals(scene.live().length, 6);

  scene.line.cut();
  scene.kernel.dropSocket("a");
  await scene.run(60 * MINUTE);
  assertEquals(scene.exchange.healthCheck().ready, false);
  for (const id of ids) assertEquals(scene.state(id).split(".")[0], "ACTIVE");
  scene.sell("0.02", "20003.5");

  scene.line.mend();
  await scene.run(2 * MINUTE);
  assertEquals(scene.exchange.healthCheck().ready, true);
  const states = ids.map((id) => scene.state(id));
  assertEquals(states.filter((state) => state === "COMPLETED").length, 2);
  assertEquals(states.filter((state) => state === "ACTIVE.open").length, 4);
  assertEquals(scene.orders().length, 6, "none was placed again");
  await scene.close();
});

Deno.test("nautilus 4958, 4152, 3879: an in-flight timeout stays in doubt, its quantity reserved", async () => {
  const scene = await Scene.open();
  scene.line.submits = "answerLost";
  scene.line.reads = "dead";
  const id = await scene.placeUnheard();
  await scene.run(1_000);
  await scene.unheard(() => scene.sell("0.01"));
  await scene.run(10 * MINUTE);
  // Filled at the venue, and nothing here can know: no end is invented.
  assertEquals(scene.state(id), "SUBMITTING.inDoubt");
  const { bounds, filledAmount } = scene.exchange.getOrderState(id);
  assertEquals(filledAmount, "0");
  assertEquals(bounds, { minFilled: "0", maxFilled: "0.01", possiblyLive: "0.01" } as never);

  scene.line.mend();
  await scene.run(MINUTE);
  assertEquals(scene.state(id), "COMPLETED");
  assertEquals(scene.exchange.getOrderState(id).filledAmount, "0.01");
  assertEquals(scene.orders().length, 1);
  await scene.close();
});

Deno.test("nautilus 4215: a refusal as a duplicate id adopts the order that has the id", async () => {
  const scene = await Scene.open();
  const { execution } = scene.kernel.exchange("a").adapter;
  const submit = execution.submit.bind(execution);
  execution.submit = async (request, gate) => {
    await submit(request, gate);
    return { kind: "unknown", cause: { code: "DUPLICATE_ID", message: "Duplicate order sent." } };
  };
  const id = await scene.placeUnheard();
  await scene.run(5_000);
  assertEquals(scene.state(id), "ACTIVE.open");
  const [order, ...more] = scene.orders();
  assertEquals(more, []);
  const { attempts, clientOrderId } = scene.exchange.getOrderState(id);
  assertEquals(attempts.map(({ outcome }) => outcome), ["ACCEPTED"]);
  assertEquals(order?.clientOrderId, clientOrderId);
  await scene.close();
});

Deno.test("nautilus 4411: reads that fail for hours judge nothing and stop nothing", async () => {
  // The report is a look-up at the wrong endpoint that ended a live algorithm as timed out. Which
  // endpoints are asked is shown against the local Binance; here that no failure of them is a verdict.
  const scene = await Scene.open();
  scene.line.submits = "lost";
  scene.line.reads = "dead";
  const id = await scene.place();
  await scene.run(3 * 60 * MINUTE);
  assertEquals(scene.state(id), "SUBMITTING.inDoubt");
  // Every ten seconds at most, and never given up.
  const { lookup } = scene.line.sent;
  assert(lookup > 100 && lookup < 3_000, `${lookup} look-ups`);
  scene.line.mend();
  await scene.run(2 * MINUTE);
  assertEquals(scene.state(id), "ACTIVE.open", "proven absent, placed again");
  assertEquals(scene.orders().length, 1);
  await scene.close();
});

Deno.test("LEAN TradeStation 92: a cancel the venue keeps refusing is repeated slowly, for ever, and shown", async () => {
  const scene = await Scene.open();
  const overdue: unknown[] = [];
  scene.exchange.subscribeEvents(({ type, payload }) => {
    if (type === "OrderOverdue") overdue.push(payload["reason"]);
  });
  const id = await scene.place();
  scene.line.cancels = "refused";
  await scene.cancel(id);
  await scene.run(60 * MINUTE);
  assertEquals(scene.state(id), "RECONCILING.canceling");
  const { cancel } = scene.line.sent;
  assert(cancel > 30 && cancel < 120, `${cancel} cancels in an hour`);
  assertEquals(overdue, ["NO_CHANGE"], "people are told, once");
  assertEquals(scene.exchange.healthCheck().ready, true, "others go on");
  const other = await scene.place();
  assertEquals(scene.state(other), "ACTIVE.open");

  scene.line.cancels = "ok";
  await scene.run(MINUTE);
  assertEquals(scene.state(id), "CANCELED");
  assertEquals(scene.live().length, 1);
  await scene.close();
});
