import {
  assert,
  assertAlmostEquals,
  assertArrayIncludes,
  assertEquals,
  assertExists,
  assertFalse,
  assertGreater,
  assertGreaterOrEqual,
  assertInstanceOf,
  AssertionError,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertNotEquals,
  assertObjectMatch,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
  fail,
  unreachable,
} from "@std/assert";

/** Not through `assertThrows`, which is itself under test here. */
function refuses(check: () => unknown): string {
  try {
    check();
  } catch (error) {
    if (error instanceof AssertionError) return error.message;
    throw error;
  }
  throw new Error("the assertion held");
}

async function refusesLater(check: () => Promise<unknown>): Promise<string> {
  const error = await check().then(() => null, (reason: unknown) => reason);
  if (error instanceof AssertionError) return error.message;
  throw new Error("the assertion held");
}

Deno.test("std assert: equality is deep, by value", () => {
  const same: readonly (readonly [unknown, unknown])[] = [
    [NaN, NaN],
    [0, -0],
    [{ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }],
    [{ a: 1, b: 2 }, { b: 2, a: 1 }],
    [Object.create(null), {}],
    [new Set([{ a: 1 }, { a: 2 }]), new Set([{ a: 2 }, { a: 1 }])],
    [new Map([[{ a: 1 }, 1]]), new Map([[{ a: 1 }, 1]])],
    [new Uint8Array([1, 2]), new Uint8Array([1, 2])],
    [new Date(5), new Date(5)],
    [/a/g, /a/g],
    [new Error("a"), new Error("a")],
  ];
  for (const [a, b] of same) {
    assertEquals(a, b);
    refuses(() => assertNotEquals(a, b));
  }
});

Deno.test("std assert: what differs is not equal", () => {
  const different: readonly (readonly [unknown, unknown])[] = [
    [1, "1"],
    [1, 1n],
    [null, undefined],
    [{ a: undefined }, {}],
    [{ a: undefined }, { b: undefined }],
    [[1, 2], [2, 1]],
    [[], {}],
    [new Set([1]), new Set([2])],
    [new Map([[1, 2]]), new Map([[1, 3]])],
    [new Uint8Array([1, 2]), new Uint8Array([1, 3])],
    [new Date(5), new Date(6)],
    [/a/g, /a/i],
    [new Error("a"), new Error("b")],
    [new Error("a"), new TypeError("a")],
    [{ [Symbol.for("a")]: 1 }, { [Symbol.for("a")]: 2 }],
  ];
  for (const [a, b] of different) {
    assertNotEquals(a, b);
    assert(refuses(() => assertEquals(a, b, "why")).startsWith("Values are not equal: why"));
  }
});

Deno.test("std assert: cycles are compared", () => {
  const cycle = (name: string) => {
    const node: Record<string, unknown> = { name };
    node["self"] = node;
    return node;
  };
  assertEquals(cycle("a"), cycle("a"));
  assertNotEquals(cycle("a"), cycle("b"));
});

Deno.test("std assert: conditions narrow types", () => {
  const value: unknown = "text";
  assert(typeof value === "string");
  assertStrictEquals(value.length, 4);
  const maybe: string | undefined = ["a"][0];
  assertExists(maybe);
  assertStrictEquals(maybe.length, 1);
  const error: unknown = new TypeError("a");
  assertInstanceOf(error, TypeError);
  assertStrictEquals(error.message, "a");
  refuses(() => assertInstanceOf(error, RangeError));
  for (const empty of [null, undefined]) refuses(() => assertExists(empty));
  assertExists(0);
  assertFalse("");
  refuses(() => assertFalse(1));
  refuses(() => assertStrictEquals({}, {}));
});

Deno.test("std assert: a thrown error is checked by class and message, and returned", () => {
  const bad = () => {
    throw new TypeError("bad input");
  };
  assertStrictEquals(assertThrows(bad, TypeError, "bad").message, "bad input");
  assertThrows(bad, Error);
  assertThrows(bad, "a message");
  assertStringIncludes(refuses(() => assertThrows(bad, RangeError)), 'but was "TypeError"');
  refuses(() => assertThrows(bad, TypeError, "good"));
  refuses(() => assertThrows(() => {}));
  const text = () => {
    throw "text";
  };
  assertStrictEquals(assertThrows(text), "text");
  assertStringIncludes(refuses(() => assertThrows(text, Error)), "non-Error");
});

Deno.test("std assert: a rejection is checked by class and message, and returned", async () => {
  const bad = () => Promise.reject(new TypeError("bad input"));
  assertStrictEquals((await assertRejects(bad, TypeError, "bad")).message, "bad input");
  assertInstanceOf(await assertRejects(bad), TypeError);
  await refusesLater(() => assertRejects(bad, RangeError));
  await refusesLater(() => assertRejects(bad, TypeError, "good"));
  await refusesLater(() => assertRejects(() => Promise.resolve()));
  const thrower = (): Promise<never> => {
    throw new TypeError("at once");
  };
  assertStringIncludes(await refusesLater(() => assertRejects(thrower)), "Function throws");
});

Deno.test("std assert: texts and numbers", () => {
  assertMatch("abc", /b/);
  refuses(() => assertMatch("abc", /d/));
  assertStringIncludes("abc", "bc");
  refuses(() => assertStringIncludes("abc", "cb"));
  assertAlmostEquals(0.1 + 0.2, 0.3);
  assertAlmostEquals(1, 1.4, 0.5);
  refuses(() => assertAlmostEquals(1, 1.4));
  assertGreater(2, 1);
  refuses(() => assertGreater(1, 1));
  assertGreaterOrEqual(1, 1);
  refuses(() => assertGreaterOrEqual(0, 1));
  assertLess(1, 2);
  refuses(() => assertLess(1, 1));
  assertLessOrEqual(1, 1);
  refuses(() => assertLessOrEqual(2, 1));
});

Deno.test("std assert: parts of lists and objects", () => {
  assertArrayIncludes([1, { a: 1 }, 3], [{ a: 1 }]);
  assertStringIncludes(refuses(() => assertArrayIncludes([1, 2], [3])), "missing: [ 3 ]");
  assertObjectMatch({ a: 1, b: { c: 2, d: [1, { e: 3, f: 4 }] } }, { b: { d: [1, { e: 3 }] } });
  refuses(() => assertObjectMatch({ a: 1 }, { b: 1 }));
  refuses(() => assertObjectMatch({ a: { b: 1 } }, { a: { b: 2 } }));
});

Deno.test("std assert: fail and unreachable always throw", () => {
  assertStrictEquals(refuses(() => fail("why")), "Failed assertion: why");
  assertStringIncludes(refuses(() => unreachable("why")), "why");
});
