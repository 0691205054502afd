/** Lays charts out beside the kernel's thread: a cold layout takes near 100 ms of it otherwise. */
import { layoutBoth } from "./layout.ts";
import type { Sketch } from "./sketch.ts";

/** As posted back: one of the two. */
interface Answer {
  readonly layouts?: Awaited<ReturnType<typeof layoutBoth>>;
  readonly error?: string;
}

// The types in force are a window's; a worker's scope posts to its one owner, without an origin.
const owner = self as unknown as { postMessage(answer: Answer): void };

self.addEventListener("message", (event) => {
  layoutBoth((event as MessageEvent<Sketch>).data).then(
    (layouts) => owner.postMessage({ layouts }),
    (error: unknown) => owner.postMessage({ error: String(error) }),
  );
});
