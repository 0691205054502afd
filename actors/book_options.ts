/** What the book of one exchange is given: its ports, and whom it tells. */
import type { IntentContext, IntentPolicy } from "../machines/intent_context.ts";
import type { Clock } from "../src/model/clock.ts";
import type { InstanceIdentity } from "../src/model/ids.ts";
import type { StandardOrder } from "../src/model/order.ts";
import type { EpochMs } from "../src/model/scalars.ts";
import type { ExchangeCapabilities, Execution } from "../src/exchanges/exchange.ts";
import type { EdgeTap } from "./edge_tap.ts";
import type { Entry } from "./entry.ts";
import type { ExchangeGate } from "./gate.ts";
import type { Journal } from "./journal.ts";
import type { Denial } from "./readmit.ts";
import type { RequestRunner } from "./request.ts";
import type { Send } from "./risk.ts";

export interface BookOptions {
  readonly exchangeId: string;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly execution: Execution;
  readonly capabilities: ExchangeCapabilities;
  readonly policy: IntentPolicy;
  readonly runner: RequestRunner;
  readonly gate: ExchangeGate;
  readonly identity: InstanceIdentity;
  /** By the venue's clock: when a request granted now must have been signed and expired. */
  readonly deadlineFromNow: () => EpochMs;
  /** `exchangeOrderId:tradeId` of the stored fills of an intent. */
  readonly storedFillKeys: (intentId: string) => readonly string[];
  /** Why a further attempt, for what is left, may not be made; null when it may. */
  readonly readmit: (order: StandardOrder, intentId: string) => Denial | null;
  /** The caps, asked last before the wire; absent: there are none. */
  readonly checkSend?: (send: Send) => Denial | null;
  /** Its actor threw: it is isolated from now on. */
  readonly onIsolated: (entry: Entry, error: unknown) => void;
  /** Something threw where nothing may: the whole book is in doubt. */
  readonly onCrash: (error: unknown) => void;
  readonly onDrift: (entry: Entry, kind: DriftOfIntent) => void;
  /** After every turn, committed or not: what it changed. */
  readonly onTurn: (entry: Entry, before: IntentContext | null, after: IntentContext) => void;
  /** It has ended and left the memory. */
  readonly onRetired?: (intentId: string) => void;
  readonly onRoundTrip: (ms: number) => void;
  readonly tap: EdgeTap;
}

export type DriftOfIntent = NonNullable<IntentContext["effects"]["drift"]>;
