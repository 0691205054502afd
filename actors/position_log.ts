/**
 * Tells what became of the account's positions: opened, modified (quantity or entry price), closed.
 * What was told last is kept over a restart, so that the next start tells what happened meanwhile,
 * and nothing twice.
 *
 * I1 The events of a change and the memory of it are one commit.
 * I2 Prices that move a position's value are no change of it.
 */
import type { Position } from "../src/model/account.ts";
import type { Clock } from "../src/model/clock.ts";
import { absolute, type Decimal, isNegative, negate } from "../src/model/decimal.ts";
import type { KernelEvent } from "../src/model/event.ts";
import { POSITIONS_MAX } from "../src/model/limits.ts";
import { POSITIONS_ROW, readMeta, type ToldPosition } from "../src/model/meta_row.ts";
import type { Store } from "../src/stores/store.ts";
import type { Journal } from "./journal.ts";

export interface PositionLogOptions {
  readonly exchangeId: string;
  readonly clock: Clock;
  readonly journal: Pick<Journal, "write">;
  readonly store: Pick<Store, "meta">;
}

type PositionEventType = "PositionOpened" | "PositionModified" | "PositionClosed";

export class PositionLog {
  readonly #o: PositionLogOptions;
  #told: ReadonlyMap<string, ToldPosition>;

  constructor(options: PositionLogOptions) {
    this.#o = options;
    const told = readMeta(this.#key, options.store.meta(this.#key), POSITIONS_ROW);
    this.#told = new Map(told.map((position) => [keyOf(position), position]));
  }

  /** @param positions all that is open */
  now(positions: readonly Position[]): void {
    const open = new Map<string, ToldPosition>();
    for (const position of positions.slice(0, POSITIONS_MAX)) {
      open.set(keyOf(position), toldOf(position));
    }
    const events = [...this.#events(open)];
    if (events.length === 0) return;
    this.#told = open;
    const value = JSON.stringify([...open.values()]);
    // A failed journal tells the kernel itself; this has nobody to tell.
    this.#o.journal.write({ events, meta: [{ key: this.#key, value }] }).catch(() => {});
  }

  *#events(open: ReadonlyMap<string, ToldPosition>): Generator<KernelEvent> {
    for (const [key, before] of this.#told) {
      const after = open.get(key);
      if (after === undefined) yield this.#event("PositionClosed", before, null);
      else if (isNegative(before.quantity) !== isNegative(after.quantity)) {
        yield this.#event("PositionClosed", before, null);
        yield this.#event("PositionOpened", null, after);
      } else if (before.quantity !== after.quantity || before.entryPrice !== after.entryPrice) {
        yield this.#event("PositionModified", before, after);
      }
    }
    for (const [key, after] of open) {
      if (!this.#told.has(key)) yield this.#event("PositionOpened", null, after);
    }
  }

  #event(
    type: PositionEventType,
    before: ToldPosition | null,
    after: ToldPosition | null,
  ): KernelEvent {
    const { symbolId, side } = (after ?? before)!;
    return {
      eventId: 0,
      type,
      exchangeId: this.#o.exchangeId,
      intentId: null,
      groupId: null,
      symbolId,
      at: this.#o.clock.now(),
      cause: "venue",
      payload: {
        side,
        quantity: after?.quantity ?? "0",
        entryPrice: after?.entryPrice ?? null,
        previousQuantity: before?.quantity ?? "0",
        previousEntryPrice: before?.entryPrice ?? null,
      },
    };
  }

  get #key(): string {
    return `positions/${this.#o.exchangeId}`;
  }
}

function keyOf({ symbolId, side }: Pick<ToldPosition, "symbolId" | "side">): string {
  return `${symbolId} ${side}`;
}

function toldOf({ symbolId, side, asset }: Position): ToldPosition {
  const { quantity, entryPrice } = asset;
  return { symbolId, side, quantity: signed(side, quantity), entryPrice };
}

function signed(side: ToldPosition["side"], quantity: Decimal): Decimal {
  return side === "SHORT" ? negate(absolute(quantity)) : quantity;
}
