import { assert, assertEquals } from "@std/assert";
import type { z } from "zod";
import { JsonObjectSchema, JsonValueSchema, LabelsSchema } from "../../src/model/json.ts";

function codes(schema: z.ZodType<unknown, unknown>, input: unknown): readonly unknown[] {
  const result = schema.safeParse(input);
  if (result.success) return [];
  return result.error.issues.map((issue) => issue.code === "custom" && issue.params?.["code"]);
}

Deno.test("json: a value is copied, so that later changes do not reach it", () => {
  const input = { list: [1, "two", null, true, { deep: -0.5 }] };
  const value = JsonValueSchema.parse(input);
  assertEquals<unknown>(value, input);
  input.list[1] = "changed";
  assertEquals<unknown>(value, { list: [1, "two", null, true, { deep: -0.5 }] });
});

Deno.test("json: what JSON cannot hold is refused", () => {
  for (
    const input of [
      undefined,
      NaN,
      Infinity,
      1n,
      () => 1,
      Symbol("a"),
      new Date(0),
      new Map(),
    ]
  ) {
    assertEquals(codes(JsonValueSchema, input), ["JSON_MALFORMED"]);
    assertEquals(codes(JsonValueSchema, { a: [input] }), ["JSON_MALFORMED"]);
  }
});

Deno.test("json: keys that reach a prototype are refused at any depth", () => {
  for (const key of ["__proto__", "constructor", "prototype"]) {
    const input: unknown = JSON.parse(`{"a":[{"${key}":{"polluted":true}}]}`);
    assertEquals(codes(JsonValueSchema, input), ["JSON_KEY_RESERVED"]);
  }
  assertEquals((Object.prototype as { polluted?: unknown }).polluted, undefined);
});

Deno.test("json: 16 KiB of UTF-8 JSON are the most", () => {
  assertEquals(codes(JsonValueSchema, "a".repeat(16 * 1024 - 2)), []);
  assertEquals(codes(JsonValueSchema, "a".repeat(16 * 1024 - 1)), ["JSON_TOO_LARGE"]);
  assertEquals(codes(JsonValueSchema, "é".repeat(8 * 1024)), ["JSON_TOO_LARGE"]);
  assertEquals(codes(JsonValueSchema, "a".repeat(100_000_000)), ["JSON_TOO_LARGE"]);
});

Deno.test("json: the size counted is the size JSON.stringify writes", () => {
  const value = { key: ["\n\u0001é漢😀", 1.5, null, { a: {}, b: [] }], 'q"': false };
  const bytes = new TextEncoder().encode(JSON.stringify({ pad: "", value })).length;
  const fits = { pad: "p".repeat(16 * 1024 - bytes), value };
  assertEquals(codes(JsonValueSchema, fits), []);
  assertEquals(codes(JsonValueSchema, { ...fits, pad: fits.pad + "p" }), ["JSON_TOO_LARGE"]);
});

Deno.test("json: sixteen levels are the most, cycles included", () => {
  const cycle: Record<string, unknown> = {};
  cycle["self"] = cycle;
  assertEquals(codes(JsonValueSchema, cycle), ["JSON_TOO_DEEP"]);
  let deep: unknown = 1;
  for (let level = 0; level < 16; level++) deep = [deep];
  assertEquals(codes(JsonValueSchema, deep), []);
  assertEquals(codes(JsonValueSchema, [deep]), ["JSON_TOO_DEEP"]);
});

Deno.test("json: an object schema takes objects only", () => {
  assertEquals(codes(JsonObjectSchema, {}), []);
  for (const input of [null, [], "a", 1]) {
    assertEquals(codes(JsonObjectSchema, input), ["JSON_NOT_OBJECT"]);
  }
});

Deno.test("json: labels are short words, as in Kubernetes", () => {
  const labels = { app: "grid", "example.com/team": "desk-1", empty: "" };
  assertEquals<unknown>(LabelsSchema.parse(labels), labels);
  for (
    const input of [
      { a: 1 },
      { a: "b c" },
      { a: "x".repeat(64) },
      { "": "b" },
      { "-a": "b" },
      { ["k".repeat(64)]: "b" },
      { constructor: "b" },
    ]
  ) {
    assertEquals(codes(LabelsSchema, input), ["LABEL_MALFORMED"], JSON.stringify(input));
  }
  assertEquals(codes(LabelsSchema, JSON.parse('{"__proto__":"b"}')), ["LABEL_MALFORMED"]);
  assertEquals(codes(LabelsSchema, []), ["LABELS_NOT_OBJECT"]);
});

Deno.test("json: at most 32 labels", () => {
  const many = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, "v"]));
  assert(LabelsSchema.safeParse(many(32)).success);
  assertEquals(codes(LabelsSchema, many(33)), ["LABELS_TOO_MANY"]);
});
