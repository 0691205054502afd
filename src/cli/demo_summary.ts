/** The demo's verdict in one line: the exchange's own ledger against what the kernel holds. */
import type { Kernel } from "../model/facade.ts";
import type { IntentId } from "../model/scalars.ts";
import type { Ledger } from "../testnet/dialect.ts";
import { differences, readRecord } from "./kernel_record.ts";

export interface Summary {
  readonly intents: number;
  readonly completed: number;
  readonly canceled: number;
  readonly failed: number;
  /** Orders in the ledger beyond the first under one client order id. */
  readonly duplicates: number;
  /** Acknowledged intents that are gone, orders nobody here knows, and what does not agree. */
  readonly lost: number;
  /** Open at the end. */
  readonly drift: number;
}

export interface Evidence {
  readonly kernel: Kernel;
  readonly exchangeId: string;
  readonly ledger: Ledger;
  /** Every id that `placeOrder` returned. */
  readonly acknowledged: ReadonlySet<IntentId>;
}

export function summarize({ kernel, exchangeId, ledger, acknowledged }: Evidence): Summary {
  const record = readRecord(kernel, exchangeId);
  const states = Object.values(record.intents).map((intent) => intent.state);
  const count = (state: string) => states.filter((each) => each === state).length;
  const { duplicates, strangers, disagreements } = differences(record, ledger);
  const missing = [...acknowledged].filter((id) => record.intents[id] === undefined);
  return {
    intents: states.length,
    completed: count("COMPLETED"),
    canceled: count("CANCELED"),
    failed: count("FAILED"),
    duplicates: duplicates.length,
    lost: missing.length + strangers.length + disagreements.length,
    drift: kernel.exchange(exchangeId).getReconciliationMetrics().openDrift,
  };
}

/** Several exchanges as one. */
export function together(summaries: readonly Summary[]): Summary {
  const sum = (field: keyof Summary) => summaries.reduce((all, each) => all + each[field], 0);
  return {
    intents: sum("intents"),
    completed: sum("completed"),
    canceled: sum("canceled"),
    failed: sum("failed"),
    duplicates: sum("duplicates"),
    lost: sum("lost"),
    drift: sum("drift"),
  };
}
