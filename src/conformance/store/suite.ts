/** What every store must do, whatever it is made of. */
import type { Clock } from "../../model/clock.ts";
import type { Store } from "../../stores/store.ts";
import { eventTests, intentEventTests, pruneTests } from "./event_cases.ts";
import { fillTests, sideTests } from "./fact_cases.ts";
import { intentTests, lifeTests, routeTests } from "./intent_cases.ts";
import { pageTests } from "./page_cases.ts";
import type { StoreTarget } from "./subject.ts";

/** One behaviour. */
export interface StoreCase {
  readonly name: string;
  readonly run: (store: Store) => Promise<void>;
}

/** What came of one behaviour. */
export interface StoreCaseResult {
  /** Its name, unique among them. */
  readonly case: string;
  /** How it ended. */
  readonly verdict: "passed" | "failed";
  /** What is wrong; empty where nothing is. */
  readonly detail: string;
  /** How long it took. */
  readonly ms: number;
}

/** Every behaviour, in order. */
export const STORE_CASES: readonly StoreCase[] = collected();

/** Plays one behaviour on a store of its own. @throws {Error} where the store fails. */
export async function playStoreCase(target: StoreTarget, { run }: StoreCase): Promise<void> {
  const { store, dispose } = await target.open();
  try {
    await run(store);
  } finally {
    await store.close();
    await dispose();
  }
}

export async function storeResults(
  target: StoreTarget,
  clock: Clock,
): Promise<readonly StoreCaseResult[]> {
  const results: StoreCaseResult[] = [];
  for (const each of STORE_CASES) {
    const startedAt = clock.monotonic();
    let detail = "";
    try {
      await playStoreCase(target, each);
    } catch (error) {
      detail = error instanceof Error ? error.message : String(error);
    }
    const verdict = detail === "" ? "passed" : "failed";
    const ms = Math.round(clock.monotonic() - startedAt);
    results.push({ case: each.name, verdict, detail, ms });
  }
  return results;
}

function collected(): readonly StoreCase[] {
  const cases: StoreCase[] = [];
  const add = (name: string, run: StoreCase["run"]) => void cases.push({ name, run });
  for (
    const themes of [
      intentTests,
      routeTests,
      pageTests,
      fillTests,
      eventTests,
      intentEventTests,
      pruneTests,
      sideTests,
      lifeTests,
    ]
  ) themes(add);
  return cases;
}
