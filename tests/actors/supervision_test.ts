import { assert, assertEquals, assertThrows } from "@std/assert";
import { STOP_WAIT_MS, Supervisor } from "../../actors/supervision.ts";
import { policyOf, type SupervisedKind, SUPERVISION } from "../../machines/supervision.ts";
import { SeededRandom } from "../../src/system/seeded_random.ts";
import { VirtualClock } from "../../src/system/virtual_clock.ts";

function setup() {
  const clock = new VirtualClock();
  const log: string[] = [];
  const kill = new Map<string, (error: unknown) => void>();
  const supervisor = new Supervisor({
    clock,
    random: new SeededRandom(1),
    onEscalate: ({ id, escalation }) => log.push(`${id}: ${escalation}`),
    onRestart: ({ id, delayMs }) => log.push(`${id}: restart in ${delayMs > 0}`),
  });
  const add = (kind: SupervisedKind, id: string = kind) =>
    supervisor.start({
      kind,
      id,
      start(crashed) {
        log.push(`${id}: started`);
        kill.set(id, crashed);
        return { stop: () => void log.push(`${id}: stopped`) };
      },
    });
  const die = (id: string) => kill.get(id)!(new Error(`${id} died`));
  return { clock, log, supervisor, add, die, kill };
}

for (const { kind, restartsMax, escalation } of SUPERVISION) {
  Deno.test(`supervisor: ${kind}, killed, is restarted ${restartsMax} times and then: ${escalation}`, async () => {
    const { clock, log, supervisor, add, die } = setup();
    add(kind);
    for (let i = 0; i < restartsMax; i++) {
      die(kind);
      assert(!supervisor.isRunning(kind));
      clock.advance(policyOf(kind).backoffCapMs);
      assert(supervisor.isRunning(kind));
      assertEquals(supervisor.restarts(kind), i + 1);
    }
    die(kind);
    assertEquals(log.at(-1), `${kind}: ${escalation}`);
    assertEquals(log.filter((line) => line.endsWith(": started")).length, restartsMax + 1);
    assertEquals(clock.pending, 0);
    await supervisor.stop();
  });
}

Deno.test("supervisor: a crash touches no sibling", async () => {
  const { clock, log, supervisor, add, die } = setup();
  add("connection", "a");
  add("connection", "b");
  die("a");
  clock.advance(10_000);
  assertEquals(log, ["a: started", "b: started", "a: stopped", "a: restart in true", "a: started"]);
  await supervisor.stop();
});

Deno.test("supervisor: the report of a replaced child is ignored", async () => {
  const { clock, supervisor, add, die, kill } = setup();
  add("connection", "a");
  const older = kill.get("a")!;
  die("a");
  older(new Error("again"));
  clock.advance(10_000);
  older(new Error("late"));
  assert(supervisor.isRunning("a"));
  assertEquals(supervisor.restarts("a"), 1);
  await supervisor.stop();
});

Deno.test("supervisor: a child that throws or crashes while it starts is restarted like any", async () => {
  const { clock, supervisor } = setup();
  let starts = 0;
  let stops = 0;
  supervisor.start({
    kind: "connection",
    id: "a",
    start(crashed) {
      starts++;
      if (starts === 1) throw new Error("cannot start");
      if (starts === 2) crashed(new Error("crashed at once"));
      return { stop: () => void stops++ };
    },
  });
  clock.advance(60_000);
  assertEquals(starts, 3);
  assertEquals(stops, 1, "the one that crashed at once");
  assert(supervisor.isRunning("a"));
  await supervisor.stop();
  assertEquals(stops, 2);
});

Deno.test("supervisor: a restart waits for the old child to stop, but not for ever", async () => {
  const { clock, supervisor } = setup();
  const kill: ((error: unknown) => void)[] = [];
  const stopped: (() => void)[] = [];
  supervisor.start({
    kind: "exchange",
    id: "main",
    start(crashed) {
      kill.push(crashed);
      return { stop: () => new Promise<void>((resolve) => void stopped.push(resolve)) };
    },
  });
  kill[0]!(new Error("died"));
  await clock.advanceAsync(1_000);
  assert(!supervisor.isRunning("main"), "its adapter may still be in use");
  stopped[0]!();
  await clock.advanceAsync(0);
  assert(supervisor.isRunning("main"));
  assertEquals(clock.pending, 0);

  kill[1]!(new Error("died"));
  await clock.advanceAsync(2_000 + STOP_WAIT_MS);
  assert(supervisor.isRunning("main"));
  stopped[1]!();
  await clock.advanceAsync(60_000);
  assertEquals(kill.length, 3);
  const stopping = supervisor.stop();
  stopped[2]!();
  await stopping;
});

Deno.test("supervisor: stopped while a restart waits for the old child, it starts none", async () => {
  const { clock, supervisor } = setup();
  let starts = 0;
  let kill: (error: unknown) => void = () => {};
  let stopped: () => void = () => {};
  supervisor.start({
    kind: "exchange",
    id: "main",
    start(crashed) {
      starts++;
      kill = crashed;
      return { stop: () => new Promise<void>((resolve) => void (stopped = resolve)) };
    },
  });
  kill(new Error("died"));
  await clock.advanceAsync(1_000);
  const stopping = supervisor.stop();
  stopped();
  await stopping;
  await clock.advanceAsync(60_000);
  assertEquals(starts, 1);
  assertEquals(clock.pending, 0);
});

Deno.test("supervisor: stops its children last started first, and restarts none after", async () => {
  const { clock, log, supervisor, add, die } = setup();
  add("connection", "a");
  add("connection", "b");
  add("connection", "c");
  die("b");
  log.length = 0;
  await supervisor.stop();
  clock.advance(60_000);
  assertEquals(log, ["c: stopped", "a: stopped"]);
  assertEquals(clock.pending, 0);
});

Deno.test("supervisor: a stopped child is forgotten, and its id is free", async () => {
  const { clock, log, supervisor, add, die } = setup();
  add("account", "a");
  await supervisor.stopChild("a");
  die("a");
  clock.advance(60_000);
  add("account", "a");
  assertEquals(log, ["a: started", "a: stopped", "a: started"]);
  await supervisor.stop();
});

Deno.test("supervisor: a taken id is refused, the older child would be unreachable", async () => {
  const { supervisor, add } = setup();
  add("connection", "a");
  assertThrows(() => add("connection", "a"), RangeError, "the id is taken");
  await supervisor.stop();
});

Deno.test("supervisor: a child that fails to stop keeps no other from stopping", async () => {
  const { log, supervisor, add } = setup();
  add("connection", "a");
  supervisor.start({
    kind: "account",
    id: "bad",
    start: () => ({ stop: () => Promise.reject(new Error("cannot")) }),
  });
  await supervisor.stop();
  assertEquals(log.at(-1), "a: stopped");
});
