/** What a modify may ask for, and what counts while an amend is in doubt (order safety). */
import { assertEquals, assertRejects } from "@std/assert";
import type { IntentContext } from "../../machines/intent_context.ts";
import { exposureBounds } from "../../machines/order_state.ts";
import { decimal } from "../../src/model/decimal.ts";
import { ValidationError } from "../../src/model/errors.ts";
import { aContext, say } from "../machines/intent_builders.ts";
import { after } from "../machines/intent_states.ts";
import { Scene } from "../scenarios/line.ts";
import { RESTING } from "../actors/paper_kernel.ts";

const FIXED = [
  ["symbolId", { symbolId: "ETH/USDT" }],
  ["side", { side: "SELL" }],
  ["amountType", { amountType: "QUOTE" }],
  ["positionSide", { positionSide: "LONG" }],
] as const;

for (const [field, change] of FIXED) {
  Deno.test(`modify: ${field} cannot change`, async () => {
    const scene = await Scene.open();
    const id = await scene.place();
    const modify = () => scene.exchange.modifyOrder(id, { ...RESTING, ...change });
    const { code, details } = await assertRejects(modify, ValidationError);
    assertEquals([code, details["field"]], ["IMMUTABLE_FIELD", field]);
    assertEquals(scene.exchange.getOrderIntent(id).generation, 1, "and nothing is recorded");
    await scene.close();
  });
}

Deno.test("modify: an amount below what is filled is refused by field, rule and value", async () => {
  const scene = await Scene.open();
  const id = await scene.place();
  scene.sell("0.004");
  await scene.run(100);
  const modify = (amount: string) => scene.exchange.modifyOrder(id, { ...RESTING, amount });
  const { code, details } = await assertRejects(() => modify("0.00399"), ValidationError);
  assertEquals([code, details["actual"]], ["AMOUNT_BELOW_FILLED", "0.00399"]);
  assertEquals(scene.exchange.getOrderIntent(id).generation, 1);
  const allowed = modify("0.004");
  await scene.run(1_000);
  await allowed;
  assertEquals([scene.state(id), scene.live()], ["COMPLETED", []], "exactly that is an end");
  await scene.close();
});

Deno.test("amend: in doubt, a smaller amount leaves the larger one possibly live until it is read", () => {
  const open = after(aContext({}, { amendInPlace: true }), say.granted(), say.accepted());
  const asked = after(open, say.modify({ amount: decimal("0.5") }));
  const doubted = after(asked, say.amendUnknown(2));
  for (const context of [asked, doubted]) assertEquals(worst(context), ["1", "1"]);
  const read = after(doubted, say.found({ amount: decimal("0.5") }));
  assertEquals(worst(read), ["0.5", "0.5"]);
});

function worst(context: IntentContext): readonly string[] {
  const { maxFilled, possiblyLive } = exposureBounds(context);
  return [maxFilled, possiblyLive];
}
