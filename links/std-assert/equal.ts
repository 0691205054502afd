/** Structural equality by the rules of `@std/assert`. */

type Keyed = { readonly [key: PropertyKey]: unknown };

/**
 * Deep equality: NaN equals NaN, 0 equals -0, a null prototype equals a plain one, a key that is
 * absent does not equal a key that is undefined, Sets and Maps compare without order.
 */
export function equal(a: unknown, b: unknown): boolean {
  return compare(a, b, new Map());
}

function compare(a: unknown, b: unknown, seen: Map<unknown, unknown>): boolean {
  if (a === b || Object.is(a, b)) return true;
  if (!isObject(a) || !isObject(b)) return false;
  if (!sameConstructor(a, b)) return false;
  if (a instanceof RegExp && b instanceof RegExp) return String(a) === String(b);
  if (a instanceof URL && b instanceof URL) return String(a) === String(b);
  if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime());
  if (a instanceof WeakMap || a instanceof WeakSet) {
    throw new TypeError("cannot compare WeakMap or WeakSet instances");
  }
  if (a instanceof WeakRef && b instanceof WeakRef) return compare(a.deref(), b.deref(), seen);
  if (a instanceof Error && b instanceof Error && a.message !== b.message) return false;
  if (seen.get(a) === b) return true;
  seen.set(a, b);
  if (a instanceof Set && b instanceof Set) {
    if (a.size === b.size && [...a].every((item) => b.has(item))) return true;
    return sameMembers([...a], [...b], seen);
  }
  if (a instanceof Map && b instanceof Map) return sameMembers([...a], [...b], seen);
  return sameKeys(a, b, seen);
}

function sameKeys(a: Keyed, b: Keyed, seen: Map<unknown, unknown>): boolean {
  const keys = ownKeys(a);
  if (keys.length !== ownKeys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && compare(a[key], b[key], seen));
}

function sameMembers(a: unknown[], b: unknown[], seen: Map<unknown, unknown>): boolean {
  if (a.length !== b.length) return false;
  const left = [...b];
  return a.every((item) => {
    const at = left.findIndex((other) => compare(item, other, new Map(seen)));
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
}

function ownKeys(value: Keyed): PropertyKey[] {
  const symbols = Object.getOwnPropertySymbols(value)
    .filter((symbol) => Object.prototype.propertyIsEnumerable.call(value, symbol));
  return [...Object.keys(value), ...symbols];
}

function isObject(value: unknown): value is Keyed {
  return typeof value === "object" && value !== null;
}

function sameConstructor(a: Keyed, b: Keyed): boolean {
  if (a.constructor === b.constructor) return true;
  return (a.constructor === Object && !b.constructor) ||
    (!a.constructor && b.constructor === Object);
}
