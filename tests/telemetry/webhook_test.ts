import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Alert } from "../../src/model/alert.ts";
import { WEBHOOK_QUEUE_MAX, WEBHOOK_TRIES_MAX } from "../../src/model/limits.ts";
import { VirtualClock } from "../../src/system/virtual_clock.ts";
import { redact } from "../../src/telemetry/redact.ts";
import {
  CLOSE_MS,
  openWebhook,
  SIGNATURE_HEADER,
  TIMESTAMP_HEADER,
  TRY_MS,
  type Webhook,
  webhookRefusal,
} from "../../src/telemetry/webhook.ts";
import { RecordedLog } from "../api/served.ts";

const URL_TEXT = "https://hooks.example/services/T0canary/B1canary";
const SECRET = "webhook-canary-secret-1234";

/** A receiver: each try takes the next of `answers`, then 200. */
interface Stage {
  readonly clock: VirtualClock;
  readonly log: RecordedLog;
  readonly webhook: Webhook;
  readonly requests: { readonly url: string; readonly headers: Headers; readonly body: string }[];
  readonly answers: (number | "silent" | "down")[];
  ids(): readonly string[];
  settle(ms?: number): Promise<void>;
  /** Signatures are made by other threads: only the request itself tells that one is done. */
  arrived(count: number): Promise<void>;
}

function stage(secret?: string): Stage {
  const clock = new VirtualClock();
  const log = new RecordedLog();
  const requests: Stage["requests"] = [];
  const answers: Stage["answers"] = [];
  const webhook = openWebhook({
    url: URL_TEXT,
    clock,
    log,
    ...(secret === undefined ? {} : { secret }),
    fetch: (url, init) => {
      assertEquals(init?.redirect, "error");
      requests.push({
        url: String(url),
        headers: new Headers(init?.headers),
        body: String(init?.body),
      });
      const answer = answers.shift() ?? 200;
      if (answer === "down") {
        return Promise.reject(new TypeError(`cannot reach ${url}`));
      }
      if (answer !== "silent") return Promise.resolve(new Response("{}", { status: answer }));
      return new Promise((_, reject) => {
        const { signal } = init ?? {};
        const abort = () => reject(new DOMException("aborted", "AbortError"));
        if (signal?.aborted === true) abort();
        else signal?.addEventListener("abort", abort, { once: true });
      });
    },
  });
  return {
    clock,
    log,
    webhook,
    requests,
    answers,
    ids: () => requests.map(({ body }) => JSON.parse(body).id),
    settle: async (ms = 0) => {
      await clock.advanceAsync(0);
      await clock.advanceAsync(ms);
      await clock.advanceAsync(0);
    },
    arrived: async (count) => {
      for (let turns = 0; requests.length < count; turns++) {
        assert(turns < 100_000, `${requests.length} of ${count} requests arrived`);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await clock.advanceAsync(0);
    },
  };
}

function alert(id: string, details: Alert["details"] = {}): Alert {
  return {
    id,
    kind: "DriftOpened",
    severity: "warning",
    exchangeId: "a",
    intentId: null,
    at: 1,
    message: "m",
    details,
  };
}

Deno.test("webhook: each alert is one POST of JSON, in order", async () => {
  const s = stage();
  s.webhook.send(alert("1"));
  s.webhook.send(alert("2"));
  assertEquals(s.requests.length, 0, "nothing is sent within the call");
  await s.settle();
  assertEquals(s.ids(), ["1", "2"]);
  const [first] = s.requests;
  assertEquals([first?.url, first?.headers.get("content-type")], [URL_TEXT, "application/json"]);
  assertEquals(JSON.parse(first?.body ?? ""), alert("1"));
  assertEquals(first?.headers.get(SIGNATURE_HEADER), null);
  await s.webhook.close();
});

Deno.test("webhook: with a secret, timestamp and body are signed", async () => {
  const s = stage(SECRET);
  s.webhook.send(alert("1"));
  await s.arrived(1);
  const { headers, body } = s.requests[0]!;
  const timestamp = headers.get(TIMESTAMP_HEADER);
  assertEquals(timestamp, String(s.clock.now()));
  const key = await crypto.subtle.importKey(
    "raw",
    new TextEncoder().encode(SECRET),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["verify"],
  );
  const [scheme, hex = ""] = (headers.get(SIGNATURE_HEADER) ?? "").split("=");
  const bytes = Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const signed = new TextEncoder().encode(`${timestamp}.${body}`);
  assertEquals([scheme, await crypto.subtle.verify("HMAC", key, bytes, signed)], ["sha256", true]);
  await s.webhook.close();
});

Deno.test("webhook: a receiver that fails is tried again, after growing pauses", async () => {
  const s = stage();
  s.answers.push(503, "down", 429);
  s.webhook.send(alert("1"));
  await s.settle();
  assertEquals(s.requests.length, 1);
  await s.settle(1_000);
  assertEquals(s.requests.length, 2);
  await s.settle(1_000);
  assertEquals(s.requests.length, 2);
  await s.settle(1_000);
  assertEquals(s.requests.length, 3);
  await s.settle(4_000);
  assertEquals(s.ids(), ["1", "1", "1", "1"]);
  await s.webhook.close();
});

Deno.test("webhook: a refusal is final, tries are bounded, and what was lost is told with the next that arrives", async () => {
  const s = stage();
  s.answers.push(404, ...Array.from({ length: WEBHOOK_TRIES_MAX }, () => 500));
  s.webhook.send(alert("refused"));
  s.webhook.send(alert("failed"));
  s.webhook.send(alert("taken"));
  await s.settle();
  for (let i = 0; i < 10; i++) await s.settle(30_000);
  const ids = s.ids();
  assertEquals(ids.filter((id) => id === "refused").length, 1);
  assertEquals(ids.filter((id) => id === "failed").length, WEBHOOK_TRIES_MAX);
  assertEquals(ids.at(-2), "taken");
  const summary = JSON.parse(s.requests.at(-1)?.body ?? "");
  assertEquals([summary.kind, summary.details], ["AlertsDropped", { of: "webhook", dropped: 2 }]);
  await s.webhook.close();
});

Deno.test("webhook: an address that always refuses is asked once per alert, and no more", async () => {
  const s = stage();
  s.answers.push(...Array.from({ length: 50 }, () => 404));
  for (const id of ["1", "2", "3"]) s.webhook.send(alert(id));
  for (let i = 0; i < 5; i++) await s.settle(60_000);
  assertEquals(s.ids(), ["1", "2", "3"]);
  await s.webhook.close();
});

Deno.test("webhook: a try that gets no answer is given up and repeated", async () => {
  const s = stage();
  s.answers.push("silent");
  s.webhook.send(alert("1"));
  await s.settle();
  await s.settle(TRY_MS);
  await s.settle(1_000);
  assertEquals(s.ids(), ["1", "1"]);
  await s.webhook.close();
});

Deno.test("webhook: the queue is bounded; the oldest go, and are counted", async () => {
  const s = stage();
  s.answers.push("silent");
  s.webhook.send(alert("under way"));
  await s.settle();
  for (let i = 0; i < WEBHOOK_QUEUE_MAX + 5; i++) s.webhook.send(alert(`q${i}`));
  await s.settle(TRY_MS);
  await s.settle(1_000);
  const ids = s.ids();
  assertEquals(ids.slice(0, 2), ["under way", "under way"]);
  assertEquals(JSON.parse(s.requests[2]!.body).details, { of: "webhook", dropped: 5 });
  assertEquals(ids.slice(3), Array.from({ length: WEBHOOK_QUEUE_MAX }, (_, i) => `q${i + 5}`));
  await s.webhook.close();
});

Deno.test("webhook: closing delivers what waits, and ends in time with a receiver that is silent", async () => {
  const s = stage();
  s.webhook.send(alert("1"));
  s.webhook.send(alert("2"));
  await s.webhook.close();
  assertEquals(s.ids(), ["1", "2"]);
  s.webhook.send(alert("late"));
  await s.settle();
  assertEquals(s.ids(), ["1", "2"]);

  const silent = stage();
  silent.answers.push("silent", "silent", "silent");
  silent.webhook.send(alert("1"));
  await silent.settle();
  let closed = false;
  const closing = silent.webhook.close().then(() => closed = true);
  await silent.settle(CLOSE_MS - 1);
  assertEquals(closed, false);
  await silent.settle(1);
  await closing;
  assert(silent.log.lines.some((line) => line.includes("not delivered")));
});

Deno.test("webhook: no secret gets out: not in a body, not in the log", async () => {
  const s = stage(SECRET);
  s.answers.push("down", 500, 404);
  s.webhook.send(alert("1", { apiSecret: "abc", note: `it was ${SECRET}` }));
  for (let tries = 1; tries <= 3; tries++) {
    await s.arrived(tries);
    await s.settle(5_000);
  }
  assert(s.log.lines.length >= 3);
  for (const text of [...s.log.lines, ...s.requests.map(({ body }) => body)]) {
    assert(!text.includes(SECRET) && !text.includes("canary"), text);
    assert(!text.includes("abc"), text);
  }
  assertEquals(redact("POST /services/T0canary/B1canary failed"), "POST [redacted] failed");
  await s.webhook.close();
});

Deno.test("webhook: only http and https addresses without credentials are taken", () => {
  for (const url of ["ftp://x/y", "file:///etc/passwd", "javascript:1", "no address", ""]) {
    assert(webhookRefusal(url) !== null, url);
  }
  const withUser = "https://user:canary-pass@hooks.example/";
  const error = assertThrows(
    () => openWebhook({ url: withUser, clock: new VirtualClock(), log: new RecordedLog() }),
    RangeError,
    "no user and no password",
  );
  assert(!error.message.includes("canary"));
  assertThrows(
    () =>
      openWebhook({
        url: URL_TEXT,
        secret: "short",
        clock: new VirtualClock(),
        log: new RecordedLog(),
      }),
    RangeError,
    "secret must have at least 16 characters",
  );
  assertEquals(webhookRefusal("http://127.0.0.1:9/x"), null);
});
