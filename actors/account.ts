/**
 * What the account holds, as the venue last said; the sync asks it to read, frames update it.
 *
 * I1 A frame that arrived while a read was under way is newer than the read's answer.
 */
import { type Actor, createActor, type InspectionEvent } from "xstate";
import { accountMachine } from "../machines/account.ts";
import type { AccountState, Balance, Position } from "../src/model/account.ts";
import type { Clock } from "../src/model/clock.ts";
import type { EpochMs } from "../src/model/scalars.ts";
import type { UnknownCause } from "../src/model/venue.ts";
import type { Execution } from "../src/exchanges/exchange.ts";
import type { RequestRunner } from "./request.ts";

export interface AccountOptions {
  readonly exchangeId: string;
  readonly clock: Clock;
  readonly execution: Execution;
  readonly runner: RequestRunner;
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
  /** Assets that a frame told about since the read began. */
  readonly #framed = new Set<string>();
  #updatedAt: EpochMs = 0;

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
    const { runner, execution, clock } = this.#o;
    this.#framed.clear();
    this.actor.send({ type: "account.read" });
    const balances = await runner.run("balances", "resync", () => execution.balances());
    if (balances.kind === "failed") return this.#failed(balances.cause);
    const positions = await runner.run("positions", "resync", () => execution.positions());
    if (positions.kind === "failed") return this.#failed(positions.cause);
    const read = new Map(balances.value.map((balance) => [balance.assetId, balance]));
    for (const assetId of this.#framed) { // I1
      const framed = this.#balances.get(assetId);
      if (framed !== undefined) read.set(assetId, framed);
    }
    this.#balances = read;
    this.#positions = positions.value;
    this.#updatedAt = clock.now();
    this.actor.send({ type: "account.answered", at: this.#updatedAt });
    return null;
  }

  /** A frame tells the balances that changed, not all of them. */
  merge(balances: readonly Balance[]): void {
    for (const balance of balances) {
      this.#balances.set(balance.assetId, balance);
      this.#framed.add(balance.assetId);
    }
    this.#updatedAt = this.#o.clock.now();
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

  #failed(cause: UnknownCause): UnknownCause {
    this.actor.send({ type: "account.failed", reason: cause.code });
    return cause;
  }
}
