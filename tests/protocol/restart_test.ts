/** What a restart finds overdue, and how an absence is proven over it (order safety, restart). */
import { assert, assertEquals } from "@std/assert";
import type { IntentEvent } from "../../machines/intent_events.ts";
import type { PaperAdapter } from "../../src/exchanges/paper/adapter.ts";
import { openPaperKernel, type PaperKernel, RESTING, type World } from "../actors/paper_kernel.ts";
import { aContext, say } from "../machines/intent_builders.ts";
import { after } from "../machines/intent_states.ts";
import { Line, Scene } from "../scenarios/line.ts";

const HOUR = 3_600_000;
const TIMING = { validityMs: 5_000, engineBoundMs: 3_000, settleMs: 2_000, retentionMs: 24 * HOUR };

Deno.test("restart: a submitBy that passed meanwhile ends the intent before the gate opens", async () => {
  const scene = await Scene.open();
  scene.kernel.exchange("a").gate.hold();
  const submitBy = scene.kernel.clock.now() + 60_000;
  const id = await scene.place({ submitBy });
  assertEquals(scene.state(id), "PENDING.ready");
  await scene.restart(() => void scene.kernel.clock.advance(120_000));
  const { state, cause, attempts } = scene.exchange.getOrderState(id);
  assertEquals([state, cause, attempts.length], ["FAILED", "SUBMIT_BY_PASSED", 0]);
  assertEquals(scene.line.sent.submit, 0);
  await scene.close();
});

Deno.test("absence: it takes two looks made later than deadline + engine bound + settle time", async () => {
  const looks = new Looks();
  const k = await openPaperKernel(["a"], undefined, looks.attach);
  const id = await placeLost(k, looks);
  await k.run(60_000);
  const [first, second] = k.kernel.exchange("a").getOrderState(id).attempts;
  assertEquals([first?.outcome, second?.outcome], ["ABSENT", "ACCEPTED"]);
  assertProven(looks, deadlineOf(k, id));
  await k.close();
});

Deno.test("absence: no wall time that passed while nobody ran replaces a look", async () => {
  const looks = new Looks();
  const k = await openPaperKernel(["a"], undefined, looks.attach);
  const id = await placeLost(k, looks);
  await k.run(1_000);
  await k.close();
  k.clock.advance(HOUR); // far beyond every bound
  const asked = looks.times.length;
  const again = await openPaperKernel(["a"], world(k), looks.attach);
  await again.run(60_000);
  const { attempts } = again.kernel.exchange("a").getOrderState(id);
  assertEquals(attempts.map(({ outcome }) => outcome), ["ABSENT", "ACCEPTED"]);
  assertProven(looks, deadlineOf(again, id), asked);
  await again.close();
});

Deno.test("indeterminate: what the venue no longer remembers is for a person, over a restart too", async () => {
  const looks = new Looks();
  const k = await openPaperKernel(["a"], undefined, looks.attach);
  const id = await placeLost(k, looks);
  await k.close();
  k.clock.advance(TIMING.retentionMs + 60_000);
  let again = await openPaperKernel(["a"], world(k), looks.attach);
  for (let boot = 0; boot < 2; boot++) {
    await again.run(10 * 60_000);
    const { state, conditions, attempts } = again.kernel.exchange("a").getOrderState(id);
    assertEquals([state, attempts.length], ["SUBMITTING.inDoubt", 1]);
    const known = conditions.find(({ type }) => type === "OutcomeKnown");
    assertEquals([known?.status, known?.reason], ["False", "Indeterminate"]);
    await again.close();
    again = await openPaperKernel(["a"], world(again), looks.attach);
  }
  assertEquals(looks.submits, [], "nothing was sent again");
  await again.close();
});

Deno.test("indeterminate: two absences read later settle nothing, though each would have proven one", () => {
  const gone: IntentEvent = {
    type: "lookup.answered",
    at: 200_000,
    attempt: 1,
    outcome: { kind: "failed", cause: { code: "UNLISTED_SYMBOL", message: "not listed" } },
    fills: [],
  };
  const doubt = after(aContext(), say.granted(), say.unknown());
  const rung = after(doubt, { type: "deadline.passed", at: 190_000, name: "alarm" }, gone);
  assertEquals([rung.phase, rung.indeterminate], ["SUBMITTING.inDoubt", true]);
  const listedAgain = after(
    rung,
    say.verify(200_001),
    say.absent(200_002),
    say.verify(200_003),
    say.absent(200_004),
  );
  assertEquals([listedAgain.phase, listedAgain.indeterminate], ["SUBMITTING.inDoubt", true]);
  assertEquals(listedAgain.attempts[0]?.outcome, "UNKNOWN");
});

/** Every look-up and every further submit, by the venue's clock. */
class Looks {
  readonly times: number[] = [];
  readonly submits: number[] = [];
  readonly line = new Line();

  readonly attach = (adapter: PaperAdapter): void => {
    this.line.attach(adapter);
    const { execution, capabilities } = adapter;
    Object.defineProperty(adapter, "capabilities", { value: { ...capabilities, timing: TIMING } });
    const now = () => adapter.venueNow() ?? NaN;
    const { lookup, submit } = execution;
    execution.lookup = (ref) => {
      this.times.push(now());
      return lookup(ref);
    };
    execution.submit = (request, gate) => {
      if (this.line.submits === "ok") this.submits.push(now());
      return submit(request, gate);
    };
  };
}

/** Places an order that RETRY would place again; its first request never arrives. */
async function placeLost(k: PaperKernel, { line }: Looks): Promise<string> {
  line.submits = "lost";
  const placing = k.kernel.exchange("a").placeOrder({ ...RESTING, onAbsent: "RETRY" });
  await k.run(10);
  line.submits = "ok";
  return await placing;
}

function deadlineOf(k: PaperKernel, intentId: string): number {
  return k.exchange("a").book.entry(intentId)!.context.attempts[0]!.deadline;
}

function assertProven({ times, submits }: Looks, deadline: number, from = 0): void {
  const [submit] = submits;
  assert(submit !== undefined && submits.length === 1, `sent again at ${submits}`);
  const provesFrom = deadline + TIMING.engineBoundMs + TIMING.settleMs;
  const proofs = times.slice(from).filter((time) => time > provesFrom && time <= submit);
  assertEquals(proofs.length, 2, `looks at ${times}, which prove from ${provesFrom}`);
}

/** What the next process finds. */
function world({ clock, held, exchangeEngine }: PaperKernel): World {
  return { clock, held, exchangeEngine };
}
