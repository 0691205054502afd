/** What the account holds, as the venue last said; the exchange asks it to refresh, frames update it. */
import type { AccountState, Balance, Position } from "../src/model/account.ts";
import type { Clock } from "../src/model/clock.ts";
import type { EpochMs } from "../src/model/scalars.ts";
import type { UnknownCause } from "../src/model/venue.ts";
import type { Execution } from "../src/exchanges/exchange.ts";
import type { RequestRunner } from "./request.ts";

export class Account {
  readonly #exchangeId: string;
  readonly #clock: Clock;
  readonly #execution: Execution;
  readonly #runner: RequestRunner;
  #balances = new Map<string, Balance>();
  #positions: readonly Position[] = [];
  #updatedAt: EpochMs = 0;

  constructor(options: {
    readonly exchangeId: string;
    readonly clock: Clock;
    readonly execution: Execution;
    readonly runner: RequestRunner;
  }) {
    this.#exchangeId = options.exchangeId;
    this.#clock = options.clock;
    this.#execution = options.execution;
    this.#runner = options.runner;
  }

  /** Read at least once since this exchange started. */
  get fresh(): boolean {
    return this.#updatedAt > 0;
  }

  /** Reads balances and positions anew. @returns why not, or null. */
  async refresh(): Promise<UnknownCause | null> {
    const balances = await this.#runner.run(
      "balances",
      "resync",
      () => this.#execution.balances(),
    );
    if (balances.kind === "failed") return balances.cause;
    const positions = await this.#runner.run(
      "positions",
      "resync",
      () => this.#execution.positions(),
    );
    if (positions.kind === "failed") return positions.cause;
    this.#balances = new Map(balances.value.map((balance) => [balance.assetId, balance]));
    this.#positions = positions.value;
    this.#updatedAt = this.#clock.now();
    return null;
  }

  /** A frame tells the balances that changed, not all of them. */
  merge(balances: readonly Balance[]): void {
    for (const balance of balances) this.#balances.set(balance.assetId, balance);
    this.#updatedAt = this.#clock.now();
  }

  positions(symbolId?: string): readonly Position[] {
    if (symbolId === undefined) return this.#positions;
    return this.#positions.filter((position) => position.symbolId === symbolId);
  }

  state(): AccountState {
    return {
      accountId: this.#exchangeId,
      exchange: this.#exchangeId,
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
}
