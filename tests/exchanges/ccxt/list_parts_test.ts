import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { partsOf } from "../../../src/exchanges/ccxt/instruments/list_parts.ts";

type Json = Readonly<Record<string, unknown>>;

/** What all parts have together. */
function together(text: string, path: readonly string[], charsMax: number): readonly unknown[] {
  const parts = partsOf(text, { path, charsMax });
  assert(parts !== null, text);
  const at = (part: unknown) => path.reduce((value, name) => (value as Json)[name], part);
  return Array.from({ length: parts.count }, (_, index) => at(JSON.parse(parts.part(index))))
    .flatMap((rows) => Array.isArray(rows) ? rows : Object.entries(rows as Json));
}

const rows = fc.array(fc.json().map((text) => JSON.parse(text) as unknown));
const spaces = fc.constantFrom(0, 1, 3);
const charsMax = fc.integer({ min: 1, max: 60 });

Deno.test("list parts: together they have every row once, in order, and the rest each", () => {
  fc.assert(fc.property(rows, spaces, charsMax, fc.json(), (list, space, max, other) => {
    const whole = { before: JSON.parse(other), result: { list, more: "]}" }, after: [1, {}] };
    const text = ` ${JSON.stringify(whole, null, space)}\n`;
    assertEquals(together(text, ["result", "list"], max), list);
    const first = JSON.parse(partsOf(text, { path: ["result", "list"], charsMax: max })!.part(0));
    assertEquals({ ...first, result: { ...first.result, list } }, whole);
  }));
});

Deno.test("list parts: an object is divided by its members", () => {
  const names = fc.dictionary(fc.string(), fc.json(), { noNullPrototype: true });
  fc.assert(fc.property(names, spaces, charsMax, (result, space, max) => {
    const text = JSON.stringify({ error: [], result }, null, space);
    assertEquals(together(text, ["result"], max), Object.entries(JSON.parse(text).result));
  }));
});

Deno.test("list parts: beyond the last one there are no rows", () => {
  const parts = partsOf('{"rows":[1,2,3],"n":3}', { path: ["rows"], charsMax: 3 })!;
  const texts = Array.from({ length: 3 }, (_, index) => parts.part(index));
  assertEquals(texts, ['{"rows":[1,2],"n":3}', '{"rows":[3],"n":3}', '{"rows":[],"n":3}']);
  assertEquals(parts.count, 2);
  assertEquals(partsOf('{"rows":[]}', { path: ["rows"], charsMax: 3 })?.count, 1);
});

for (
  const text of [
    "",
    "<html>",
    "[1,2]",
    '{"rows":7}',
    '{"other":[1,2]}',
    '{"rows":[1,2]',
    '{"rows":[1,2]}}',
    '{"rows":[1 2]}',
    '{"rows":[1,2,]}',
    '{"rows":["a]}',
    '{"rows":[{"a":1,]}',
    '{"rows" [1]}',
    // JSON.parse takes the last, and it would stand in every part.
    '{"rows":[1],"rows":[2]}',
  ]
) {
  Deno.test(`list parts: ${JSON.stringify(text)} is not divided`, () => {
    assertEquals(partsOf(text, { path: ["rows"], charsMax: 1 }), null);
  });
}

Deno.test("list parts: what is wrong inside of a row is wrong in its part", () => {
  const parts = partsOf('{"rows":[{"a":1},{"a" 2}]}', { path: ["rows"], charsMax: 1 })!;
  assertEquals(JSON.parse(parts.part(0)), { rows: [{ a: 1 }] });
  assertThrows(() => JSON.parse(parts.part(1)), SyntaxError);
});
