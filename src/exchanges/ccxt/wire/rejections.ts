/**
 * ccxt rejects promises that nobody awaits when a socket closes, and one unhandled rejection ends
 * the process. While an adapter is connected those of ccxt's own error classes are taken note of
 * and no more; every other rejection stays what it is.
 */
import type { CcxtErrorClass } from "../ccxt.ts";

/** Starts (or joins) the guard. @returns its end, which does nothing the second time. */
export function guardRejections(BaseError: CcxtErrorClass): () => void {
  if (guarded.size === 0) globalThis.addEventListener("unhandledrejection", onRejection);
  guarded.set(BaseError, (guarded.get(BaseError) ?? 0) + 1);
  let ended = false;
  return () => {
    if (ended) return;
    ended = true;
    const users = (guarded.get(BaseError) ?? 1) - 1;
    if (users > 0) guarded.set(BaseError, users);
    else guarded.delete(BaseError);
    if (guarded.size === 0) globalThis.removeEventListener("unhandledrejection", onRejection);
  };
}

/** Users by class: a deep import and the package root would bring two. */
const guarded = new Map<CcxtErrorClass, number>();

function onRejection(event: PromiseRejectionEvent): void {
  for (const BaseError of guarded.keys()) {
    if (event.reason instanceof BaseError) event.preventDefault();
  }
}
