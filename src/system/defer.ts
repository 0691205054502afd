/** Runs a callback once the current work of the event loop is done: turns gather until then. */
export function systemDefer(callback: () => void): void {
  setImmediate(callback);
}
