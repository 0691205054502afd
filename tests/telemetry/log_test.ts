import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { errorField, type LogLevel, openLog, silentLog } from "../../src/telemetry/log.ts";
import type { JsonValue } from "../../src/model/intent.ts";
import { REDACTED, registerSecret } from "../../src/telemetry/redact.ts";
import { VIRTUAL_START, VirtualClock } from "../../src/system/virtual_clock.ts";

function recorded(level?: LogLevel) {
  const lines: string[] = [];
  const log = openLog({
    clock: new VirtualClock(),
    name: "api",
    write: (line) => lines.push(line),
    ...(level === undefined ? {} : { level }),
  });
  return { log, lines };
}

Deno.test("log: a line is one JSON object with time, level, message, name and fields", () => {
  const { log, lines } = recorded();
  log.info("order placed", { intentId: "a", count: 2 });
  assertEquals(lines.length, 1);
  assert(lines[0]!.endsWith("}\n"));
  assertEquals(JSON.parse(lines[0]!), {
    "@timestamp": new Date(VIRTUAL_START).toISOString(),
    level: "INFO",
    message: "order placed",
    logger: "kernel.api",
    fields: { intentId: "a", count: 2 },
  });
});

Deno.test("log: levels below the configured one are silent, off silences all", () => {
  const counts = (["debug", "info", "warn", "error", "off"] as const).map((level) => {
    const { log, lines } = recorded(level);
    log.debug("d");
    log.info("i");
    log.warn("w");
    log.error("e");
    return lines.length;
  });
  assertEquals(counts, [4, 3, 2, 1, 0]);
});

Deno.test("log: a line feed in a message or field does not make a second line", () => {
  const { log, lines } = recorded();
  log.info('one\n{"level":"ERROR"}', { text: "a\nb\u0007" });
  assertEquals(lines[0]!.indexOf("\n"), lines[0]!.length - 1);
});

Deno.test("log: a canary secret appears in no field, message, error, cause or nested value", () => {
  const { log, lines } = recorded();
  registerSecret("log-canary-0123456789");
  const cause = new Error("inner log-canary-0123456789");
  const error = Object.assign(new Error("apiKey=CANARY failed", { cause }), {
    request: { headers: { "X-MBX-APIKEY": "CANARY" } },
  });
  log.error("request failed with secret=CANARY", {
    apiKey: "CANARY",
    nested: { deep: [{ signature: "CANARY" }] },
    url: "https://host/?timestamp=1&signature=CANARY",
    error: errorField(error),
    inner: { error: errorField(error) },
    plain: "log-canary-0123456789",
  });
  const line = lines[0]!;
  assert(!line.includes("CANARY") && !line.includes("log-canary"), line);
  const { fields } = JSON.parse(line);
  assertEquals([fields.apiKey, fields.nested.deep[0].signature], [REDACTED, REDACTED]);
  assertStringIncludes(fields.error.message, "failed");
});

Deno.test("log: a message with braces is no template", () => {
  const { log, lines } = recorded();
  log.info("literal {intentId}", { intentId: "a" });
  assertEquals(JSON.parse(lines[0]!).message, "literal {intentId}");
});

Deno.test("log: a huge field is cut, and the line says so", () => {
  const { log, lines } = recorded();
  log.info("book", { levels: "x".repeat(100_000) });
  assert(lines[0]!.length < 20_000);
  assertEquals(JSON.parse(lines[0]!).message, "log line cut");
});

Deno.test("log: a field that cannot be written and a closed stream stop nothing", () => {
  const { log, lines } = recorded();
  const self: Record<string, JsonValue> = {};
  self["self"] = self;
  log.info("circular", { self });
  log.info("throws", {
    get trap(): string {
      throw new Error("no");
    },
  });
  log.info("plain");
  assert(lines.length >= 1);
  const closed = openLog({
    clock: new VirtualClock(),
    write: () => {
      throw new Error("closed");
    },
  });
  closed.error("nobody hears");
});

Deno.test("log: the silent one says nothing", () => {
  silentLog.debug("a");
  silentLog.info("a");
  silentLog.warn("a");
  silentLog.error("a", { apiKey: "x" });
});

Deno.test("log: an error becomes name, message, stack and causes, and no further property", () => {
  const chain = [1, 2, 3, 4, 5, 6].reduce<Error | undefined>(
    (cause, level) => new Error(`level ${level}`, cause === undefined ? {} : { cause }),
    undefined,
  );
  let field = errorField(Object.assign(chain!, { request: "signed" }));
  const messages: string[] = [];
  while (typeof field === "object" && field !== null && "message" in field) {
    messages.push(String(field["message"]));
    assert(!("request" in field));
    field = field["cause"] ?? null;
  }
  assertEquals(messages, ["level 6", "level 5", "level 4", "level 3", "level 2"]);
  assertEquals(errorField("thrown text"), "thrown text");
});
