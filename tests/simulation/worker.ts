/** Runs jobs for `simulate.ts`, one at a time. */
import { type Job, runJob } from "./simulate.ts";

/** Of a worker's global scope, what is used here; the DOM's types know windows only. */
interface Scope {
  onmessage: ((event: MessageEvent<Job>) => void) | null;
  postMessage(message: unknown): void;
}

const scope = globalThis as unknown as Scope; // in a worker it is one
scope.onmessage = ({ data }) => {
  runJob(data).then((outcome) => scope.postMessage(outcome), (error) => {
    // Thrown from a timer it reaches `onerror` of whoever started the worker.
    setTimeout(() => {
      throw error;
    }, 0);
  });
};
