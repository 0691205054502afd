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
import { absolute, add, type Decimal, isZero, min, negate, ZERO } from "../src/model/decimal.ts";
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
  /** What is open now, after each reading and frame of positions. */
  readonly onPositions?: (positions: readonly Position[]) => void;
  readonly inspect: (event: InspectionEvent) => void;
  /** The actor failed: for the supervisor. */
  readonly onCrash: (error: unknown) => void;
}

/** One contract, as far as the venue has told it. */
export interface HeldContract {
  /** Base units, of an inverse contract quote units; negative is short. */
  readonly quantity: Decimal;
  /** Else what it was opened at; null where the venue tells neither. */
  readonly markPrice: Decimal | null;
  /** Null where the venue does not tell. */
  readonly leverage: Decimal | null;
  readonly updatedAt: EpochMs;
}

export class Account {
  /** For observers; nobody else sends to it. */
  readonly actor: Actor<typeof accountMachine>;
  readonly #o: AccountOptions;
  #balances = new Map<string, Balance>();
  /** By the venue's own id, symbol and side; flat ones too, as the venue told them. */
  #positions = new Map<string, Position>();
  /** The same by symbol. */
  #bySymbol: ReadonlyMap<string, readonly Position[]> = new Map();
  /** Those that are not flat. */
  #open: readonly Position[] = [];
  /** What is not among them was flat then, by the venue's clock. */
  #positionsOf: EpochMs = 0;
  /** The newest frame of each asset, by the venue's clock: when it arrived, and what it is of. */
  readonly #framed = new Map<string, Framed>();
  /** The same of each position. */
  readonly #framedPositions = new Map<string, Framed>();
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
    this.#keepFramed(read, { framed: this.#framed, known: this.#balances, askedAt });
    this.#balances = read;
    onReading({ kind: "asset", quantities: [...read.values()].map(ofAsset), ...this.#by(askedAt) });
    let positionsAskedAt = this.#venueNow();
    const positions = await runner.run("positions", "resync", () => {
      positionsAskedAt = this.#venueNow();
      return execution.positions();
    });
    if (positions.kind === "failed") return this.#failed(positions.cause);
    const provenOf = positionsAskedAt - this.#o.adapter.capabilities.timing.settleMs;
    const held = new Map(
      positions.value.map((position) => [keyOf(position), flatAsOf(position, provenOf)]),
    );
    const kept = { framed: this.#framedPositions, known: this.#positions };
    this.#keepFramed(held, { ...kept, askedAt: positionsAskedAt });
    this.#positions = held;
    this.#sort();
    this.#isRead = true;
    const window = this.#by(positionsAskedAt);
    this.#positionsOf = provenOf;
    const all = [...held.values()];
    const settledIn = this.positions().map(({ metadata }) => metadata.settlementAsset)
      .filter(isNamed);
    onReading({ kind: "position", quantities: ofPositions(all), settledIn, ...window });
    this.#updatedAt = clock.now();
    this.#tellPositions();
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

  /** As `merge`, for positions. */
  mergePositions(positions: readonly Position[]): void {
    const at = this.#venueNow();
    const { settleMs } = this.#o.adapter.capabilities.timing;
    for (const position of positions) {
      const key = keyOf(position);
      const { updatedAt: of } = position;
      const known = this.#positions.get(key);
      if (of < (this.#framedPositions.get(key)?.of ?? of)) continue; // I2
      // Nor does it undo what was read since, beyond what reads may be behind.
      const readOf = known === undefined ? this.#positionsOf : known.updatedAt - settleMs;
      if (of < readOf) continue;
      // Frames of some venues do not tell the leverage, which fills do not change.
      const leverage = position.leverage ?? known?.leverage ?? null;
      this.#positions.set(
        key,
        leverage === position.leverage ? position : { ...position, leverage },
      );
      this.#framedPositions.set(key, { at, of });
    }
    this.#sort();
    this.#updatedAt = this.#o.clock.now();
    this.#tellPositions();
  }

  /** Every balance was read once: an asset without one is not held. */
  get isRead(): boolean {
    return this.#isRead;
  }

  balance(assetId: string): Balance | undefined {
    return this.#balances.get(assetId);
  }

  /** Open ones. */
  positions(symbolId?: string): readonly Position[] {
    if (symbolId === undefined) return this.#open;
    return this.#open.filter((position) => position.symbolId === symbolId);
  }

  /**
   * What is held of one contract, long and short, crossed and isolated together; flat where the venue
   * tells nothing.
   */
  held(symbolId: string): HeldContract {
    const [first, ...others] = (this.#bySymbol.get(symbolId) ?? []).map(heldOf);
    return first === undefined
      ? { quantity: ZERO, markPrice: null, leverage: null, updatedAt: this.#positionsOf }
      : others.reduce(together, first);
  }

  accountState(): AccountState {
    const positions = this.positions();
    return {
      accountId: this.#o.exchangeId,
      exchange: this.#o.exchangeId,
      balances: [...this.#balances.values()],
      positions,
      totalEquity: null,
      totalMarginUsed: total(positions, ({ marginUsed }) => marginUsed),
      totalAvailableMargin: null,
      marginLevel: null,
      totalUnrealizedPnl: total(positions, ({ unrealizedPnl }) => unrealizedPnl),
      totalRealizedPnl: null,
      updatedAt: this.#updatedAt,
      metadata: {},
    };
  }

  stop(): void {
    this.actor.stop();
  }

  /** I1 */
  #keepFramed<T>(
    read: Map<string, T>,
    { framed, known, askedAt }: {
      readonly framed: ReadonlyMap<string, Framed>;
      readonly known: ReadonlyMap<string, T>;
      readonly askedAt: EpochMs;
    },
  ): void {
    const { settleMs } = this.#o.adapter.capabilities.timing;
    for (const [key, { at }] of framed) {
      const newer = at < askedAt - settleMs ? undefined : known.get(key);
      if (newer !== undefined) read.set(key, newer);
    }
  }

  #sort(): void {
    const all = [...this.#positions.values()];
    this.#bySymbol = Map.groupBy(all, ({ symbolId }) => symbolId);
    this.#open = all.filter(({ asset }) => !isZero(asset.quantity));
  }

  #tellPositions(): void {
    if (this.#isRead) this.#o.onPositions?.(this.positions());
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

/** When a frame arrived, and what it is of; by the venue's clock. */
interface Framed {
  readonly at: EpochMs;
  readonly of: EpochMs;
}

/** Venues date no position that is not there, so that its row proves no more than its absence. */
function flatAsOf(position: Position, provenOf: EpochMs): Position {
  if (!isZero(position.asset.quantity)) return position;
  return { ...position, updatedAt: Math.min(position.updatedAt, provenOf) };
}

/** OKX holds a crossed and an isolated position of one contract beside each other. */
function keyOf({ positionId, symbolId, side }: Position): string {
  return `${positionId} ${symbolId} ${side}`;
}

/** Some venues write a short side of hedge mode as a positive quantity. */
function signedQuantity({ side, asset }: Position): Decimal {
  return side === "SHORT" ? negate(absolute(asset.quantity)) : asset.quantity;
}

function heldOf(position: Position): HeldContract {
  const { asset: { markPrice, entryPrice }, leverage, updatedAt } = position;
  const quantity = signedQuantity(position);
  return { quantity, markPrice: markPrice ?? entryPrice, leverage, updatedAt };
}

/** The side with less leverage needs more margin. */
function together(a: HeldContract, b: HeldContract): HeldContract {
  const isTold = a.leverage !== null && b.leverage !== null;
  return {
    quantity: add(a.quantity, b.quantity),
    markPrice: a.markPrice ?? b.markPrice,
    leverage: isTold ? min(a.leverage, b.leverage) : a.leverage ?? b.leverage,
    updatedAt: Math.max(a.updatedAt, b.updatedAt),
  };
}

function isNamed(assetId: string | null): assetId is string {
  return assetId !== null;
}

/** Null unless every position tells it, all in one settlement asset. */
function total(
  positions: readonly Position[],
  of: (asset: Position["asset"]) => Decimal | null,
): Decimal | null {
  const [first] = positions;
  if (first === undefined) return null;
  let sum = ZERO;
  for (const { asset, metadata } of positions) {
    const value = of(asset);
    const isSame = metadata.settlementAsset === first.metadata.settlementAsset;
    if (value === null || !isSame) return null;
    sum = add(sum, value);
  }
  return sum;
}

function ofAsset({ assetId, total }: Balance): Quantity {
  return { subject: { kind: "asset", assetId }, quantity: total };
}

/** Net: in hedge mode the long and the short side of an instrument are moved by the same trades. */
function ofPositions(positions: readonly Position[]): readonly Quantity[] {
  const net = new Map<string, Quantity>();
  for (const position of positions) {
    const { symbolId } = position;
    const signed = signedQuantity(position);
    const known = net.get(symbolId)?.quantity;
    const quantity = known === undefined ? signed : add(known, signed);
    net.set(symbolId, { subject: { kind: "position", symbolId }, quantity });
  }
  return [...net.values()];
}
