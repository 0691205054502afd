/**
 * Assertions about our own state. A failure is a bug of ours, never a fact of a venue: only a
 * supervisor catches it.
 */

/** One of our own invariants does not hold. */
export class InvariantError extends Error {
  readonly code = "INVARIANT";

  constructor(message: string) {
    super(message);
    this.name = "InvariantError";
  }
}

/**
 * States an invariant.
 * @throws {InvariantError} with `message`, the invariant, unless `condition` is true.
 */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

/**
 * Closes a `switch` over a union: the compiler refuses it while a member is unhandled.
 * @throws {InvariantError} when a value from outside the types reaches it all the same.
 */
export function assertNever(value: never, what = "variant"): never {
  throw new InvariantError(`Cannot handle ${what}: ${brief(value)}`);
}

/** Values may hold secrets or be huge, so only what a discriminant looks like is shown. */
function brief(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value).slice(0, 64);
  const { kind, type } = value as { readonly kind?: unknown; readonly type?: unknown };
  return `an object of kind ${String(kind ?? type ?? "unknown").slice(0, 64)}`;
}
