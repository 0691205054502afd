/**
 * The door of one exchange: checks a caller's command against schema, market and the intent's
 * state, and hands it to the book. What it refuses is thrown, and nothing is recorded.
 */
import { type Admission, admit, type Inadmissible, refusalText } from "../machines/admission.ts";
import { GATE_OBSERVE_ONLY } from "../machines/gate_words.ts";
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
import { GENERATION_MAX, WAITERS_MAX } from "../src/model/limits.ts";
import { type StandardOrder, StandardOrderSchema } from "../src/model/order.ts";
import { parseOrThrow } from "../src/model/parse.ts";
import { PlaceOptionsSchema, type WaitFor } from "../src/model/place_options.ts";
import { riskDetails, type RiskRefusal, riskText } from "../src/model/risk.ts";
import type { IntentId } from "../src/model/scalars.ts";
import type { Store } from "../src/stores/store.ts";
import { denyBehindCircuit, denyReplacement } from "./circuit.ts";
import type { Entry, Waiter } from "./entry.ts";
import type { Exchange } from "./exchange.ts";
import { nameHint } from "./name_hint.ts";
import { denyFull, newIntent } from "./new_intent.ts";

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
    return this.#place(input, options, { prices: "read" });
  }

  #place(
    input: unknown,
    options: PlaceOptions,
    { prices }: { readonly prices: "read" | "as they are" },
  ): Promise<IntentId> {
    const { exchange, clock, random } = this.#o;
    const { signal, ...plain } = options;
    const given = parseOrThrow(PlaceOptionsSchema, plain, "place order");
    const order = parseOrThrow(StandardOrderSchema, input, "place order");
    const original = canonical(order);
    const intentId = given.intentId ?? makeIntentId(clock, random);
    // An id made just now is new: looking for it in the store would cost a query an order.
    const known = given.intentId === undefined ? undefined : this.#known(intentId);
    if (known !== undefined) return this.#again(intentId, known, original, given.waitFor, signal);
    this.#denyObserving("place order");
    exchange.gate.latch.deny("place order");
    exchange.gate.denyHalted("place order");
    denyFull(exchange, "place order");
    const admitted = this.#admit(order, "place order");
    denyBehindCircuit(exchange.runner, admitted, "place order");
    const reading = prices === "read" ? exchange.risk.prepare(admitted) : null;
    if (reading !== null) {
      // Meanwhile everything may have changed: it starts over, with the prices that are there then.
      return reading.then(() => this.#place(input, options, { prices: "as they are" }));
    }
    const isNamed = given.intentId !== undefined;
    denyRisk("place order", exchange.risk.checkPlace(admitted, { isNamed }));
    exchange.risk.placed(admitted);
    const now = clock.now();
    const intent = newIntent({ intentId, exchangeId: exchange.id, order: admitted, given, now });
    return this.#wait(given.waitFor ?? "durable", signal, intentId, (waiter) => {
      exchange.book.place(intent, original, waiter);
    }).then(() => intentId);
  }

  async cancel(intentId: IntentId, options: ChangeOptions = {}): Promise<void> {
    this.#denyObserving("cancel order");
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
    this.#denyObserving("cancel orders");
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
    this.#denyObserving("modify order");
    this.#o.exchange.gate.latch.deny("modify order");
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
    if (intent.generation >= GENERATION_MAX) {
      throw new ConflictError(
        `Cannot modify order ${intentId}: it was changed ${GENERATION_MAX} times, the limit; ` +
          "cancel it and place a new one",
        { intentId, limit: GENERATION_MAX },
      );
    }
    checkImmutable(intent.order, order);
    checkAmount(order.amount, filled);
    const admitted = this.#admit(order, "modify order");
    denyReplacement(this.#o.exchange, admitted);
    if (canonical(admitted) === canonical(intent.order)) return;
    const { risk } = this.#o.exchange;
    risk.prepare(admitted); // A change does not wait; the next one has the price.
    denyRisk("modify order", risk.checkChange(entry.context, admitted));
    risk.changed();
    await this.#wait(options.waitFor ?? "durable", options.signal, intentId, (waiter) => {
      const at = this.#o.clock.now();
      this.#o.exchange.book.tell(intentId, { type: "order.modify", at, order: admitted }, waiter);
    });
  }

  async resume(intentId: IntentId): Promise<void> {
    this.#denyObserving("resume order");
    const entry = this.#live(intentId, "resume order");
    this.#o.exchange.gate.latch.deny("resume order");
    if (entry?.context.phase !== "PENDING.paused") {
      const state = entry?.context.phase ?? "ended";
      throw new ConflictError(`Cannot resume order ${intentId}: it is ${state}, not paused`);
    }
    await waitFor("durable", undefined, intentId, (waiter) => {
      const at = this.#o.clock.now();
      this.#o.exchange.book.tell(intentId, { type: "order.resume", at }, waiter);
    });
  }

  /** An exchange that is only watched is told nothing, so nothing is taken on for it. */
  #denyObserving(action: string): void {
    const { exchange } = this.#o;
    if (!exchange.gate.isObserving) return;
    throw new DeniedError(
      GATE_OBSERVE_ONLY,
      `Cannot ${action}: ${exchange.id} is in mode observe, nothing is sent`,
      { rule: "mode", limit: "observe", actual: action, exchangeId: exchange.id },
    );
  }

  /** A commit answers within milliseconds; what waits for the venue is counted. */
  async #wait(
    until: WaitFor,
    signal: AbortSignal | undefined,
    intentId: IntentId,
    act: (waiter: Waiter) => void,
  ): Promise<void> {
    if (until === "durable") return await waitFor(until, signal, intentId, act);
    const { waiting, id } = this.#o.exchange;
    if (waiting.count >= WAITERS_MAX) {
      throw new DeniedError(
        "TOO_MANY_WAITERS",
        `Cannot wait for ${intentId}: ${waiting.count} callers wait on ${id} already, the limit`,
        { intentId, limit: WAITERS_MAX },
      );
    }
    waiting.count += 1;
    try {
      await waitFor(until, signal, intentId, act);
    } finally {
      waiting.count -= 1;
    }
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
    await this.#wait(until, signal, intentId, (waiter) => {
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
    if (exchange.router.isFull(order.symbolId)) {
      throw new DeniedError(
        "PARKED_FACTS_FULL",
        `Cannot ${action}: too many facts on ${order.symbolId} wait for an order in doubt; ` +
          "it opens again once the doubt is over",
        { symbolId: order.symbolId },
      );
    }
    const ticker = exchange.market.tickers.get(order.symbolId) ??
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
    const hint = nameHint(exchange.adapter.instruments, symbolId);
    const isAmbiguous = exchange.adapter.instruments.resolve?.(symbolId).kind === "ambiguous";
    return new ValidationError(
      isAmbiguous ? "SYMBOL_AMBIGUOUS" : "SYMBOL_UNKNOWN",
      `Cannot ${action}: symbolId must be listed by ${exchange.id}, got ${symbolId}${hint}`,
      { field: "symbolId", rule: `must be listed by ${exchange.id}`, actual: symbolId },
    );
  }
}

function denyRisk(action: string, refusal: RiskRefusal | null): void {
  if (refusal === null) return;
  throw new DeniedError(refusal.code, riskText(action, refusal), riskDetails(refusal));
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
