/** How a case says that something is wrong, or that it cannot be shown here. */

/** The adapter breaks a rule of the port. */
export class Breach extends Error {
  override readonly name = "Breach";
}

/** The case cannot be shown with this target; `message` says what is missing. */
export class NotShown extends Error {
  override readonly name = "NotShown";
}

/** @throws {Breach} when it does not hold. */
export function holds(condition: unknown, rule: string, seen?: unknown): asserts condition {
  if (!condition) throw new Breach(seen === undefined ? rule : `${rule}; got ${shown(seen)}`);
}

/** @throws {Breach} when they differ as JSON. */
export function same(seen: unknown, expected: unknown, what: string): void {
  const [got, wanted] = [shown(seen), shown(expected)];
  if (got !== wanted) throw new Breach(`${what}: must be ${wanted}, got ${got}`);
}

/** The outcome, when it is of this kind. @throws {Breach} when it is of another one. */
export function only<O extends { readonly kind: string }, K extends O["kind"]>(
  outcome: O,
  kind: K,
  what: string,
): Extract<O, { readonly kind: K }> {
  if (outcome.kind !== kind) throw new Breach(`${what}: must be ${kind}, got ${shown(outcome)}`);
  return outcome as Extract<O, { readonly kind: K }>; // its kind was compared
}

/** What a read gave. @throws {Breach} when it failed. */
export function valueOf<T>(
  outcome: { readonly kind: "read"; readonly value: T } | { readonly kind: "failed" },
  what: string,
): T {
  return only(outcome, "read", what).value;
}

/** Enough to see what went wrong. */
const SHOWN_LENGTH_MAX = 400;

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > SHOWN_LENGTH_MAX ? `${text.slice(0, SHOWN_LENGTH_MAX)}…` : text;
}
