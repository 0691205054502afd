/** Reports of other systems about replaced orders that lived on or filled too much. */
import { assert, assertEquals } from "@std/assert";
import { RESTING } from "../actors/paper_kernel.ts";
import { type Fate, Line, Scene } from "./line.ts";

const MINUTE = 60_000;

/** A venue that cannot amend: an order is canceled, proven dead, and placed anew. */
function cancelReplaceVenue(): Promise<Scene> {
  const line = new Line();
  line.amendInPlace = false;
  return Scene.open(line);
}

for (const fate of ["lost", "answerLost", "refused"] as const) {
  Deno.test(`nautilus 4288, 4564: no replacement before the old order is proven dead (cancel ${fate})`, async () => {
    const scene = await cancelReplaceVenue();
    const id = await scene.place();
    scene.line.cancels = fate;
    scene.line.reads = "dead";
    await scene.unheard(() =>
      void scene.exchange.modifyOrder(id, { ...RESTING, limitPrice: "21000" })
    );
    await scene.run(10 * MINUTE);
    assertEquals(scene.state(id), "RECONCILING.replacing");
    assertEquals(scene.line.sent.submit, 1, "the old order may live: nothing is placed");
    assertEquals(scene.exchange.getOrderState(id).bounds.possiblyLive, "0.01");

    scene.line.mend();
    await scene.run(MINUTE);
    assertEquals(scene.state(id), "ACTIVE.open");
    assertEquals(scene.live().map(({ price }) => `${price}`), ["21000"]);
    await scene.close();
  });
}

for (const [fate, told] of [["ok", true], ["ok", false], ["answerLost", false]] as const) {
  const how = `${told ? "told" : "untold"}, cancel ${fate}`;
  Deno.test(`nautilus 4154, 3986: a modify that races a fill never fills beyond the amount (${how})`, async () => {
    await neverBeyond(fate, { told });
  });
}

/** 0.007 of 0.01 fill while the replacement is on its way; then all that may fill does. */
async function neverBeyond(fate: Fate, { told }: { readonly told: boolean }): Promise<void> {
  const scene = await cancelReplaceVenue();
  const id = await scene.place();
  scene.line.cancels = fate;
  const race = () => {
    void scene.exchange.modifyOrder(id, { ...RESTING, limitPrice: "19500" });
    scene.sell("0.007");
  };
  if (told) race();
  else await scene.unheard(race);
  await scene.run(MINUTE);
  assertEquals(scene.state(id), "ACTIVE.open");
  assertEquals(scene.live().map(({ quantity }) => `${quantity}`), ["0.003"]);
  scene.sell("5", "19000");
  await scene.run(MINUTE);
  assertEquals(scene.state(id), "COMPLETED");
  assertEquals(scene.exchange.getOrderState(id).filledAmount, "0.01");
  assert(Math.abs(scene.traded() - 0.01) < 1e-9, `${scene.traded()}`);
  await scene.close();
}
