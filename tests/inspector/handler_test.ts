import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { LayOut } from "../../src/inspector/charts.ts";
import { inspectorHandler } from "../../src/inspector/handler.ts";
import { layoutBoth } from "../../src/inspector/layout.ts";
import { VirtualClock } from "../../src/system/virtual_clock.ts";
import { FakeKernel, intentActorId } from "./fake_observation.ts";
import { sampleMachine } from "./sample_machine.ts";

const NO_LAYOUT = { width: 0, height: 0, boxes: [], wires: [], notes: [], initial: null };

/** Laying out is another test's matter, save where `layOut` says how. */
function open(options: { readonly intents?: number; readonly layOut?: LayOut } = {}) {
  const clock = new VirtualClock();
  const kernel = new FakeKernel({
    machines: { intent: sampleMachine },
    intents: options.intents ?? 30,
    now: () => clock.now(),
  });
  const inspector = inspectorHandler({
    observation: kernel,
    kernel: kernel.facade,
    clock,
    layOut: options.layOut ?? (() => Promise.resolve({ tall: NO_LAYOUT, wide: NO_LAYOUT })),
  });
  const get = async (path: string, init?: RequestInit): Promise<Response> => {
    const answer = await inspector.handle(new Request(`http://127.0.0.1:7070${path}`, init));
    assert(answer !== null, `${path} is not the inspector's`);
    return answer;
  };
  return { clock, kernel, inspector, get };
}

Deno.test("inspector: addresses of others are left to them", async () => {
  const { inspector } = open();
  for (const path of ["/", "/v1/exchanges", "/inspectors"]) {
    assertEquals(await inspector.handle(new Request(`http://127.0.0.1${path}`)), null);
  }
});

Deno.test("inspector: every answer forbids foreign code and markup from text", async () => {
  const { get } = open();
  for (const path of ["/inspector", "/inspector/assets/js/main.js", "/inspector/api/nothing"]) {
    const answer = await get(path);
    const policy = answer.headers.get("content-security-policy") ?? "";
    assertStringIncludes(policy, "default-src 'none'; script-src 'self'");
    assertStringIncludes(policy, "require-trusted-types-for 'script'");
    assertStringIncludes(policy, "frame-ancestors 'none'");
    assertEquals(answer.headers.get("x-content-type-options"), "nosniff");
    assertEquals(answer.headers.get("referrer-policy"), "no-referrer");
    assertEquals(answer.headers.get("cross-origin-opener-policy"), "same-origin");
    await answer.body?.cancel();
  }
});

Deno.test("inspector: the page names only its own files, and all of them are served", async () => {
  const { get } = open();
  const page = await (await get("/inspector")).text();
  const names = [...page.matchAll(/(?:href|src)="([^"]+)"/g)].map((match) => match[1] ?? "");
  assert(names.length > 5);
  for (const name of names) {
    assertMatch(name, /^\/inspector\/assets\//);
    const answer = await get(name);
    assertEquals(answer.status, 200, name);
    await answer.body?.cancel();
  }
  assertEquals(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/.test(page), false);
});

Deno.test("inspector: a file that was not changed is not sent again", async () => {
  const { get } = open();
  const first = await get("/inspector/assets/css/tokens.css");
  assertEquals(first.headers.get("content-type"), "text/css; charset=utf-8");
  await first.body?.cancel();
  const etag = first.headers.get("etag") ?? "";
  const again = await get("/inspector/assets/css/tokens.css", {
    headers: { "if-none-match": etag },
  });
  assertEquals(again.status, 304);
});

Deno.test("inspector: no path leaves the page's folder", async () => {
  const { get } = open();
  const paths = [
    "/inspector/assets/..%2fhandler.ts",
    "/inspector/assets/%2e%2e/handler.ts",
    "/inspector/assets/js//main.js",
    "/inspector/assets/.env",
    "/inspector/assets/index",
  ];
  for (const path of paths) assertEquals((await get(path)).status, 404, path);
});

Deno.test("inspector: it only reads", async () => {
  const { get } = open();
  const answer = await get("/inspector/api/actors", { method: "POST", body: "{}" });
  assertEquals(answer.status, 405);
  assertEquals(answer.headers.get("allow"), "GET");
});

Deno.test("inspector: bad input is refused by name and rule", async () => {
  const { get } = open();
  const refused: readonly (readonly [string, string])[] = [
    ["actors?kind=ghost", '"kind" must be one of kernel, exchange'],
    ["actors?offset=-1", '"offset" must be a whole number'],
    ["actors?limit=0", '"limit" must be a whole number from 1 to 200'],
    ["actors?limit=5000", '"limit" must be a whole number from 1 to 200'],
    ["actors?limit=1e2", '"limit"'],
    [`actors?text=${"x".repeat(200)}`, '"text" must be at most 128 characters'],
    [`actor?id=${"x".repeat(300)}`, '"id" must be at most 256 characters'],
    ["events?since=yesterday", '"since" must be a whole number'],
    ["stream?log=everything", '"log" must be focus, all or none'],
  ];
  for (const [path, reason] of refused) {
    const answer = await get(`/inspector/api/${path}`);
    assertEquals(answer.status, 400, path);
    assertEquals(answer.headers.get("content-type"), "application/problem+json");
    assertStringIncludes((await answer.json()).detail, reason);
  }
});

Deno.test("inspector: rows are filtered by text, kind and state, and windowed", async () => {
  const { get } = open({ intents: 500 });
  const read = async (query: string) => await (await get(`/inspector/api/actors?${query}`)).json();
  const page = await read("kind=intent&offset=100&limit=50");
  assertEquals([page.rows.length, page.total, page.offset], [50, 500, 100]);
  assertEquals((await read("text=GRID-BTC-0042")).rows[0].id, intentActorId(42));
  const failed = await read("kind=intent&state=FAILED");
  assert(failed.rows.every((row: { state: string }) => row.state === "FAILED"));
  assertEquals((await read("exchange=ghost")).total, 0);
});

Deno.test("inspector: an actor comes with desired and actual; an unknown one is 404", async () => {
  const { get } = open();
  const { actor, intent } = await (await get(`/inspector/api/actor?id=${intentActorId(1)}`)).json();
  assertEquals(actor.state, "ACTIVE.partiallyFilled");
  assertEquals(intent.intent.order.limitPrice, "64149.50");
  assertEquals(intent.state.filledAmount, "0.24700");
  assertEquals((await get("/inspector/api/actor?id=kernel/ghost")).status, 404);
  assertEquals((await get("/inspector/api/actor")).status, 404);
});

Deno.test("inspector: fields nobody listed are not shown, nor secrets in listed ones", async () => {
  const { kernel, get } = open();
  kernel.move(intentActorId(1), {
    state: "ACTIVE.open",
    edge: "ACTIVE|order.updated|0",
    fields: {
      privateNote: "canary-field",
      context: { attempts: 2, apiKey: "canary-key", venue: { passphrase: "canary-phrase" } },
    },
  });
  for (const path of [`actor?id=${intentActorId(1)}`, "actors", "events"]) {
    const text = await (await get(`/inspector/api/${path}`)).text();
    assertEquals(text.includes("canary"), false, path);
  }
  const { actor } = await (await get(`/inspector/api/actor?id=${intentActorId(1)}`)).json();
  assertEquals(actor.context, { attempts: 2, apiKey: "hidden", venue: { passphrase: "hidden" } });
});

Deno.test("inspector: an intent's committed projection is shown by its listed fields", async () => {
  const { kernel, get } = open();
  const facade = kernel.facade.exchange("paper_main");
  const name = "grid-btc-0001";
  kernel.move(intentActorId(1), {
    state: "ACTIVE.open",
    edge: "ACTIVE|order.updated|0",
    fields: {
      context: { intent: facade.getOrderIntent(name), state: facade.getOrderState(name) },
    },
  });
  const answer = await get(`/inspector/api/actor?id=${intentActorId(1)}`);
  const text = await answer.text();
  assertEquals(text.includes("canary-metadata"), false);
  assertEquals(JSON.parse(text).actor.context, {});
  assertEquals(JSON.parse(text).intent.intent.order.amount, "0.40000");
});

Deno.test("inspector: a machine comes with its chart, two layouts and Mermaid text", async () => {
  const { get, inspector } = open({ layOut: layoutBoth });
  const drawn = await (await get("/inspector/api/machines/intent")).json();
  assertEquals(drawn.chart.name, "intent");
  assert(drawn.layouts.tall.boxes.length > 10 && drawn.layouts.wide.wires.length > 10);
  assertStringIncludes(drawn.mermaid, "stateDiagram-v2");
  assertEquals((await get("/inspector/api/machines/ghost")).status, 404);
  assertEquals((await get("/inspector/api/machines/%")).status, 404);
  await inspector.close();
});

Deno.test("inspector: the log of an intent holds its events, newest last", async () => {
  const { kernel, get } = open();
  for (let turn = 0; turn < 5_000; turn++) {
    kernel.tell("OrderSubmitted", `grid-btc-000${turn % 3}`, "order.submit");
  }
  const path = `/inspector/api/events?actor=${intentActorId(2)}&limit=3`;
  const { events, lastEventId } = await (await get(path)).json();
  assertEquals(lastEventId, 5_000);
  assertEquals(events.map((event: { eventId: number }) => event.eventId), [4_992, 4_995, 4_998]);
});
