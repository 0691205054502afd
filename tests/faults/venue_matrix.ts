/**
 * Every fault of a request on one venue, through a whole kernel: what its intents say in the end is
 * compared with the venue's own books. Refusals for too many requests are left out: they only make
 * everything wait, and the conformance suite shows them.
 */
import { assert } from "@std/assert";
import type { ExchangeOptions } from "../../mod.ts";
import { add, decimal, multiply } from "../../src/model/decimal.ts";
import type { LedgerOrder } from "../../src/testnet/dialect.ts";
import type { ExchangeName } from "../../src/testnet/dialects.ts";
import { FAULT_NAMES, type FaultName, FAULTS } from "../../src/testnet/fault_catalogue.ts";
import { FastClock } from "./fast_clock.ts";
import { openStage, type Stage } from "./stage.ts";

/** By the names of the profile, as an account's own tier would be told. */
export type Budgets = Readonly<
  Record<string, { readonly capacity: number; readonly decayPerSecond?: number }>
>;

export interface MatrixMarket {
  readonly exchange: ExchangeName;
  readonly kind?: string;
  /** What else has to answer, for a key's permissions. */
  readonly beside?: readonly ExchangeName[];
  readonly market?: string;
  readonly symbolId: string;
  readonly leftOut?: readonly (readonly [FaultName, string])[];
  readonly budgets?: Budgets;
  /** Default: 0.003. */
  readonly matrixAmount?: string;
  /** Default: every dollar from 40000, far below where every local market of a coin starts. */
  readonly matrixPrices?: { readonly from: string; readonly step: string };
}

/** What came of the faults, counted against the venue's own books. */
export interface MatrixCounts {
  readonly faults: number;
  /** Intents with more than one live order. */
  readonly duplicates: number;
  /** Orders at the venue that no intent knows, and trades that no intent counts. */
  readonly lost: number;
  /** Intents that have ended with a live order, or are open without one. */
  readonly falseStates: number;
  /** Names what the three counts are about. */
  readonly wrong: readonly string[];
}

const LEFT_OUT: readonly FaultName[] = ["tooManyRequests", "banned"];
const MATRIX_FAULTS: readonly FaultName[] = FAULT_NAMES.filter((fault) =>
  FAULTS[fault].scope === "request" && !LEFT_OUT.includes(fault)
);
export type MatrixOperation = "submit" | "cancel";

/** A second takes a fifth. */
const TIMES = 5;
const TIMING = { validityMs: 5_000, engineBoundMs: 500, settleMs: 500 };
const REQUEST_TIMEOUT_MS = 2_000;
const PATIENCE_MS = 30_000;
const NAMES = { submit: "order.place", cancel: "order.cancel" } as const;
const AMOUNT = "0.003";
const PRICES = { from: "40000", step: "1" };

export async function faultMatrix(
  terms: MatrixMarket,
  operation: MatrixOperation,
): Promise<MatrixCounts> {
  const { exchange, kind = exchange, market, symbolId, beside = [], leftOut = [] } = terms;
  const { budgets, matrixAmount: amount = AMOUNT, matrixPrices: prices = PRICES } = terms;
  const faults = MATRIX_FAULTS.filter((fault) => !leftOut.some(([name]) => name === fault));
  const options: Partial<ExchangeOptions> = {
    kind,
    ...(market === undefined ? {} : { market }),
    timing: TIMING,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    limits: budgets === undefined ? {} : { budgets },
  };
  await using stage = await openStage({
    clock: new FastClock(TIMES),
    testnet: { exchanges: [exchange, ...beside] },
    exchange: options,
  });
  await within(() => isListed(stage, symbolId), () => `${symbolId} is not listed`);
  const intents = new Map<FaultName, string>();
  for (const [at, fault] of faults.entries()) {
    const limitPrice = add(decimal(prices.from), multiply(decimal(prices.step), decimal(at)));
    const order = { symbolId, side: "BUY", amount, limitPrice };
    if (operation === "cancel") {
      const id = await stage.exchange.placeOrder(order, { waitFor: "accepted" });
      intents.set(fault, id);
      await struck(stage, { exchange, fault, operation }, () => stage.exchange.cancelOrder(id));
    } else {
      await struck(stage, { exchange, fault, operation }, async () => {
        intents.set(fault, await stage.exchange.placeOrder(order));
      });
    }
  }
  stage.testnet.clearFaults();
  await within(() => [...intents.values()].every((id) => isSettled(stage.state(id))), () => {
    const open = [...intents].filter(([, id]) => !isSettled(stage.state(id)));
    return `${exchange}: ${open.map(([fault, id]) => `${fault} is ${stage.state(id)}`).join(", ")}`;
  });
  return await counted(stage, exchange, intents);
}

/** A kernel is there before its exchange is. */
function isListed({ exchange }: Stage, symbolId: string): boolean {
  if (exchange.healthCheck().state !== "ready") return false;
  try {
    return exchange.getSymbolMetadata(symbolId).symbolId === symbolId;
  } catch {
    return false;
  }
}

/** Whether nothing is under way any more. */
function isSettled(state: string): boolean {
  return state === "ACTIVE.open" || isEnded(state);
}

function isEnded(state: string): boolean {
  return ["COMPLETED", "CANCELED", "FAILED"].includes(state);
}

/** Until the venue has heard it. */
async function struck(
  stage: Stage,
  { exchange, fault, operation }: {
    readonly exchange: ExchangeName;
    readonly fault: FaultName;
    readonly operation: MatrixOperation;
  },
  ask: () => Promise<unknown>,
): Promise<void> {
  const match = { operation: NAMES[operation] };
  const heard = () =>
    stage.testnet.heard(exchange).filter((each) => each.operation.name === NAMES[operation]).length;
  const before = heard();
  stage.testnet.arm({ exchange, fault, match, count: 1 });
  const failures: unknown[] = [];
  const asked = ask().catch((error: unknown) => void failures.push(error));
  await within(
    () => heard() > before || failures.length > 0,
    () => `${exchange}: ${operation} under ${fault} is not sent`,
  );
  await asked;
  if (failures.length > 0) throw failures[0];
}

/** Once the books have stopped changing. */
async function counted(
  stage: Stage,
  exchange: ExchangeName,
  intents: ReadonlyMap<FaultName, string>,
): Promise<MatrixCounts> {
  await new Promise((resolve) => setTimeout(resolve, TIMING.validityMs / TIMES));
  const { orders } = stage.testnet.ledger(exchange);
  const known = new Set<string>();
  const wrong = { duplicates: [] as string[], lost: [] as string[], falseStates: [] as string[] };
  for (const [fault, id] of intents) {
    const { state, attempts, filledAmount } = stage.exchange.getOrderState(id);
    const own = new Set<string>(attempts.map(({ clientOrderId }) => clientOrderId));
    for (const each of own) known.add(each);
    const live = orders.filter((order) => own.has(ours(order)) && isLive(order));
    const isOpen = state === "ACTIVE.open";
    if (live.length > 1) wrong.duplicates.push(`${fault}: ${live.length} live orders`);
    if (isEnded(state) && live.length > 0) wrong.falseStates.push(`${fault}: ${state}, and live`);
    if (isOpen && live.length === 0) wrong.falseStates.push(`${fault}: ${state}, and not live`);
    if (Number(filledAmount) !== 0) wrong.lost.push(`${fault}: ${filledAmount} filled of nothing`);
  }
  const strangers = orders.filter((order) => !known.has(ours(order)));
  wrong.lost.push(...strangers.map(({ orderId }) => `order ${orderId} is nobody's`));
  return {
    faults: intents.size,
    duplicates: wrong.duplicates.length,
    lost: wrong.lost.length,
    falseStates: wrong.falseStates.length,
    wrong: [...wrong.duplicates, ...wrong.lost, ...wrong.falseStates],
  };
}

function isLive({ status }: LedgerOrder): boolean {
  return status === "NEW" || status === "PARTIALLY_FILLED";
}

/** Venues take our 32 hexadecimal digits with a prefix, or as a UUID. */
function ours({ clientOrderId }: Pick<LedgerOrder, "clientOrderId">): string {
  return clientOrderId.toLowerCase().replace(/^0x/, "").replaceAll("-", "");
}

async function within(condition: () => boolean, what: () => string): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!condition()) {
    assert(performance.now() < end, what());
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
