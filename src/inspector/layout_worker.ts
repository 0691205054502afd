/** Lays charts out beside the kernel's thread: a cold layout takes near 100 ms of it otherwise. */
import { layoutBoth, type Layouts } from "./layout.ts";
import type { Sketch } from "./sketch.ts";

export interface LayoutQuestion {
  readonly id: number;
  readonly sketched: Sketch;
}

export interface LayoutAnswer {
  readonly id: number;
  /** Null when ELK failed. */
  readonly layouts: Layouts | null;
}

// The types in force are a window's; a worker's scope posts to its one owner, without an origin.
const owner = self as unknown as { postMessage(answer: LayoutAnswer): void };

self.addEventListener("message", (event) => {
  const { id, sketched } = (event as MessageEvent<LayoutQuestion>).data;
  layoutBoth(sketched).then(
    (layouts) => owner.postMessage({ id, layouts }),
    () => owner.postMessage({ id, layouts: null }),
  );
});
