/** The top state is a function of what the venue says (domain, "From the venue to the top state"). */
import { assertEquals } from "@std/assert";
import { topState } from "../../machines/intent_context.ts";
import { decimal } from "../../src/model/decimal.ts";
import { aContext, say } from "../machines/intent_builders.ts";
import { after } from "../machines/intent_states.ts";

for (const status of ["PENDING_TRIGGER", "OPEN", "PARTIALLY_FILLED"] as const) {
  for (const filled of ["0", "0.4"]) {
    Deno.test(`state: the venue says ${status} with ${filled} filled: ACTIVE`, () => {
      const live = after(
        aContext(),
        say.granted(),
        say.accepted(1, { status, filled: decimal(filled) }),
        ...(filled === "0" ? [] : [say.filled("t1", filled)]),
      );
      const inner = filled === "0" ? "open" : "partiallyFilled";
      assertEquals([topState(live.phase), live.phase], ["ACTIVE", `ACTIVE.${inner}`]);
      assertEquals(live.attempts[0]?.status, status);
    });
  }
}

Deno.test("state: a status the venue cannot name ends nothing and begins nothing", () => {
  const said = after(aContext(), say.granted(), say.accepted(), say.updated({ status: "UNKNOWN" }));
  assertEquals([said.phase, said.attempts[0]?.status], ["ACTIVE.open", "OPEN"]);
});
