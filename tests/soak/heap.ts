/** How much the heap holds once nothing unreachable is left in it. */
import v8 from "node:v8";
import vm from "node:vm";

v8.setFlagsFromString("--expose-gc");
const collect: () => void = vm.runInNewContext("gc");

export function heapBytes(): number {
  collect();
  return Deno.memoryUsage().heapUsed;
}
