/**
 * The assertions of `@std/assert` that this project uses, with the same names, signatures and
 * meaning, so that the package itself can take this folder's place without a change to any test.
 */
import { inspect } from "node:util";
import { equal } from "./equal.ts";

export { equal } from "./equal.ts";

export type Falsy = false | 0 | 0n | "" | null | undefined;

type Constructor<T = unknown> = abstract new (...args: never[]) => T;

/** Thrown by every assertion here. */
export class AssertionError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AssertionError";
  }
}

export function assert(expr: unknown, msg = ""): asserts expr {
  if (!expr) throw new AssertionError(msg);
}

export function assertFalse(expr: unknown, msg = ""): asserts expr is Falsy {
  if (expr) throw new AssertionError(msg);
}

export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) return;
  refuse("Values are not equal", msg, both(actual, expected));
}

export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  if (!equal(actual, expected)) return;
  refuse(`Expected actual: ${shown(actual)} not to be: ${shown(expected)}`, msg);
}

export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  if (Object.is(actual, expected)) return;
  refuse("Values are not strictly equal", msg, both(actual, expected));
}

export function assertNotStrictEquals<T>(actual: T, expected: T, msg?: string): void {
  if (!Object.is(actual, expected)) return;
  refuse('Expected "actual" to not be strictly equal to', msg, shown(actual));
}

export function assertExists<T>(actual: T, msg?: string): asserts actual is NonNullable<T> {
  if (actual !== undefined && actual !== null) return;
  refuse(`Expected actual: "${actual}" to not be null or undefined`, msg);
}

export function assertThrows(fn: () => unknown, msg?: string): unknown;
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: Constructor<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows(
  fn: () => unknown,
  classOrMsg?: Constructor<Error> | string,
  includesOrMsg?: string,
  msg?: string,
): unknown {
  const wanted = expectedError(classOrMsg, includesOrMsg, msg);
  try {
    fn();
  } catch (error) {
    return checkedError(error, wanted, "thrown");
  }
  refuse("Expected function to throw", wanted.msg);
}

export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: Constructor<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects(
  fn: () => PromiseLike<unknown>,
  classOrMsg?: Constructor<Error> | string,
  includesOrMsg?: string,
  msg?: string,
): Promise<unknown> {
  const wanted = expectedError(classOrMsg, includesOrMsg, msg);
  let promise: PromiseLike<unknown>;
  try {
    promise = fn();
  } catch {
    refuse("Function throws when expected to reject", wanted.msg);
  }
  if (typeof (promise as { then?: unknown } | null)?.then !== "function") {
    refuse("Function throws when expected to reject", wanted.msg);
  }
  try {
    await promise;
  } catch (error) {
    return checkedError(error, wanted, "rejected");
  }
  refuse("Expected function to reject", wanted.msg);
}

export function assertMatch(actual: string, expected: RegExp, msg?: string): void {
  if (expected.test(actual)) return;
  refuse(`Expected actual: "${actual}" to match: "${expected}"`, msg);
}

export function assertNotMatch(actual: string, expected: RegExp, msg?: string): void {
  if (!expected.test(actual)) return;
  refuse(`Expected actual: "${actual}" to not match: "${expected}"`, msg);
}

export function assertStringIncludes(actual: string, expected: string, msg?: string): void {
  if (actual.includes(expected)) return;
  refuse(`Expected actual: "${actual}" to contain: "${expected}"`, msg);
}

export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance?: number,
  msg?: string,
): void {
  if (Object.is(actual, expected)) return;
  const allowed = tolerance ?? (isFinite(expected) ? Math.abs(expected * 1e-7) : 1e-7);
  const difference = Math.abs(expected - actual);
  if (difference <= allowed) return;
  refuse(
    `Expected actual: "${actual}" to be close to "${expected}": delta "${difference}" is greater ` +
      `than "${allowed}"`,
    msg,
  );
}

export function assertGreater<T>(actual: T, expected: T, msg?: string): void {
  if (actual > expected) return;
  refuse(`Expect ${shown(actual)} > ${shown(expected)}`, msg);
}

export function assertGreaterOrEqual<T>(actual: T, expected: T, msg?: string): void {
  if (actual >= expected) return;
  refuse(`Expect ${shown(actual)} >= ${shown(expected)}`, msg);
}

export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  if (actual < expected) return;
  refuse(`Expect ${shown(actual)} < ${shown(expected)}`, msg);
}

export function assertLessOrEqual<T>(actual: T, expected: T, msg?: string): void {
  if (actual <= expected) return;
  refuse(`Expect ${shown(actual)} <= ${shown(expected)}`, msg);
}

export function assertArrayIncludes<T>(
  actual: ArrayLike<T>,
  expected: ArrayLike<T>,
  msg?: string,
): void {
  const have = Array.from(actual);
  const missing = Array.from(expected).filter((want) => !have.some((item) => equal(item, want)));
  if (missing.length === 0) return;
  refuse(
    `Expected actual: "${shown(actual)}" to include: "${shown(expected)}"`,
    msg,
    `missing: ${shown(missing)}`,
  );
}

/** Every key of `expected`, at any depth, must be in `actual` with an equal value. */
export function assertObjectMatch(
  // deno-lint-ignore no-explicit-any -- the signature of the package this stands in for
  actual: Record<PropertyKey, any>,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
): void {
  assertEquals(cutTo(actual, expected), cutTo(expected, expected), msg);
}

export function assertInstanceOf<T extends Constructor>(
  actual: unknown,
  expectedType: T,
  msg = "",
): asserts actual is InstanceType<T> {
  if (actual instanceof expectedType) return;
  refuse(`Expected object to be an instance of "${expectedType.name}"`, msg, shown(actual));
}

export function assertNotInstanceOf<A, T>(
  actual: A,
  unexpectedType: Constructor<T>,
  msg?: string,
): asserts actual is Exclude<A, T> {
  if (!(actual instanceof unexpectedType)) return;
  refuse(`Expected object to not be an instance of "${unexpectedType.name}"`, msg);
}

export function fail(msg?: string): never {
  refuse("Failed assertion", msg);
}

export function unreachable(reason?: string): never {
  refuse("Unreachable", reason);
}

interface WantedError {
  readonly ErrorClass: Constructor<Error> | undefined;
  readonly includes: string | undefined;
  readonly msg: string | undefined;
}

function expectedError(
  classOrMsg: Constructor<Error> | string | undefined,
  includesOrMsg: string | undefined,
  msg: string | undefined,
): WantedError {
  if (typeof classOrMsg === "string") {
    return { ErrorClass: undefined, includes: undefined, msg: classOrMsg };
  }
  if (classOrMsg === undefined) {
    return { ErrorClass: undefined, includes: undefined, msg: includesOrMsg };
  }
  return { ErrorClass: classOrMsg, includes: includesOrMsg, msg };
}

function checkedError(error: unknown, wanted: WantedError, verb: "thrown" | "rejected"): unknown {
  const { ErrorClass, includes, msg } = wanted;
  if (ErrorClass === undefined) return error;
  if (!(error instanceof Error)) refuse(`A non-Error object was ${verb}`, msg, shown(error));
  if (!(error instanceof ErrorClass)) {
    const { constructor, stack } = error as Error;
    refuse(
      `Expected error to be instance of "${ErrorClass.name}", but was "${constructor.name}"`,
      msg,
      stack,
    );
  }
  if (includes !== undefined && !error.message.includes(includes)) {
    refuse(
      `Expected error message to include ${shown(includes)}, but got ${shown(error.message)}`,
      msg,
    );
  }
  return error;
}

function cutTo(value: unknown, pattern: unknown, seen = new Map<unknown, unknown>()): unknown {
  if (!isPlain(value) || !isPlain(pattern)) return value;
  const known = seen.get(value);
  if (known !== undefined) return known;
  const cut: Record<PropertyKey, unknown> = Array.isArray(value)
    ? [] as unknown as Record<PropertyKey, unknown>
    : {};
  seen.set(value, cut);
  for (const key of Reflect.ownKeys(pattern)) {
    if (key in value && key !== "length") cut[key] = cutTo(value[key], pattern[key], seen);
  }
  return cut;
}

function isPlain(value: unknown): value is Record<PropertyKey, unknown> {
  if (typeof value !== "object" || value === null) return false;
  return !(value instanceof Map || value instanceof Set || value instanceof Date ||
    value instanceof RegExp);
}

function refuse(what: string, msg: string | undefined, detail?: string): never {
  const suffix = msg ? `: ${msg}` : ".";
  throw new AssertionError(detail === undefined ? what + suffix : `${what}${suffix}\n${detail}`);
}

function both(actual: unknown, expected: unknown): string {
  return `  actual:   ${shown(actual)}\n  expected: ${shown(expected)}`;
}

function shown(value: unknown): string {
  return inspect(value, { depth: 12, maxArrayLength: 200, sorted: true, breakLength: 100 });
}
