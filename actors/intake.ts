/**
 * The door of one exchange: checks a caller's command against schema, market and the intent's
 * state, and hands it to the book. What it refuses is thrown, and nothing is recorded.
 */
import { type Admission, admit, type Inadmissible, refusalText } from "../machines/admission.ts";
import { isTerminal } from "../machines/intent_context.ts";
import type { Clock, Random } from "../src/model/clock.ts";
import { compare, type Decimal } from "../src/model/decimal.ts";
import {
  AlreadyExistsError,
  ConflictError,
  DeniedError,
  NotFoundError,
  StoreError,
  ValidationError,
} from "../src/model/errors.ts";
import type { ChangeOptions, ModifyOptions, PlaceOptions } from "../src/model/facade.ts";
import { makeIntentId } from "../src/model/ids.ts";
import type { OrderIntent } from "../src/model/intent.ts";
import { LIVE_INTENTS_MAX } from "../src/model/limits.ts";
import { type StandardOrder, StandardOrderSchema } from "../src/model/order.ts";
import { parseOrThrow } from "../src/model/parse.ts";
import { PlaceOptionsSchema, type WaitFor } from "../src/model/place_options.ts";
import type { IntentId } from "../src/model/scalars.ts";
import type { Store } from "../src/stores/store.ts";
import type { Entry, Waiter } from "./entry.ts";
import type { Exchange } from "./exchange.ts";

export interface IntakeOptions {
  readonly exchange: Exchange;
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
}

export class Intake {
  readonly #o: IntakeOptions;

  constructor(options: IntakeOptions) {
    this.#o = options;
  }

  /** Resolves with the id once the intent is durable (or as far as `waitFor` says). */
  place(input: unknown, options: PlaceOptions = {}): Promise<IntentId> {
    const { exchange, clock, random } = this.#o;
    const { signal, ...plain } = options;
    const given = parseOrThrow(PlaceOptionsSchema, plain, "place order");
    const order = parseOrThrow(StandardOrderSchema, input, "place order");
    const original = canonical(order);
    const intentId = given.intentId ?? makeIntentId(clock, random);
    // An id made just now is new: looking for it in the store would cost a query an order.
    const known = given.intentId === undefined ? undefined : this.#known(intentId);
    if (known !== undefined) return this.#again(intentId, known, original, given.waitFor, signal);
    if (exchange.book.size >= LIVE_INTENTS_MAX) {
      throw new DeniedError(
        "TOO_MANY_INTENTS",
        `Cannot place order: ${exchange.id} holds ${exchange.book.size} live intents, the limit`,
        { limit: LIVE_INTENTS_MAX },
      );
    }
    const admitted = this.#admit(order, "place order");
    const now = clock.now();
    const intent: OrderIntent = {
      intentId,
      exchangeId: exchange.id,
      order: admitted,
      groupId: null,
      ownerIntentId: null,
      strategyId: given.strategyId ?? null,
      labels: given.labels ?? {},
      metadata: given.metadata ?? null,
      desired: "WORKING",
      generation: 1,
      resourceVersion: 1,
      createdAt: now,
      updatedAt: now,
    };
    return waitFor(given.waitFor ?? "durable", signal, intentId, (waiter) => {
      exchange.book.place(intent, original, waiter);
    }).then(() => intentId);
  }

  async cancel(intentId: IntentId, options: ChangeOptions = {}): Promise<void> {
    const entry = this.#live(intentId, "cancel order");
    if (entry === undefined || hasDurablyEnded(entry)) return; // a second cancel is a no-op
    const until = options.waitFor ?? "durable";
    await waitFor(until === "accepted" ? "final" : until, options.signal, intentId, (waiter) => {
      const at = this.#o.clock.now();
      this.#o.exchange.book.tell(intentId, { type: "order.cancel", at }, waiter);
    });
  }

  /** @returns how many were newly set to CANCELED. */
  async cancelAll(symbolId?: string): Promise<number> {
    const ids: IntentId[] = [];
    for (const { context, intentId, symbolId: symbol } of this.#o.exchange.book.entries()) {
      if (symbolId !== undefined && symbol !== symbolId) continue;
      if (isTerminal(context.phase) || context.intent.desired === "CANCELED") continue;
      ids.push(intentId);
    }
    await Promise.all(ids.map((id) => this.cancel(id)));
    return ids.length;
  }

  async modify(intentId: IntentId, input: unknown, options: ModifyOptions = {}): Promise<void> {
    const order = parseOrThrow(StandardOrderSchema, input, "modify order");
    const entry = this.#live(intentId, "modify order");
    if (entry === undefined || isTerminal(entry.context.phase)) {
      throw new ConflictError(`Cannot modify order ${intentId}: it has ended`, { intentId });
    }
    const { intent, filled } = entry.context;
    const { ifResourceVersion } = options;
    if (ifResourceVersion !== undefined && ifResourceVersion !== intent.resourceVersion) {
      throw new ConflictError(
        `Cannot modify order ${intentId}: resourceVersion is ${intent.resourceVersion}, ` +
          `not ${ifResourceVersion}`,
        { intentId, resourceVersion: intent.resourceVersion, expected: ifResourceVersion },
      );
    }
    if (intent.desired === "CANCELED") {
      throw new ConflictError(`Cannot modify order ${intentId}: it is being canceled`, {
        intentId,
      });
    }
    checkImmutable(intent.order, order);
    checkAmount(order.amount, filled);
    const admitted = this.#admit(order, "modify order");
    if (canonical(admitted) === canonical(intent.order)) return;
    await waitFor(options.waitFor ?? "durable", options.signal, intentId, (waiter) => {
      const at = this.#o.clock.now();
      this.#o.exchange.book.tell(intentId, { type: "order.modify", at, order: admitted }, waiter);
    });
  }

  async resume(intentId: IntentId): Promise<void> {
    const entry = this.#live(intentId, "resume order");
    if (entry?.context.phase !== "PENDING.paused") {
      const state = entry?.context.phase ?? "ended";
      throw new ConflictError(`Cannot resume order ${intentId}: it is ${state}, not paused`);
    }
    await waitFor("durable", undefined, intentId, (waiter) => {
      const at = this.#o.clock.now();
      this.#o.exchange.book.tell(intentId, { type: "order.resume", at }, waiter);
    });
  }

  /** @throws {NotFoundError} */
  #live(intentId: IntentId, action: string): Entry | undefined {
    const entry = this.#o.exchange.book.entry(intentId);
    if (entry !== undefined) return entry;
    const { exchange, store } = this.#o;
    if (store.intent(exchange.id, intentId) !== undefined) return undefined; // ended and retired
    throw new NotFoundError(`Cannot ${action}: ${exchange.id} has no intent ${intentId}`, {
      exchangeId: exchange.id,
      intentId,
    });
  }

  #known(intentId: IntentId): { readonly original: string } | undefined {
    const { exchange, store } = this.#o;
    const original = exchange.book.entry(intentId)?.original ?? null;
    return original === null ? store.intent(exchange.id, intentId) : { original };
  }

  /** The same original order under the same id is the same intent; another order is a mistake. */
  async #again(
    intentId: IntentId,
    known: { readonly original: string },
    original: string,
    until: WaitFor = "durable",
    signal: AbortSignal | undefined,
  ): Promise<IntentId> {
    if (known.original !== original) {
      throw new AlreadyExistsError(
        `Cannot place order: intent ${intentId} exists with another order`,
        { intentId },
      );
    }
    const entry = this.#o.exchange.book.entry(intentId);
    if (entry === undefined || hasDurablyEnded(entry)) return intentId;
    if (until === "durable" && entry.committed !== null) return intentId;
    await waitFor(until, signal, intentId, (waiter) => {
      const at = this.#o.clock.now();
      this.#o.exchange.book.tell(intentId, { type: "order.verify", at }, waiter);
    });
    return intentId;
  }

  #admit(order: StandardOrder, action: string): StandardOrder {
    const { exchange } = this.#o;
    const market = exchange.adapter.instruments.get(order.symbolId);
    if (market === undefined) throw this.#noMarket(order.symbolId, action);
    if (exchange.closedSymbols.has(order.symbolId)) {
      throw new DeniedError(
        "INSTRUMENT_ISOLATED",
        `Cannot ${action}: an intent on ${order.symbolId} is isolated; see its drift record`,
        { symbolId: order.symbolId },
      );
    }
    const ticker = exchange.tickers.get(order.symbolId) ??
      exchange.adapter.marketData.ticker(order.symbolId);
    const lastPrice = ticker?.last ?? ticker?.ask ?? null;
    const admission: Admission = admit({ order, market, lastPrice });
    if (admission.kind === "admitted") return admission.order;
    throw inadmissible(action, admission.reason);
  }

  #noMarket(symbolId: string, action: string): Error {
    const { exchange } = this.#o;
    if (exchange.adapter.instruments.list().length === 0) {
      return new DeniedError(
        "EXCHANGE_NOT_CONNECTED",
        `Cannot ${action}: ${exchange.id} is ${exchange.state} and lists no instruments yet`,
        { exchangeId: exchange.id, state: exchange.state },
      );
    }
    return new ValidationError(
      "SYMBOL_UNKNOWN",
      `Cannot ${action}: symbolId must be listed by ${exchange.id}, got ${symbolId}`,
      { field: "symbolId", rule: `must be listed by ${exchange.id}`, actual: symbolId },
    );
  }
}

function inadmissible(action: string, reason: Inadmissible): ValidationError {
  const { field, rule, actual } = reason;
  return new ValidationError(reason.code, refusalText(action, reason), { field, rule, actual });
}

/** An end that is not committed may be gone after a crash: nothing can be promised upon it. */
function hasDurablyEnded({ committed }: Entry): boolean {
  return committed !== null && isTerminal(committed.phase);
}

/** Key order must not matter: the schema writes every key, in its own order. */
function canonical(order: StandardOrder): string {
  return JSON.stringify(order);
}

const IMMUTABLE = ["symbolId", "side", "amountType", "positionSide"] as const;

function checkImmutable(before: StandardOrder, after: StandardOrder): void {
  for (const field of IMMUTABLE) {
    if (before[field] === after[field]) continue;
    const rule = `cannot change from ${before[field]}`;
    throw new ValidationError(
      "IMMUTABLE_FIELD",
      `Cannot modify order: ${field} ${rule}, got ${after[field]}`,
      { field, rule, actual: after[field] },
    );
  }
}

function checkAmount(amount: Decimal, filled: Decimal): void {
  if (compare(amount, filled) >= 0) return;
  const rule = `must be at least the filled amount ${filled}`;
  throw new ValidationError(
    "AMOUNT_BELOW_FILLED",
    `Cannot modify order: amount ${rule}, got ${amount}`,
    { field: "amount", rule, actual: amount },
  );
}

function waitFor(
  until: WaitFor,
  signal: AbortSignal | undefined,
  intentId: IntentId,
  act: (waiter: Waiter) => void,
): Promise<void> {
  if (signal?.aborted === true) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const abort = () => {
      waiter.abandoned = true;
      reject(signal?.reason);
    };
    const done = () => signal?.removeEventListener("abort", abort);
    const waiter: Waiter = {
      until,
      resolve: () => {
        done();
        resolve();
      },
      reject: (error) => {
        done();
        reject(error instanceof StoreError ? notDurable(error, intentId) : error);
      },
    };
    signal?.addEventListener("abort", abort, { once: true });
    act(waiter);
  });
}

function notDurable(error: StoreError, intentId: IntentId): StoreError {
  return new StoreError(`Cannot change order ${intentId}: ${error.message}`, { intentId }, {
    cause: error,
  });
}
