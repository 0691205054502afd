/** The part of an exchange's façade that is for a person: drifts, verdicts, orders of others. */
import type { Clock, Random } from "../src/model/clock.ts";
import type { Drift, DriftFilter } from "../src/model/drift.ts";
import { ConflictError, ValidationError } from "../src/model/errors.ts";
import type { IntentView } from "../src/model/facade.ts";
import { MESSAGE_LENGTH_MAX } from "../src/model/limits.ts";
import {
  type AdoptOptions,
  type DriftControl,
  type OrderFilter,
  orderOfIntent,
  type OrderView,
  type Oversight,
} from "../src/model/oversight.ts";
import type { IntentId } from "../src/model/scalars.ts";
import type { VenueOrder } from "../src/model/venue.ts";
import type { IntentFilter, Page, Store } from "../src/stores/store.ts";
import { adopt } from "./adoption.ts";
import type { Exchange } from "./exchange.ts";
import { isOfPages, pageOf, sizeOf } from "./page_of.ts";
import { bookProposed, resolveIntent } from "./verdicts.ts";

export interface OversightOptions {
  readonly id: string;
  /** The exchange that runs now. @throws {KernelClosedError | DeniedError} when there is none. */
  readonly current: () => Exchange;
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly intents: (filter: IntentFilter) => Page<IntentView>;
}

export class PersonsDesk implements Oversight {
  readonly drift: DriftControl;
  readonly #o: OversightOptions;

  constructor(options: OversightOptions) {
    this.#o = options;
    this.drift = {
      list: (filter) => this.#drifts(filter),
      approve: (driftId, note) => this.#approve(driftId, note),
      dismiss: (driftId, reason) => this.#dismiss(driftId, reason),
    };
  }

  // deno-lint-ignore require-await -- a refusal must be a rejection, never a throw
  async resolveIntent(intentId: IntentId, verdict: unknown): Promise<void> {
    return resolveIntent(this.#ports(), intentId, verdict);
  }

  // deno-lint-ignore require-await -- as above
  async adopt(exchangeOrderId: string, options: string | AdoptOptions = {}): Promise<IntentId> {
    const given = typeof options === "string" ? { symbolId: options } : options;
    return adopt({ ...this.#ports(), random: this.#o.random }, exchangeOrderId, given);
  }

  getAllOrders(filter: string | OrderFilter = {}): Page<OrderView> {
    const wanted = typeof filter === "string" ? { symbolId: filter } : filter;
    const { external = false, cursor, ...rest } = wanted;
    if (isOfPages(cursor)) return pageOf(this.#external(wanted), wanted);
    const page = this.#o.intents({ ...rest, ...(cursor === undefined ? {} : { cursor }) });
    const ours = page.items.flatMap((view) => orderOfIntent(view));
    if (page.next !== null || !external) return { items: ours, next: page.next };
    const left = sizeOf(wanted.limit) - ours.length;
    const theirs = this.#external(wanted);
    // A full page ends here: theirs begin on the next one.
    if (left === 0) return { items: ours, next: theirs.length === 0 ? null : FIRST_OF_OTHERS };
    const behind = pageOf(theirs, { limit: left });
    return { items: [...ours, ...behind.items], next: behind.next };
  }

  /** A filter that only intents can meet leaves the orders of others out. */
  #external({ symbolId, state, labels }: OrderFilter): readonly OrderView[] {
    if (state !== undefined || labels !== undefined) return [];
    return this.#o.current().externalOrders.list()
      .filter((order) => symbolId === undefined || order.symbolId === symbolId)
      .map((order) => externalOf(this.#o.id, order));
  }

  #drifts(filter: DriftFilter = {}): Page<Drift> {
    const all = this.#o.store.drifts(this.#o.id);
    return pageOf(all.filter((drift) => matches(filter, drift)), filter);
  }

  async #approve(driftId: string, note?: string): Promise<void> {
    const text = noteOf("approve", note);
    const ports = this.#ports();
    const { drifts } = ports.exchange;
    const drift = drifts.toSettle(driftId, "approve");
    if (drift.kind === "MissingOrder" && drift.fix === null && isIndeterminate(ports, drift)) {
      throw new ConflictError(
        `Cannot approve drift ${driftId}: say what became of the order with resolveIntent`,
        { driftId, intentId: drift.intentId },
      );
    }
    const act = () => this.#carryOut(drift);
    await drifts.settle(drift, { status: "APPROVED", note: text, act });
  }

  async #dismiss(driftId: string, reason?: string): Promise<void> {
    const note = noteOf("dismiss", reason);
    const { drifts } = this.#o.current();
    const drift = drifts.toSettle(driftId, "dismiss");
    const act = () => Promise.resolve();
    await drifts.settle(drift, { status: "DISMISSED", note, act });
  }

  async #carryOut(drift: Drift): Promise<void> {
    switch (drift.fix?.kind) {
      case "bookFill":
        return await bookProposed(this.#ports(), drift, drift.fix);
      case "adopt": {
        const { symbolId, fix: { exchangeOrderId } } = drift;
        await this.adopt(exchangeOrderId, symbolId === null ? {} : { symbolId });
      }
    }
  }

  #ports(): { readonly exchange: Exchange; readonly store: Store; readonly clock: Clock } {
    const { current, store, clock } = this.#o;
    return { exchange: current(), store, clock };
  }
}

const FIRST_OF_OTHERS = "p0";

function isIndeterminate(
  { exchange }: { readonly exchange: Exchange },
  { intentId }: Drift,
): boolean {
  return intentId !== null && exchange.book.entry(intentId)?.context.indeterminate === true;
}

/** @throws {ValidationError} */
function noteOf(action: string, note: string | undefined): string | null {
  if (note === undefined || note === "") return null;
  if (note.length <= MESSAGE_LENGTH_MAX) return note;
  const rule = `must have at most ${MESSAGE_LENGTH_MAX} characters`;
  throw new ValidationError("NOTE_TOO_LONG", `Cannot ${action} drift: note ${rule}`, {
    field: "note",
    rule,
    actual: note.length,
  });
}

function matches({ status, kind, symbolId, intentId }: DriftFilter, drift: Drift): boolean {
  return (status === undefined || [status].flat().includes(drift.status)) &&
    (kind === undefined || [kind].flat().includes(drift.kind)) &&
    (symbolId === undefined || drift.symbolId === symbolId) &&
    (intentId === undefined || drift.intentId === intentId);
}

/** The newest order of an intent; none while it has not been attempted. */
function externalOf(exchangeId: string, order: VenueOrder): OrderView {
  const { exchangeOrderId, clientOrderId, symbolId, side, status, amount, limitPrice } = order;
  return {
    exchangeId,
    external: true,
    intentId: null,
    exchangeOrderId,
    clientOrderId,
    symbolId,
    side,
    status,
    amount,
    limitPrice,
    filled: order.filled,
    updatedAt: order.venueTime,
  };
}
