import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { circuitOpen } from "../../actors/circuit.ts";
import { RequestRunner } from "../../actors/request.ts";
import type { RequestPriority } from "../../machines/request_queue.ts";
import { CIRCUIT_COOL_DOWN_MS, CIRCUIT_TRIAL_MS } from "../../machines/timeouts.ts";
import type { CircuitHealth } from "../../src/model/health.ts";
import { CIRCUIT_ACCOUNT_REFUSALS, CIRCUIT_REFUSALS } from "../../src/model/limits.ts";
import { VirtualClock } from "../../src/system/virtual_clock.ts";
import { twoBudgets, twoCosts } from "../budgets.ts";

const BTC = "BTC/USDT";
const ETH = "ETH/USDT";
const COST = twoCosts({ weight: 1, orders: 1 });

/** A runner long after its boot, with 10 orders at hand. */
function setup({ queueMax = 100 } = {}) {
  const clock = new VirtualClock();
  const opened: CircuitHealth[] = [];
  const granted: string[] = [];
  const runner = new RequestRunner({
    clock,
    limits: twoBudgets({
      weight: { capacity: 6_000, intervalMs: 60_000 },
      orders: { capacity: 100, intervalMs: 10_000 },
    }),
    cost: () => COST,
    queueMax,
    reservedForCancels: 2,
    onCircuit: (circuit) => opened.push(circuit),
  });
  clock.advance(60_000);
  const ask = (key: string, symbolId = BTC, priority: RequestPriority = "submit") =>
    runner.ask({
      kind: "submit",
      priority,
      about: { symbolId },
      key,
      onGranted: () => granted.push(key),
    });
  const refuse = (code = "FILTER", symbolId = BTC, times = CIRCUIT_REFUSALS) => {
    for (let i = 0; i < times; i++) runner.refusal({ code, symbolId });
  };
  return { clock, runner, opened, granted, ask, refuse };
}

Deno.test("circuits: refusals alike hold submits of their symbol, and nothing else", () => {
  const { runner, granted, ask, refuse } = setup();
  refuse();
  assertEquals(ask("s"), "queued");
  assertEquals(ask("other", ETH), "granted");
  assertEquals(ask("c", BTC, "cancel"), "granted");
  assertEquals(ask("r", BTC, "reduce"), "granted");
  assertEquals(ask("p", BTC, "protect"), "granted");
  assertEquals(ask("look", BTC, "probe"), "granted");
  assertEquals(granted, ["other", "c", "r", "p", "look"]);
  runner.stop();
});

Deno.test("circuits: an open one is told once, and shown with its code and end", () => {
  const { clock, runner, opened, refuse } = setup();
  refuse();
  refuse();
  const until = clock.now() + CIRCUIT_COOL_DOWN_MS;
  const shown: CircuitHealth = { code: "FILTER", symbolId: BTC, state: "open", until };
  assertEquals(opened, [shown]);
  assertEquals(runner.circuits(), [shown]);
  assertEquals(runner.circuit(BTC), shown);
  assertEquals(runner.circuit(ETH), null);
  clock.advance(CIRCUIT_COOL_DOWN_MS);
  assertEquals(runner.circuits().map(({ state }) => state), ["halfOpen"]);
  runner.stop();
});

Deno.test("circuits: one about the account holds every symbol", () => {
  const { runner, granted, ask, refuse, opened } = setup();
  refuse("AUTHENTICATION", BTC, CIRCUIT_ACCOUNT_REFUSALS);
  assertEquals(ask("s", ETH), "queued");
  assertEquals([opened[0]?.symbolId, granted], [null, []]);
  runner.stop();
});

Deno.test("circuits: after the cool-down one submit tries; accepted, all go in order", () => {
  const { clock, runner, granted, ask, refuse } = setup();
  refuse();
  for (const key of ["a", "b", "c"]) ask(key);
  clock.advance(CIRCUIT_COOL_DOWN_MS + 1);
  assertEquals(granted, ["a"]);
  runner.answered(BTC);
  clock.advance(0);
  assertEquals(granted, ["a", "b", "c"]);
  assertEquals(runner.circuits(), []);
  runner.stop();
});

Deno.test("circuits: a trial refused alike holds the others for longer", () => {
  const { clock, runner, granted, ask, refuse } = setup();
  refuse();
  for (const key of ["a", "b"]) ask(key);
  clock.advance(CIRCUIT_COOL_DOWN_MS + 1);
  refuse("FILTER", BTC, 1);
  clock.advance(CIRCUIT_COOL_DOWN_MS + 1);
  assertEquals(granted, ["a"]);
  clock.advance(CIRCUIT_COOL_DOWN_MS);
  assertEquals(granted, ["a", "b"]);
  runner.stop();
});

Deno.test("circuits: a trial nobody answers ends by its deadline", () => {
  const { clock, runner, granted, ask, refuse } = setup();
  refuse();
  for (const key of ["a", "b"]) ask(key);
  clock.advance(CIRCUIT_COOL_DOWN_MS + CIRCUIT_TRIAL_MS + 2);
  assertEquals(granted, ["a", "b"]);
  runner.stop();
});

Deno.test("circuits: submits that waited for tokens when it opened do not go one by one", () => {
  const { clock, runner, granted, ask, refuse } = setup();
  for (let i = 0; i < 30; i++) ask(`s${i}`, i % 2 === 0 ? BTC : ETH);
  const sent = granted.length;
  refuse();
  clock.advance(CIRCUIT_COOL_DOWN_MS - 1);
  const since = granted.slice(sent);
  assert(since.length > 0 && since.every((key) => Number(key.slice(1)) % 2 === 1), `${since}`);
  runner.stop();
});

Deno.test("circuits: what is held can be canceled, and leaves no timer behind once it is due", () => {
  const { clock, runner, granted, ask, refuse } = setup();
  refuse();
  ask("a");
  assert(runner.cancelWaiting("a"));
  assert(!runner.cancelWaiting("a"));
  clock.advance(CIRCUIT_COOL_DOWN_MS + 1);
  assertEquals([granted, clock.pending, runner.queued], [[], 0, 0]);
  runner.stop();
});

Deno.test("circuits: what is held has a bound, cancels still find room", () => {
  const { runner, ask, refuse } = setup({ queueMax: 5 });
  refuse();
  assertEquals([ask("a"), ask("b"), ask("c"), ask("d")], ["queued", "queued", "queued", "full"]);
  runner.banned(1_000);
  assertEquals(ask("x", BTC, "cancel"), "queued");
  runner.stop();
});

Deno.test("circuits: what finds the queue full when it is let go waits on, without a busy loop", () => {
  const { clock, runner, granted, ask, refuse } = setup({ queueMax: 5 });
  refuse();
  ask("held");
  for (const key of ["x", "y", "z"]) ask(key, ETH, "resync");
  runner.banned(CIRCUIT_COOL_DOWN_MS + 3_000);
  for (const key of ["x", "y", "z"]) ask(key, ETH, "resync");
  clock.advance(CIRCUIT_COOL_DOWN_MS + 10_000);
  assert(granted.includes("held"), `${granted}`);
  assertEquals(runner.queued, 0);
  runner.stop();
});

Deno.test("circuits: draining gives up what is held, stopping too", () => {
  const { clock, runner, granted, ask, refuse } = setup();
  refuse();
  ask("a");
  assertEquals(runner.drain(), ["a"]);
  runner.stop();
  clock.advance(120_000);
  assertEquals([granted, clock.pending], [[], 0]);
});

Deno.test("circuits: the denial names the code and when to come again", () => {
  const until = Date.UTC(2026, 0, 2);
  const error = circuitOpen("place order", { code: "FILTER", symbolId: BTC, state: "open", until });
  assertEquals(error.code, "CIRCUIT_OPEN");
  assertStringIncludes(error.message, "BTC/USDT with FILTER");
  assertStringIncludes(error.message, "2026-01-02T00:00:00.000Z");
  assertEquals(error.details, { rule: "CIRCUIT_OPEN", venueCode: "FILTER", symbolId: BTC, until });
});
