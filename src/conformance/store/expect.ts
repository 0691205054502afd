/** How a case of a store says that something is wrong. */
import { Breach } from "../expect.ts";

/** @throws {Breach} when they differ in any member; the order of members does not matter. */
export function alike(got: unknown, wanted: unknown): void {
  if (!isAlike(got, wanted)) {
    throw new Breach(`must be ${JSON.stringify(wanted)}, got ${JSON.stringify(got)}`);
  }
}

/** @throws {Breach} when it goes through, or fails as something else. */
export async function refuses(
  act: () => unknown,
  kind: abstract new (...args: never[]) => Error,
  text = "",
): Promise<void> {
  let failure: unknown;
  try {
    await act();
  } catch (error) {
    failure = error;
  }
  if (failure instanceof kind && failure.message.includes(text)) return;
  throw new Breach(`must be refused with a ${kind.name} about "${text}", got ${String(failure)}`);
}

function isAlike(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) {
    return false;
  }
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const [left, right] = [new Map(Object.entries(one)), new Map(Object.entries(other))];
  return left.size === right.size &&
    [...left].every(([key, value]) => right.has(key) && isAlike(value, right.get(key)));
}
