/** Targets of the suite: markets of the local testnet behind the real ccxt classes. */
import type { ConformanceTarget, Lack, LedgerEntry } from "../../src/conformance/mod.ts";
import { createCcxtAdapter } from "../../src/exchanges/ccxt/factory.ts";
import { decimal } from "../../src/model/decimal.ts";
import { parseSymbol } from "../../src/model/symbol.ts";
import { systemClock } from "../../src/system/clock.ts";
import { patientClock } from "../patient_clock.ts";
import { systemRandom } from "../../src/system/random.ts";
import { credentialOptions, defaultCredentials } from "../../src/testnet/credentials.ts";
import type { LedgerOrder } from "../../src/testnet/dialect.ts";
import type { Budgets } from "../faults/venue_matrix.ts";
import type { ExchangeName } from "../../src/testnet/dialects.ts";
import { FAULT_NAMES, type FaultName, FAULTS } from "../../src/testnet/fault_catalogue.ts";
import { startTestnet } from "../../src/testnet/server.ts";

/** One market; a further venue is one more of these. */
export interface TestnetMarket {
  /** Of the testnet. */
  readonly exchange: ExchangeName;
  /** Of the adapter, where it is called something else. */
  readonly kind?: string;
  /** What else has to answer, for a key's permissions. */
  readonly beside?: readonly ExchangeName[];
  /** The adapter's option, where the kind has several. */
  readonly market?: string;
  readonly symbolId: string;
  /** The venue's own name of it. */
  readonly symbol: string;
  readonly marketType: ConformanceTarget["marketType"];
  readonly entersBySocket: boolean;
  readonly lacks?: readonly Lack[];
  /** Faults its fault matrix goes without, each with the reason. */
  readonly leftOut?: readonly (readonly [FaultName, string])[];
  /** Beside what the profile says: a kernel's budgets boot empty. */
  readonly budgets?: Budgets;
  /** Beside the defaults, where a venue takes no such short bounds. */
  readonly timing?: Readonly<Record<string, number>>;
  readonly proofAfterMs?: number;
  /** Of the orders of the fault matrix, where base units do not count them. */
  readonly matrixAmount?: string;
  /** Their prices, each of its own, where the market is not at tens of thousands. */
  readonly matrixPrices?: { readonly from: string; readonly step: string };
}

/** Loopback answers in a millisecond; a fault that stays silent is waited for this long. */
const TIMEOUT_MS = 300;
/** The testnet's delays are 300 ms, its engine takes no time, and a busy machine may stall. */
const TIMING = { validityMs: 700, engineBoundMs: 50, settleMs: 50 };

const PLACES = {
  submit: "order.place",
  cancel: "order.cancel",
  frame: "userData",
  socket: "socket",
} as const;

const STATUSES: Readonly<Record<string, LedgerEntry["status"]>> = {
  NEW: "OPEN",
  PARTIALLY_FILLED: "PARTIALLY_FILLED",
  FILLED: "FILLED",
  CANCELED: "CANCELED",
  EXPIRED: "EXPIRED",
  EXPIRED_IN_MATCH: "EXPIRED",
};

export interface OpenTarget extends AsyncDisposable {
  readonly target: ConformanceTarget;
}

export function openTestnetTarget(name: string, market: TestnetMarket): OpenTarget {
  const { exchange } = market;
  const account = defaultCredentials(exchange);
  const testnet = startTestnet({
    clock: systemClock,
    random: systemRandom,
    exchanges: [exchange],
    accounts: [{ ...account, balances: balancesOf(market.symbolId) }],
    limits: "none",
  });
  const { marketType, symbolId, entersBySocket, proofAfterMs } = market;
  const target: ConformanceTarget = {
    name,
    marketType,
    symbolId,
    entersBySocket,
    lacks: market.lacks ?? [],
    ...(proofAfterMs === undefined ? {} : { proofAfterMs }),
    open: () =>
      createCcxtAdapter({
        id: exchange,
        clock: patientClock,
        random: systemRandom,
        options: {
          kind: market.kind ?? exchange,
          ...(market.market === undefined ? {} : { market: market.market }),
          ...credentialOptions(account),
          endpoints: testnet.url,
          requestTimeoutMs: TIMEOUT_MS,
          timing: { ...TIMING, ...market.timing },
        },
      }),
    reset: () => testnet.reset(),
    market: {
      trade: (price, quantity) =>
        testnet.setPrice(exchange, { symbol: market.symbol, price, quantity }),
    },
    faults: {
      requests: FAULT_NAMES.filter((fault) => FAULTS[fault].scope === "request"),
      others: FAULT_NAMES.filter((fault) => FAULTS[fault].scope !== "request"),
      lies: ["timestampOutsideAfter"],
      doubles: ["duplicateDelivery", "duplicateLost"],
      arm: (fault, place) => {
        const match = place === "any" ? {} : { match: { operation: PLACES[place] } };
        testnet.arm({ exchange, fault: fault as FaultName, ...match });
      },
      clear: () => testnet.clearFaults(),
    },
    ledger: () => ({ orders: testnet.ledger(exchange).orders.map(entryOf) }),
  };
  return { target, [Symbol.asyncDispose]: () => testnet.close() };
}

/** Little enough that the largest order of the market is beyond it. */
function balancesOf(symbolId: string): Readonly<Record<string, string>> {
  const { base, quote } = parseSymbol(symbolId)!;
  return { [base]: "10", [quote]: "100000" };
}

function entryOf(order: LedgerOrder): LedgerEntry {
  const status = STATUSES[order.status];
  if (status === undefined) throw new Error(`the ledger has no status ${order.status}`);
  return {
    clientOrderId: ours(order.clientOrderId),
    live: status === "OPEN" || status === "PARTIALLY_FILLED",
    status,
    filled: decimal(order.executedQty),
  };
}

/** Venues take our 32 hexadecimal digits with a prefix, or as a UUID. */
function ours(clientOrderId: string): string {
  return clientOrderId.toLowerCase().replace(/^0x/, "").replaceAll("-", "");
}
