import { assert, assertEquals } from "@std/assert";
import { Connection } from "../../actors/connection.ts";
import {
  DIAL_TIMEOUT_MS,
  HEALTHY_AFTER_MS,
  PROBE_TIMEOUT_MS,
  RECONNECT_BACKOFF_CAP_MS,
} from "../../machines/connection.ts";
import type { ExchangeSocket } from "../../src/exchanges/exchange.ts";
import { SeededRandom } from "../../src/system/seeded_random.ts";
import { VIRTUAL_START, VirtualClock } from "../../src/system/virtual_clock.ts";

const STALE_AFTER_MS = 20_000;

/** A socket whose every answer is given by the test. */
class ScriptedSocket implements ExchangeSocket {
  readonly id = "user";
  readonly staleAfterMs = STALE_AFTER_MS;
  readonly dials: {
    readonly frame: () => void;
    readonly lose: (reason: string) => void;
    readonly succeed: () => void;
    readonly fail: (error: unknown) => void;
    readonly signal: AbortSignal;
  }[] = [];
  probes = 0;
  closes = 0;

  open(handlers: Parameters<ExchangeSocket["open"]>[0], signal: AbortSignal): Promise<void> {
    return new Promise((succeed, fail) => {
      const { onFrame: frame, onClose: lose } = handlers;
      this.dials.push({ frame, lose, succeed, fail, signal });
    });
  }

  probe(): void {
    this.probes++;
  }

  close(): Promise<void> {
    this.closes++;
    return Promise.resolve();
  }

  get last() {
    return this.dials.at(-1)!;
  }
}

function setup(onUp?: () => void) {
  const clock = new VirtualClock();
  const socket = new ScriptedSocket();
  const log: string[] = [];
  const crashes: unknown[] = [];
  const connection: Connection = new Connection({
    socket,
    clock,
    random: new SeededRandom(5),
    onUp: () => {
      log.push(`up in ${connection.state}`);
      onUp?.();
    },
    onDown: (reason) => log.push(`down in ${connection.state}: ${reason}`),
    onCrash: (error) => crashes.push(error),
  });
  return { clock, socket, log, crashes, connection };
}

async function opened(onUp?: () => void) {
  const t = setup(onUp);
  t.connection.start();
  t.socket.last.succeed();
  await t.clock.advanceAsync(0);
  return t;
}

Deno.test("connection actor: dials, logs in, and is up after its state has changed", async () => {
  const { clock, socket, log, connection } = setup();
  connection.start();
  assertEquals(connection.state, "dialing");
  socket.last.frame();
  assertEquals(connection.state, "authenticating");
  socket.last.succeed();
  await clock.advanceAsync(0);
  assertEquals(log, ["up in open"]);
  await connection.stop();
  assertEquals(log, ["up in open", "down in stopped: stopped"]);
  assertEquals(clock.pending, 0);
});

Deno.test("connection actor: a lost connection comes back by itself", async () => {
  const { clock, socket, log, connection } = await opened();
  socket.last.lose("1006");
  assertEquals(connection.state, "backoff");
  await clock.advanceAsync(1_000);
  assertEquals(socket.dials.length, 2);
  socket.last.succeed();
  await clock.advanceAsync(0);
  assertEquals(log, ["up in open", "down in backoff: 1006", "up in open"]);
  assertEquals(connection.health().reconnects, 1);
  await connection.stop();
});

Deno.test("connection actor: frames of an open socket reach the machine not once", async () => {
  const { socket, connection, clock } = await opened();
  let events = 0;
  connection.actor.subscribe(() => events++);
  for (let i = 0; i < 1_000; i++) socket.last.frame();
  assertEquals(events, 0);
  assertEquals(clock.pending, 2, "one deadline, one watch");
  await connection.stop();
});

Deno.test("connection actor: silence is probed, and any frame is a sign of life", async () => {
  const { clock, socket, log, connection } = await opened();
  await clock.advanceAsync(STALE_AFTER_MS);
  assertEquals(connection.state, "stale");
  assertEquals(socket.probes, 1);
  socket.last.frame();
  assertEquals(connection.state, "open");
  assertEquals(log, ["up in open"]);
  await connection.stop();
});

Deno.test("connection actor: frames put the watchdog off to the millisecond", async () => {
  const { clock, socket, connection } = await opened();
  await clock.advanceAsync(STALE_AFTER_MS - 1);
  socket.last.frame();
  await clock.advanceAsync(STALE_AFTER_MS - 1);
  assertEquals(connection.state, "open");
  await clock.advanceAsync(1);
  assertEquals(connection.state, "stale");
  await connection.stop();
});

Deno.test("connection actor: a probe nobody answers closes the socket and dials again", async () => {
  const { clock, socket, log, connection } = await opened();
  await clock.advanceAsync(STALE_AFTER_MS + PROBE_TIMEOUT_MS);
  assertEquals(connection.state, "backoff");
  assertEquals(socket.closes, 1);
  assert(socket.last.signal.aborted);
  assertEquals(log[1], "down in backoff: no sign of life in time");
  await connection.stop();
});

Deno.test("connection actor: a dial that never ends is given up", async () => {
  const { clock, socket, connection } = setup();
  connection.start();
  await clock.advanceAsync(DIAL_TIMEOUT_MS);
  assertEquals(connection.state, "backoff");
  assert(socket.last.signal.aborted);
  await connection.stop();
});

Deno.test("connection actor: what an older dial reports late is ignored", async () => {
  const { clock, socket, log, connection } = setup();
  connection.start();
  const older = socket.last;
  await clock.advanceAsync(DIAL_TIMEOUT_MS + 1_000);
  assertEquals(connection.state, "dialing");
  older.frame();
  older.succeed();
  older.lose("late");
  await clock.advanceAsync(0);
  assertEquals(connection.state, "dialing");
  assertEquals(connection.health().lastFrameAt, null);
  assertEquals(log, []);
  await connection.stop();
});

Deno.test("connection actor: dials ever more rarely, at least once per cap", async () => {
  const { clock, socket, connection } = setup();
  connection.start();
  const times: number[] = [];
  for (let i = 0; i < 12; i++) {
    const count = socket.dials.length;
    times.push(clock.monotonic());
    socket.last.fail(new TypeError("refused"));
    await clock.advanceAsync(0);
    while (socket.dials.length === count) await clock.advanceAsync(10);
  }
  const gaps = times.slice(1).map((time, i) => time - times[i]!);
  assert(gaps[0]! < 300, `first gap ${gaps[0]}`);
  assert(gaps.every((gap) => gap <= RECONNECT_BACKOFF_CAP_MS + 10));
  assert(gaps.at(-1)! >= RECONNECT_BACKOFF_CAP_MS / 2);
  await connection.stop();
});

Deno.test("connection actor: healthy for a while, the next loss is retried soon again", async () => {
  const { clock, socket, connection } = setup();
  connection.start();
  for (let i = 0; i < 8; i++) {
    socket.last.fail(new Error("refused"));
    await clock.advanceAsync(RECONNECT_BACKOFF_CAP_MS);
    if (connection.state !== "dialing") await clock.advanceAsync(RECONNECT_BACKOFF_CAP_MS);
  }
  socket.last.succeed();
  await clock.advanceAsync(0);
  for (let waited = 0; waited <= HEALTHY_AFTER_MS; waited += 10_000) {
    socket.last.frame();
    await clock.advanceAsync(10_000);
  }
  const dials = socket.dials.length;
  socket.last.lose("1001");
  await clock.advanceAsync(300);
  assertEquals(socket.dials.length, dials + 1);
  await connection.stop();
});

Deno.test("connection actor: health tells state, last frame by the wall clock and reconnects", async () => {
  const { clock, socket, connection } = await opened();
  assertEquals(connection.health(), {
    id: "user",
    state: "open",
    lastFrameAt: null,
    reconnects: 0,
  });
  await clock.advanceAsync(500);
  socket.last.frame();
  await clock.advanceAsync(250);
  assertEquals(connection.health().lastFrameAt, VIRTUAL_START + 500);
  await connection.stop();
});

Deno.test("connection actor: the error of a dial gives its name, not its message", async () => {
  const { clock, socket, connection } = setup();
  connection.start();
  socket.last.fail(new TypeError("wss://venue/?listenKey=canary"));
  await clock.advanceAsync(0);
  assertEquals(connection.actor.getSnapshot().context.reason, "dial failed: TypeError");
  await connection.stop();
});

Deno.test("connection actor: stopped from within onUp, it goes down and stays there", async () => {
  const t = setup(() => void t.connection.stop());
  t.connection.start();
  t.socket.last.succeed();
  await t.clock.advanceAsync(0);
  assertEquals(t.connection.state, "stopped");
  assertEquals(t.log, ["up in open", "down in stopped: stopped"]);
  await t.clock.advanceAsync(120_000);
  assertEquals(t.socket.dials.length, 1);
  assertEquals(t.clock.pending, 0);
});

Deno.test("connection actor: killed by its listener, it closes the socket and reports once", async () => {
  const { clock, socket, crashes, connection } = await opened(() => {
    throw new Error("killed");
  });
  assertEquals(crashes.map(String), ["Error: killed"]);
  assertEquals(socket.closes, 1);
  socket.last.frame();
  socket.last.lose("late");
  await connection.stop();
  await clock.advanceAsync(120_000);
  assertEquals(crashes.length, 1);
  assertEquals(clock.pending, 0);
});
