/** What the cases are given, and the words they are written in. */
import type { Batch, IntentFilter, Receipt, Store } from "../../stores/store.ts";

/** One kind of store. */
export interface StoreTarget {
  /** For people. */
  readonly name: string;
  /** A store with nothing in it. `dispose` removes what it left behind. */
  open(): Promise<{ readonly store: Store; dispose(): Promise<void> }>;
}

/** Adds one behaviour; it gets an empty store that is closed afterwards. */
export type Test = (behaviour: string, body: (store: Store) => Promise<void>) => void;

/** Waits for stores that answer later as well. */
export async function append(store: Store, batch: Partial<Batch>): Promise<Receipt> {
  return await store.append({ turns: [], ...batch });
}

export function idsOf(store: Store, filter: IntentFilter): readonly string[] {
  return store.intents(filter).items.map(({ intentId }) => intentId);
}
