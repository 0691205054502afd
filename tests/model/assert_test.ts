import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { assert, assertNever, InvariantError } from "../../src/model/assert.ts";

Deno.test("assert: a condition that holds passes and narrows", () => {
  const value: string | null = ["a"][0] ?? null;
  assert(value !== null, "value is set");
  assertEquals(value.length, 1);
});

Deno.test("assert: a condition that fails is an InvariantError with the invariant", () => {
  const error = assertThrows(
    () => assert(1 > 2, "filled quantity never decreases"),
    InvariantError,
  );
  assertEquals([error.name, error.code, error.message], [
    "InvariantError",
    "INVARIANT",
    "filled quantity never decreases",
  ]);
});

Deno.test("assert: an unhandled variant is named, its contents are not", () => {
  const variant = { kind: "newKind", secret: "canary" } as never;
  const error = assertThrows(() => assertNever(variant, "fact"), InvariantError);
  assertStringIncludes(error.message, "Cannot handle fact: an object of kind newKind");
  assertEquals(error.message.includes("canary"), false);
  assertThrows(() => assertNever("x" as never), InvariantError, "Cannot handle variant: x");
});
