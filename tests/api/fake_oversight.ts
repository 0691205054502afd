/** Drifts, verdicts and orders of others, as the doors see those of a real exchange. */
import { decimal } from "../../src/model/decimal.ts";
import type { Drift, DriftFilter } from "../../src/model/drift.ts";
import { ConflictError, NotFoundError } from "../../src/model/errors.ts";
import type { IntentView } from "../../src/model/facade.ts";
import type {
  AdoptOptions,
  DriftControl,
  OrderFilter,
  OrderView,
  Oversight,
} from "../../src/model/oversight.ts";
import type { Page } from "../../src/stores/store.ts";
import { AT } from "./fake_rows.ts";

export class FakeOversight implements Oversight {
  readonly drifts: Drift[] = [];
  readonly intents = new Map<string, IntentView>();
  /** Of others. */
  readonly external: OrderView[] = [];
  /** Every call, as `method argument`. */
  readonly asked: string[] = [];

  readonly drift: DriftControl = {
    list: (filter) => this.#list(filter),
    approve: (driftId, note) => this.#settle("approve", driftId, note),
    dismiss: (driftId, reason) => this.#settle("dismiss", driftId, reason),
  };

  resolveIntent(intentId: string, verdict: unknown): Promise<void> {
    this.asked.push(`resolve ${intentId} ${JSON.stringify(verdict)}`);
    return Promise.resolve();
  }

  adopt(exchangeOrderId: string, options: string | AdoptOptions = {}): Promise<string> {
    this.asked.push(`adopt ${exchangeOrderId} ${JSON.stringify(options)}`);
    return Promise.resolve("adopted-1");
  }

  getAllOrders(filter: string | OrderFilter = {}): Page<OrderView> {
    this.asked.push(`orders ${JSON.stringify(filter)}`);
    const external = typeof filter === "object" && filter.external === true;
    const ours = [...this.intents.values()].map(orderOf);
    return { items: external ? [...ours, ...this.external] : ours, next: null };
  }

  #list(filter: DriftFilter = {}): Page<Drift> {
    this.asked.push(`drifts ${JSON.stringify(filter)}`);
    const { status, kind } = filter;
    const items = this.drifts.filter((drift) =>
      (status === undefined || [status].flat().includes(drift.status)) &&
      (kind === undefined || [kind].flat().includes(drift.kind))
    );
    return { items, next: null };
  }

  async #settle(action: string, driftId: string, note = ""): Promise<void> {
    await Promise.resolve();
    this.asked.push([action, driftId, note].join(" ").trim());
    const at = this.drifts.findIndex((drift) => drift.driftId === driftId);
    const drift = this.drifts[at];
    if (drift === undefined) throw new NotFoundError(`Cannot ${action}: no drift ${driftId}`);
    if (drift.status !== "OPEN") {
      throw new ConflictError(`Cannot ${action} drift ${driftId}: it is ${drift.status}`);
    }
    const status = action === "approve" ? "APPROVED" : "DISMISSED";
    this.drifts[at] = { ...drift, status, note: note === "" ? null : note, closedAt: AT };
  }
}

function orderOf({ intent, state }: IntentView): OrderView {
  const { exchangeOrderId, clientOrderId, status } = state;
  const { symbolId, side, amount, limitPrice } = intent.order;
  return {
    ...anOrderOfOthers(exchangeOrderId ?? ""),
    external: false,
    intentId: intent.intentId,
    exchangeOrderId,
    clientOrderId,
    symbolId,
    side,
    status,
    amount,
    limitPrice,
  };
}

export function anOrderOfOthers(exchangeOrderId: string): OrderView {
  return {
    exchangeId: "paper",
    external: true,
    intentId: null,
    exchangeOrderId,
    clientOrderId: "by-hand",
    symbolId: "BTC/USDT",
    side: "BUY",
    status: "OPEN",
    amount: decimal("0.5"),
    limitPrice: decimal("100"),
    filled: decimal("0"),
    updatedAt: AT,
  };
}

export function aDrift(driftId: string, changes: Partial<Drift> = {}): Drift {
  return {
    driftId,
    kind: "BalanceMismatch",
    exchangeId: "paper",
    symbolId: null,
    intentId: null,
    subject: "USDT",
    venue: { assetId: "USDT", now: "90" },
    local: { assetId: "USDT", booked: "0" },
    evidence: [],
    proposedFix: "compare",
    fix: null,
    policy: "manual",
    status: "OPEN",
    note: null,
    openedAt: AT,
    closedAt: null,
    ...changes,
  };
}
