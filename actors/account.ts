/**
 * What the account holds, as the venue last said; the sync asks it to read, frames update it.
 *
 * I1 A frame that arrived since a read was sent, or less than the settle time before (reads may be
 *    behind by it), is newer than the read's answer; an earlier one is older.
 * I2 A frame that a newer one has overtaken is dropped.
 */
import { type Actor, createActor, type InspectionEvent } from "xstate";
import { accountMachine } from "../machines/account.ts";
import type { Quantity, Reading } from "../machines/accounting.ts";
import { CLOCK_SLACK_MS } from "../machines/timeouts.ts";
import type { AccountState, Balance, Position } from "../src/model/account.ts";
import type { Clock } from "../src/model/clock.ts";
import type { EpochMs } from "../src/model/scalars.ts";
import { absolute, add, negate } from "../src/model/decimal.ts";
import type { UnknownCause } from "../src/model/venue.ts";
import type { ExchangeAdapter } from "../src/exchanges/exchange.ts";
import type { RequestRunner } from "./request.ts";

export interface AccountOptions {
  readonly exchangeId: string;
  readonly clock: Clock;
  readonly adapter: Pick<ExchangeAdapter, "execution" | "capabilities" | "venueNow">;
  readonly runner: Pick<RequestRunner, "run">;
  /** What was read, dated by the venue's clock. */
  readonly onReading: (reading: Reading) => void;
  readonly inspect: (event: InspectionEvent) => void;
  /** The actor failed: for the supervisor. */
  readonly onCrash: (error: unknown) => void;
}

export class Account {
  /** For observers; nobody else sends to it. */
  readonly actor: Actor<typeof accountMachine>;
  readonly #o: AccountOptions;
  #balances = new Map<string, Balance>();
  #positions: readonly Position[] = [];
  /** The newest frame of each asset, by the venue's clock: when it arrived, and what it is of. */
  readonly #framed = new Map<string, { readonly at: EpochMs; readonly of: EpochMs }>();
  #updatedAt: EpochMs = 0;
  #isRead = false;

  constructor(options: AccountOptions) {
    this.#o = options;
    this.actor = createActor(accountMachine, { inspect: options.inspect });
    this.actor.subscribe({ error: options.onCrash });
    this.actor.start();
  }

  get state(): string {
    return String(this.actor.getSnapshot().value);
  }

  /** Reads balances and positions anew. @returns why not, or null. */
  async refresh(): Promise<UnknownCause | null> {
    const { runner, adapter: { execution }, clock, onReading } = this.#o;
    this.actor.send({ type: "account.read" });
    let askedAt = this.#venueNow();
    const balances = await runner.run("balances", "resync", () => {
      askedAt = this.#venueNow();
      return execution.balances();
    });
    if (balances.kind === "failed") return this.#failed(balances.cause);
    const read = new Map(balances.value.map((balance) => [balance.assetId, balance]));
    const { settleMs } = this.#o.adapter.capabilities.timing;
    for (const [assetId, { at }] of this.#framed) { // I1
      if (at < askedAt - settleMs) continue;
      const framed = this.#balances.get(assetId);
      if (framed !== undefined) read.set(assetId, framed);
    }
    this.#balances = read;
    onReading({ kind: "asset", quantities: [...read.values()].map(ofAsset), ...this.#by(askedAt) });
    let positionsAskedAt = this.#venueNow();
    const positions = await runner.run("positions", "resync", () => {
      positionsAskedAt = this.#venueNow();
      return execution.positions();
    });
    if (positions.kind === "failed") return this.#failed(positions.cause);
    this.#positions = positions.value;
    this.#isRead = true;
    const window = this.#by(positionsAskedAt);
    onReading({ kind: "position", quantities: ofPositions(positions.value), ...window });
    this.#updatedAt = clock.now();
    this.actor.send({ type: "account.answered", at: this.#updatedAt });
    return null;
  }

  /** A frame tells the balances that changed, not all of them. */
  merge(balances: readonly Balance[]): void {
    const at = this.#venueNow();
    for (const balance of balances) {
      const { assetId, updatedAt: of } = balance;
      if (of < (this.#framed.get(assetId)?.of ?? of)) continue; // I2
      this.#balances.set(assetId, balance);
      this.#framed.set(assetId, { at, of });
    }
    this.#updatedAt = this.#o.clock.now();
  }

  /** Every balance was read once: an asset without one is not held. */
  get isRead(): boolean {
    return this.#isRead;
  }

  balance(assetId: string): Balance | undefined {
    return this.#balances.get(assetId);
  }

  positions(symbolId?: string): readonly Position[] {
    if (symbolId === undefined) return this.#positions;
    return this.#positions.filter((position) => position.symbolId === symbolId);
  }

  accountState(): AccountState {
    return {
      accountId: this.#o.exchangeId,
      exchange: this.#o.exchangeId,
      balances: [...this.#balances.values()],
      positions: this.#positions,
      totalEquity: null,
      totalMarginUsed: null,
      totalAvailableMargin: null,
      marginLevel: null,
      totalUnrealizedPnl: null,
      totalRealizedPnl: null,
      updatedAt: this.#updatedAt,
      metadata: {},
    };
  }

  stop(): void {
    this.actor.stop();
  }

  #venueNow(): EpochMs {
    return this.#o.adapter.venueNow() ?? this.#o.clock.now();
  }

  /** The answer shows some moment in it: reads may be behind, and our measure of the clock off. */
  #by(askedAt: EpochMs): Pick<Reading, "from" | "to"> {
    const { settleMs } = this.#o.adapter.capabilities.timing;
    return { from: askedAt - settleMs - CLOCK_SLACK_MS, to: this.#venueNow() + CLOCK_SLACK_MS };
  }

  #failed(cause: UnknownCause): UnknownCause {
    this.actor.send({ type: "account.failed", reason: cause.code });
    return cause;
  }
}

function ofAsset({ assetId, total }: Balance): Quantity {
  return { subject: { kind: "asset", assetId }, quantity: total };
}

/** Net: in hedge mode the long and the short side of an instrument are moved by the same trades. */
function ofPositions(positions: readonly Position[]): readonly Quantity[] {
  const net = new Map<string, Quantity>();
  for (const { symbolId, side, asset } of positions) {
    const signed = side === "SHORT" ? negate(absolute(asset.quantity)) : asset.quantity;
    const known = net.get(symbolId)?.quantity;
    const quantity = known === undefined ? signed : add(known, signed);
    net.set(symbolId, { subject: { kind: "position", symbolId }, quantity });
  }
  return [...net.values()];
}
