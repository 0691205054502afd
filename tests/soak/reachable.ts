/** How much hangs on an object: what a leak of a library makes larger, wherever it keeps it. */

/** Objects, and entries of maps, sets and lists, that can be reached from `root`. */
export function reachable(root: object): number {
  const seen = new Set<object>([root]);
  const queue: object[] = [root];
  let entries = 0;
  for (let at = 0; at < queue.length; at++) {
    for (const value of valuesOf(queue[at]!)) {
      entries += 1;
      if ((typeof value !== "object" && typeof value !== "function") || value === null) continue;
      if (seen.has(value) || value === globalThis) continue;
      seen.add(value);
      queue.push(value);
    }
  }
  return entries;
}

function valuesOf(object: object): readonly unknown[] {
  if (object instanceof Map) return [...object.keys(), ...object.values()];
  if (object instanceof Set) return [...object];
  if (ArrayBuffer.isView(object)) return [];
  // Getters would run code; what they return is held somewhere else.
  const own = Object.values(Object.getOwnPropertyDescriptors(object));
  return own.flatMap((descriptor) => "value" in descriptor ? [descriptor.value] : []);
}
