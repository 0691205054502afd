import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { KernelEvent } from "../../src/model/event.ts";
import { watchResponse } from "../../src/api/watch.ts";
import { VirtualClock } from "../../src/system/virtual_clock.ts";
import { RecordedLog, Served } from "./served.ts";

/** Reads a stream of server-sent events block by block. */
class Blocks {
  readonly #reader: ReadableStreamDefaultReader<string>;
  #rest = "";

  constructor(response: Response) {
    this.#reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** @returns null at the end. */
  async next(): Promise<string | null> {
    for (;;) {
      const end = this.#rest.indexOf("\n\n");
      if (end >= 0) {
        const block = this.#rest.slice(0, end);
        this.#rest = this.#rest.slice(end + 2);
        return block;
      }
      const { value, done } = await this.#reader.read();
      if (done) return null;
      this.#rest += value;
    }
  }

  async ids(count: number): Promise<readonly number[]> {
    const ids: number[] = [];
    while (ids.length < count) {
      const id = /^id: (\d+)$/m.exec(await this.next() ?? "id: -1");
      if (id !== null) ids.push(Number(id[1]));
    }
    return ids;
  }

  cancel(): Promise<void> {
    return this.#reader.cancel();
  }
}

async function watch(served: Served, query = "", headers: Record<string, string> = {}) {
  const response = await fetch(`${served.api.url}/v1/watch${query}`, served.init({ headers }));
  return { response, blocks: new Blocks(response) };
}

async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; !condition(); turn++) {
    assert(turn < 10_000, "the condition never came true");
    await new Promise((resolve) => setImmediate(resolve));
  }
}

Deno.test("watch: events come as they are committed, with id, type and data", async () => {
  await using served = new Served();
  served.kernel.emit("OrderSubmitted");
  const { response, blocks } = await watch(served);
  assertEquals(response.headers.get("content-type"), "text/event-stream; charset=utf-8");
  await until(() => served.kernel.watchers === 1);
  const event = served.kernel.emit("OrderFilled", { intentId: "a", payload: { line: "1\n2" } });
  assertEquals(await blocks.next(), "retry: 1000");
  const block = await blocks.next() ?? "";
  const [id, type, data, ...more] = block.split("\n");
  assertEquals([id, type, more.length], ["id: 2", "event: OrderFilled", 0]);
  assertEquals(JSON.parse(data!.slice("data: ".length)), { ...event });
  await blocks.cancel();
});

Deno.test("watch: Last-Event-ID resumes without gap or double, and wins over since", async () => {
  await using served = new Served();
  for (let count = 0; count < 5; count++) served.kernel.emit("OrderSubmitted");
  const first = await watch(served, "?since=0");
  assertEquals(await first.blocks.ids(3), [1, 2, 3]);
  await first.blocks.cancel();
  const second = await watch(served, "?since=0", { "last-event-id": "3" });
  assertEquals(await second.blocks.ids(2), [4, 5]);
  served.kernel.emit("OrderFilled");
  assertEquals(await second.blocks.ids(1), [6]);
  await second.blocks.cancel();
});

Deno.test("watch: a filter leaves the rest out", async () => {
  await using served = new Served();
  served.kernel.emit("OrderSubmitted", { intentId: "a" });
  served.kernel.emit("OrderSubmitted", { intentId: "b" });
  served.kernel.emit("OrderFilled", { intentId: "b" });
  const { blocks } = await watch(served, "?since=0&intentId=b&type=OrderFilled,OrderCanceled");
  assertEquals(await blocks.ids(1), [3]);
  await blocks.cancel();
});

Deno.test("watch: 410 when the cursor is gone, and when it is not from this store", async () => {
  await using served = new Served();
  for (let count = 0; count < 5; count++) served.kernel.emit("OrderSubmitted");
  served.kernel.oldest = 4;
  const gone = await served.ask("/v1/watch?since=2");
  assertEquals([gone.status, gone.body.code], [410, "CURSOR_GONE"]);
  assertEquals([gone.body.since, gone.body.oldest, gone.body.newest], [2, 4, 5]);
  assertEquals((await served.ask("/v1/watch", { headers: { "last-event-id": "2" } })).status, 410);
  assertEquals((await served.ask("/v1/watch?since=6")).status, 410);
  const { response, blocks } = await watch(served, "?since=3");
  assertEquals(response.status, 200);
  assertEquals(await blocks.ids(2), [4, 5]);
  await blocks.cancel();
});

Deno.test("watch: a cursor that is none is 400", async () => {
  await using served = new Served();
  const bad = await served.ask("/v1/watch", { headers: { "last-event-id": "x" } });
  assertEquals([bad.status, bad.body.errors[0].field], [400, "Last-Event-ID"]);
  assertEquals((await served.ask("/v1/watch?since=-1")).status, 400);
  assertEquals((await served.ask("/v1/watch?type=Nothing")).status, 400);
});

Deno.test("watch: it needs the token", async () => {
  await using served = new Served();
  assertEquals((await served.ask("/v1/watch", { token: null })).status, 401);
});

Deno.test("watch: a client that goes is cleaned up", async () => {
  await using served = new Served();
  const { blocks } = await watch(served);
  await until(() => served.kernel.watchers === 1);
  await blocks.cancel();
  await until(() => served.kernel.watchers === 0);
  assertEquals(served.clock.pending, 0);
});

Deno.test("watch: heartbeats keep a silent connection open", async () => {
  await using served = new Served();
  const { blocks } = await watch(served);
  assertEquals(await blocks.next(), "retry: 1000");
  await until(() => served.clock.pending === 1);
  served.clock.advance(15_000);
  assertEquals(await blocks.next(), ": heartbeat");
  served.clock.advance(15_000);
  assertEquals(await blocks.next(), ": heartbeat");
  await blocks.cancel();
});

Deno.test("watch: closing the server ends the stream", async () => {
  const served = new Served();
  const { blocks } = await watch(served);
  await until(() => served.kernel.watchers === 1);
  const closed = served.api.close();
  assertEquals(await blocks.next(), "retry: 1000");
  assertEquals(await blocks.next(), null);
  await closed;
  assertEquals([served.kernel.watchers, served.clock.pending], [0, 0]);
});

Deno.test("watch: watchers above the bound are turned away until one goes", async () => {
  await using served = new Served();
  const all = await Promise.all(Array.from({ length: 256 }, () => watch(served)));
  assertEquals((await served.ask("/v1/watch")).status, 503);
  await Promise.all(all.map(({ blocks }) => blocks.cancel()));
  await until(() => served.kernel.watchers === 0);
  const { response, blocks } = await watch(served);
  assertEquals(response.status, 200);
  await blocks.cancel();
});

const BIG: KernelEvent = {
  eventId: 1,
  type: "OrderSubmitted",
  exchangeId: "paper",
  intentId: null,
  groupId: null,
  symbolId: null,
  at: 0,
  cause: "test",
  payload: { filler: "x".repeat(10_000) },
};

function endless() {
  const state = { given: 0, returned: false, ends: 0 };
  const events = async function* (): AsyncGenerator<KernelEvent> {
    try {
      for (;;) yield await Promise.resolve({ ...BIG, eventId: ++state.given });
    } finally {
      state.returned = true;
    }
  };
  const clock = new VirtualClock();
  const log = new RecordedLog();
  const response = watchResponse({
    events,
    clock,
    log,
    closing: new AbortController().signal,
    onEnd: () => state.ends++,
  });
  return { state, clock, log, response };
}

Deno.test("watch: a reader that stops has 256 KiB buffered and 30 s, then is cut", async () => {
  const { state, clock, log, response } = endless();
  await until(() => clock.pending === 2);
  assert(state.given < 30, `${state.given} events of 10 kB were taken for a reader that stopped`);
  clock.advance(30_000);
  await until(() => state.returned);
  assertEquals([state.ends, clock.pending], [1, 0]);
  assertStringIncludes(log.lines[0] ?? "", "slow watcher cut off");
  const failure = await response.text().then(() => null, (error) => error);
  assertEquals(failure?.message, "the reader stalled");
});

Deno.test("watch: a reader that is slow but reads is not cut off", async () => {
  const { state, clock, response } = endless();
  const reader = response.body!.getReader();
  for (let turn = 0; turn < 50; turn++) {
    await reader.read();
    await clock.advanceAsync(20_000);
  }
  assertEquals(state.ends, 0);
  assert(state.given > 40);
  await reader.cancel();
  assertEquals([state.ends, clock.pending], [1, 0]);
});

Deno.test("events: pages go on by next, filters and the oldest kept are told", async () => {
  await using served = new Served();
  for (let count = 0; count < 5; count++) {
    served.kernel.emit(count % 2 === 0 ? "OrderSubmitted" : "OrderFilled");
  }
  const ids = (page: { items: KernelEvent[] }) => page.items.map((event) => event.eventId);
  const first = (await served.ask("/v1/events?limit=2")).body;
  assertEquals([ids(first), first.next, first.oldest], [[1, 2], 2, 1]);
  const second = (await served.ask("/v1/events?since=2&limit=9")).body;
  assertEquals([ids(second), second.next], [[3, 4, 5], 5]);
  const filtered = (await served.ask("/v1/events?since=0&type=OrderFilled")).body;
  assertEquals([ids(filtered), filtered.next], [[2, 4], 5]);
});

Deno.test("events: 410 for a cursor that is gone, none starts at the oldest", async () => {
  await using served = new Served();
  for (let count = 0; count < 5; count++) served.kernel.emit("OrderSubmitted");
  served.kernel.oldest = 4;
  assertEquals((await served.ask("/v1/events?since=1")).status, 410);
  const { body } = await served.ask("/v1/events");
  assertEquals(body.items.length, 2);
});

Deno.test("events: an empty log is an empty page", async () => {
  await using served = new Served();
  assertEquals((await served.ask("/v1/events")).body, { items: [], next: 0, oldest: 1, newest: 0 });
});
