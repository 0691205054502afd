/** Opens the book of one exchange: what an intent needs of its surroundings, wired once. */
import { SEND_SLACK_MS } from "../machines/timeouts.ts";
import type { ExchangeAdapter } from "../src/exchanges/exchange.ts";
import type { Clock } from "../src/model/clock.ts";
import type { EpochMs } from "../src/model/scalars.ts";
import { Book } from "./book.ts";
import type { BookOptions } from "./book_options.ts";
import type { ExchangeOptions } from "./exchange_options.ts";
import { readmit } from "./readmit.ts";

/** What the exchange itself brings: its parts, and who hears what of an intent. */
export type ExchangeBookPorts = Pick<
  BookOptions,
  | "policy"
  | "runner"
  | "gate"
  | "onIsolated"
  | "onCrash"
  | "onDrift"
  | "onTurn"
  | "onRoundTrip"
  | "checkSend"
  | "onRetired"
>;

export function openBook(options: ExchangeOptions, ports: ExchangeBookPorts): Book {
  const { id, adapter, clock, journal, store, identity, intentTap } = options;
  const { capabilities, execution } = adapter;
  return new Book({
    ...ports,
    exchangeId: id,
    clock,
    journal,
    execution,
    capabilities,
    identity,
    deadlineFromNow: () => deadlineFromNow(adapter, clock),
    storedFillKeys: (intentId) => store.fillKeys(id, intentId),
    readmit: (order, intentId) => {
      const send = { kind: "submit", intentId, order, amount: order.amount } as const;
      return readmit(adapter, order) ?? ports.checkSend?.(send) ?? null;
    },
    tap: intentTap,
  });
}

function deadlineFromNow(adapter: ExchangeAdapter, clock: Clock): EpochMs {
  const now = adapter.venueNow() ?? clock.now();
  return now + adapter.capabilities.timing.validityMs + SEND_SLACK_MS;
}
