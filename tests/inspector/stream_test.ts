import { assert, assertEquals } from "@std/assert";
import { inspectorHandler } from "../../src/inspector/handler.ts";
import { BEAT_MS, FRAME_MS, STREAMS_MAX } from "../../src/inspector/stream.ts";
import { VirtualClock } from "../../src/system/virtual_clock.ts";
import { FakeKernel, intentActorId } from "./fake_observation.ts";

function open() {
  const clock = new VirtualClock();
  const kernel = new FakeKernel({ machines: {}, intents: 300, now: () => clock.now() });
  const inspector = inspectorHandler({ observation: kernel, kernel: kernel.facade, clock });
  const request = (query: string) =>
    inspector.handle(new Request(`http://127.0.0.1/inspector/api/stream?${query}`));
  const follow = async (query: string) => {
    const answer = await request(query);
    assert(answer?.body);
    const reader = answer.body.getReader();
    const line = async (): Promise<string> => {
      const { value, done } = await reader.read();
      return done ? "end" : new TextDecoder().decode(value).trimEnd();
    };
    const frame = async () => JSON.parse(await line());
    return { line, frame, leave: () => reader.cancel() };
  };
  return { clock, kernel, inspector, request, follow };
}

Deno.test("stream: the first frame holds window, counts, focus and log", async () => {
  const { kernel, follow, inspector } = open();
  kernel.tell("OrderSubmitted", "grid-btc-0001", "order.submit");
  const page = await follow(`focus=${intentActorId(1)}&offset=10&limit=20&log=focus`);
  const frame = await page.frame();
  assertEquals([frame.list.rows.length, frame.list.offset, frame.list.total], [20, 10, 307]);
  assertEquals(frame.focus.actor.id, intentActorId(1));
  assertEquals(frame.counts.ACTIVE > 0, true);
  assertEquals(frame.log.first, true);
  assertEquals(frame.log.events.length, 1);
  await inspector.close();
});

Deno.test("stream: while nothing changes nothing is read; only an empty line goes out", async () => {
  const { clock, kernel, follow, inspector } = open();
  const page = await follow("limit=20");
  await page.frame();
  const reads = kernel.reads;
  clock.advance(BEAT_MS + FRAME_MS);
  assertEquals(await page.line(), "");
  assertEquals(kernel.reads, reads);
  await inspector.close();
});

Deno.test("stream: a change reaches the page in the next frame, without what stayed", async () => {
  const { clock, kernel, follow, inspector } = open();
  const page = await follow(`focus=${intentActorId(250)}&limit=5&log=focus`);
  await page.frame();
  kernel.move(intentActorId(250), { state: "COMPLETED", edge: "ACTIVE|order.filled|0" });
  clock.advance(FRAME_MS);
  const frame = await page.frame();
  assertEquals(frame.focus.actor.state, "COMPLETED");
  assertEquals(frame.focus.actor.lastEdge, "ACTIVE|order.filled|0");
  assertEquals(frame.list, undefined);
  assertEquals([frame.log.first, frame.log.events.length], [false, 1]);
  await inspector.close();
});

Deno.test("stream: changes between two frames are one frame with the newest state", async () => {
  const { clock, kernel, follow, inspector } = open();
  const page = await follow(`focus=${intentActorId(0)}&limit=1`);
  await page.frame();
  for (const state of ["PENDING.ready", "SUBMITTING.inFlight", "ACTIVE.open"]) {
    kernel.move(intentActorId(0), { state, edge: "PENDING||0" });
  }
  clock.advance(FRAME_MS);
  assertEquals((await page.frame()).focus.actor.state, "ACTIVE.open");
  await inspector.close();
});

Deno.test("stream: a page that does not read gets no backlog, then the newest", async () => {
  const { clock, kernel, follow, inspector } = open();
  const page = await follow(`focus=${intentActorId(0)}&limit=1`);
  for (let turn = 0; turn < 100; turn++) {
    kernel.move(intentActorId(0), { state: `ACTIVE.${turn}`, edge: "PENDING||0" });
    clock.advance(FRAME_MS);
  }
  const reads = kernel.reads;
  assert(reads <= 3, `${reads} frames were made for a page that takes none`);
  await page.frame();
  await page.frame();
  clock.advance(FRAME_MS);
  assertEquals((await page.frame()).focus.actor.state, "ACTIVE.99");
  await inspector.close();
});

Deno.test("stream: an actor that is not there is told as none", async () => {
  const { follow, inspector } = open();
  assertEquals((await (await follow("focus=kernel/ghost")).frame()).focus, null);
  await inspector.close();
});

Deno.test("stream: as many pages as may look, and one that leaves makes room", async () => {
  const { request, follow, inspector, clock } = open();
  const page = await follow("limit=1");
  for (let count = 1; count < STREAMS_MAX; count++) await follow("limit=1");
  assertEquals((await request("limit=1"))?.status, 503);
  await page.leave();
  assertEquals((await request("limit=1"))?.status, 200);
  await inspector.close();
  assertEquals(clock.pending, 0);
});

Deno.test("stream: closing the inspector ends it", async () => {
  const { follow, inspector } = open();
  const page = await follow("limit=1");
  await page.frame();
  await inspector.close();
  assertEquals(await page.line(), "end");
});
