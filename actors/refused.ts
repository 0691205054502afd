/**
 * Orders that the venue refused and may have taken all the same: of a request that the network
 * delivered twice, the first copy may be refused and the second accepted. One that rests is listed,
 * and one that is streamed names itself; but some venues list trades without a client order id, so
 * that nobody would know whose they are. The exchange shows it turns and nameless trades; it looks
 * refused orders up, and hands what it finds to the router.
 *
 * I1 A trade of an unknown order has every refused one looked up that could be it, once.
 * I2 They are remembered over a restart, after which each is looked up once: their intents have
 *    ended, and nothing else would look.
 */
import { findAttempt } from "../machines/attempts.ts";
import type { AttemptRecord, IntentContext } from "../machines/intent_context.ts";
import { REFUSED_LOOKUP_MS, REFUSED_WATCH_MS } from "../machines/timeouts.ts";
import type { CancelTimer, Clock } from "../src/model/clock.ts";
import type { Fill } from "../src/model/fill.ts";
import { REFUSED_LOOKUPS_MAX, REFUSED_WATCHED_MAX } from "../src/model/limits.ts";
import { readMeta, REFUSED_ROW, type RefusedOrder } from "../src/model/meta_row.ts";
import type { ExchangeAdapter } from "../src/exchanges/exchange.ts";
import type { Store } from "../src/stores/store.ts";
import type { Journal } from "./journal.ts";
import type { RequestRunner } from "./request.ts";
import type { FactRouter } from "./router.ts";

export interface RefusedOptions {
  readonly exchangeId: string;
  readonly clock: Clock;
  readonly adapter: Pick<ExchangeAdapter, "execution" | "capabilities">;
  readonly runner: RequestRunner;
  readonly router: Pick<FactRouter, "listed">;
  readonly journal: Journal;
  readonly store: Pick<Store, "meta">;
  readonly onCrash: (error: unknown) => void;
}

export class Refused {
  readonly #o: RefusedOptions;
  /** By client order id; the oldest is forgotten first. */
  readonly #watched = new Map<string, RefusedOrder>();
  /** Orders whose trades have been asked about. */
  readonly #asked = new Set<string>();
  readonly #timers = new Map<string, CancelTimer>();
  #isStopped = false;

  constructor(options: RefusedOptions) {
    this.#o = options;
  }

  /** I2 */
  start(): void {
    const stored = readMeta(this.#key, this.#o.store.meta(this.#key), REFUSED_ROW);
    for (const watched of stored) {
      this.#watched.set(watched.clientOrderId, watched);
      this.#lookUp(watched, REFUSED_LOOKUPS_MAX);
    }
  }

  onTurn(before: IntentContext | null, after: IntentContext): void {
    if (before === null || before.attempts === after.attempts) return;
    const { symbolId } = after.intent.order;
    for (const attempt of after.attempts) {
      if (!isRefused(attempt)) continue;
      const known = findAttempt(before, attempt.attempt);
      if (known !== undefined && isRefused(known)) continue;
      const { clientOrderId, deadline } = attempt;
      this.#remember({ symbolId, clientOrderId, deadline });
    }
  }

  /** A trade of an order that is not known to be ours. */
  foreign({ symbolId, exchangeOrderId, clientOrderId, venueTime }: Fill): void {
    const order = `${symbolId} ${exchangeOrderId}`;
    if (clientOrderId !== null || this.#watched.size === 0 || this.#asked.has(order)) return;
    const since = venueTime - REFUSED_WATCH_MS;
    const candidates = [...this.#watched.values()].filter((watched) =>
      watched.symbolId === symbolId && watched.deadline >= since
    );
    if (candidates.length === 0) return;
    this.#asked.add(order);
    if (this.#asked.size > REFUSED_WATCHED_MAX) this.#asked.delete([...this.#asked][0]!);
    for (const watched of candidates) this.#lookUp(watched, REFUSED_LOOKUPS_MAX);
  }

  stop(): void {
    this.#isStopped = true;
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  /** Once it can no longer land and reads have caught up; again where a read proves nothing. */
  #lookUp(watched: RefusedOrder, tries: number): void {
    const { clock, adapter } = this.#o;
    const { clientOrderId, deadline } = watched;
    if (this.#isStopped || tries === 0 || this.#timers.has(clientOrderId)) return;
    const { engineBoundMs, settleMs } = adapter.capabilities.timing;
    const left = deadline + engineBoundMs + settleMs - clock.now();
    const delayMs = Math.max(tries < REFUSED_LOOKUPS_MAX ? REFUSED_LOOKUP_MS : 0, left);
    const timer = clock.setTimer(() => {
      this.#timers.delete(clientOrderId);
      this.#ask(watched, tries).catch(this.#o.onCrash);
    }, delayMs);
    this.#timers.set(clientOrderId, timer);
  }

  async #ask(watched: RefusedOrder, tries: number): Promise<void> {
    const { runner, adapter, router } = this.#o;
    const { symbolId, clientOrderId } = watched;
    const ref = { symbolId, clientOrderId, exchangeOrderId: null };
    const look = () => adapter.execution.lookup(ref);
    const read = await runner.run("lookup", "probe", look, { symbolId });
    if (this.#isStopped) return;
    if (read.kind === "failed") return this.#lookUp(watched, tries - 1);
    if (read.kind === "found") router.listed(read.order, read.venueTime);
  }

  #remember(watched: RefusedOrder): void {
    const { journal } = this.#o;
    this.#watched.set(watched.clientOrderId, watched);
    const until = watched.deadline - REFUSED_WATCH_MS;
    for (const [id, { deadline }] of this.#watched) {
      if (deadline < until || this.#watched.size > REFUSED_WATCHED_MAX) this.#watched.delete(id);
      else break;
    }
    const value = JSON.stringify([...this.#watched.values()]);
    journal.write({ meta: [{ key: this.#key, value }] }).catch(() => {});
  }

  get #key(): string {
    return `refused/${this.#o.exchangeId}`;
  }
}

/** By an answer alone: a venue order that was rejected has a status. */
function isRefused({ outcome, status }: AttemptRecord): boolean {
  return outcome === "REJECTED" && status === null;
}
