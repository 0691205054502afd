/**
 * What a kernel holds of one exchange, read from its store through the public façade, and where it
 * differs from the exchange's own ledger. Nothing here trusts the kernel's view of itself.
 */
import { add, compare, type Decimal, decimal, ZERO } from "../model/decimal.ts";
import type { IntentView, Kernel } from "../model/facade.ts";
import type { IntentId } from "../model/scalars.ts";
import type { Ledger, LedgerOrder } from "../testnet/dialect.ts";

/** Plain JSON: a killed kernel's successor hands it to whoever judges it. */
export interface KernelRecord {
  readonly intents: Readonly<Record<IntentId, IntentRecord>>;
  /** Whose each client order id is; every one that was ever made. */
  readonly owners: Readonly<Record<string, IntentId>>;
  /** Booked quantity by exchange order id: not every trade a venue reports names ours. */
  readonly filled: Readonly<Record<string, Decimal>>;
}

export interface IntentRecord {
  /** The machine's full state. */
  readonly state: string;
  readonly filled: Decimal;
  /** Of the order that is live as far as the kernel knows. */
  readonly liveOrder: string | null;
}

export interface Differences {
  /** Orders of the ledger beyond the first under one client order id. */
  readonly duplicates: readonly string[];
  /** Intents with more than one live order. */
  readonly twiceLive: readonly string[];
  /** Orders of the ledger that nobody here made. */
  readonly strangers: readonly string[];
  /** Orders whose filled quantity, and intents whose state, is another one than the ledger's. */
  readonly disagreements: readonly string[];
}

const PAGE = 500;

export function readRecord(kernel: Kernel, exchangeId: string): KernelRecord {
  const intents: Record<IntentId, IntentRecord> = {};
  for (const view of allIntents(kernel, exchangeId)) {
    intents[view.intent.intentId] = {
      state: view.state.state,
      filled: view.state.filledAmount,
      liveOrder: liveOrderOf(view),
    };
  }
  return {
    intents,
    owners: ownersOf(kernel, exchangeId),
    filled: filledOf(kernel, exchangeId),
  };
}

export function allIntents(kernel: Kernel, exchangeId: string): readonly IntentView[] {
  const exchange = kernel.exchange(exchangeId);
  return pages((page) => exchange.getAllIntents({ includeTerminal: true, ...page }));
}

export function differences(record: KernelRecord, ledger: Ledger): Differences {
  const filled = ({ orderId }: LedgerOrder) => record.filled[orderId] ?? ZERO;
  const seen = new Set<string>();
  const live = new Map<IntentId, LedgerOrder>();
  const duplicates: string[] = [];
  const twiceLive: string[] = [];
  const strangers: string[] = [];
  const disagreements: string[] = [];
  for (const order of ledger.orders) {
    const id = ourForm(order.clientOrderId);
    const owner = record.owners[id];
    if (owner !== undefined && isLive(order)) {
      if (live.has(owner)) twiceLive.push(owner);
      live.set(owner, order);
    }
    // A second order under a known id is a duplicate; its fills say nothing about the first.
    if (seen.has(id)) duplicates.push(id);
    else if (owner === undefined) strangers.push(id);
    else if (compare(filled(order), decimal(order.executedQty)) !== 0) {
      disagreements.push(`${id}: filled ${filled(order)}, not ${order.executedQty}`);
    }
    seen.add(id);
  }
  for (const [id, intent] of Object.entries(record.intents)) {
    const order = live.get(id);
    const venue = order === undefined ? null : ourForm(order.clientOrderId);
    if (intent.liveOrder === venue && !isUnsettled(intent.state)) continue;
    disagreements.push(`${id}: ${intent.state} with ${intent.liveOrder}, at the venue ${venue}`);
  }
  return { duplicates, twiceLive, strangers, disagreements };
}

/** Venues spell the same 128 bits as plain hex, with `0x` before it or as a UUID. */
function ourForm(clientOrderId: string): string {
  const hex = clientOrderId.replace(/^0x|-/g, "").toLowerCase();
  return /^[0-9a-f]{32}$/.test(hex) ? hex : clientOrderId;
}

/** On its way to somewhere else: nothing to be compared yet. */
function isUnsettled(state: string): boolean {
  return state === "PENDING.ready" || state.startsWith("SUBMITTING.") ||
    state.startsWith("RECONCILING.");
}

function isLive({ status }: LedgerOrder): boolean {
  return status === "NEW" || status === "PARTIALLY_FILLED";
}

function liveOrderOf({ state }: IntentView): string | null {
  const last = state.attempts.at(-1);
  return state.reconciliationStatus === "ACTIVE" ? last?.clientOrderId ?? null : null;
}

/** From the events, since a state shows its newest attempts only. */
function ownersOf(kernel: Kernel, exchangeId: string): Record<string, IntentId> {
  const owners: Record<string, IntentId> = {};
  const filter = { exchangeId, type: "OrderSubmitted" } as const;
  for (let since = 0;;) {
    const { items } = kernel.storedEvents({ since, limit: PAGE, filter });
    for (const { eventId, intentId, payload } of items) {
      since = eventId;
      if (intentId !== null) owners[String(payload["clientOrderId"])] = intentId;
    }
    if (items.length === 0) return owners;
  }
}

function filledOf(kernel: Kernel, exchangeId: string): Record<string, Decimal> {
  const exchange = kernel.exchange(exchangeId);
  const filled: Record<string, Decimal> = {};
  for (const { exchangeOrderId: id, quantity } of pages((page) => exchange.getFills(page))) {
    filled[id] = add(filled[id] ?? ZERO, quantity);
  }
  return filled;
}

interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

function pages<T>(
  read: (query: { readonly limit: number; readonly cursor?: string }) => Page<T>,
): readonly T[] {
  const all: T[] = [];
  let page = read({ limit: PAGE });
  for (;;) {
    all.push(...page.items);
    if (page.next === null) return all;
    page = read({ limit: PAGE, cursor: page.next });
  }
}
