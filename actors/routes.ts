/**
 * Which intent a venue's fact is about: by client order id, else by symbol and exchange order id.
 * Some venues use their ids again: an order that shows another client id is another order.
 */
import type { IntentContext } from "../machines/intent_context.ts";
import type { Entry } from "./entry.ts";

export interface Route {
  readonly entry: Entry;
  /** The attempt's number. */
  readonly attempt: number;
  /** The client id it has at the venue; null where it has none. */
  readonly named?: string | null;
}

export interface FactIds {
  readonly symbolId: string;
  readonly clientOrderId: string | null;
  readonly exchangeOrderId: string;
}

export class Routes {
  readonly #byClientOrderId = new Map<string, Route>();
  /** Exchange order ids are reused across symbols on some venues: the symbol is part of the key. */
  readonly #byExchangeOrderId = new Map<string, Route>();

  find({ symbolId, clientOrderId, exchangeOrderId }: FactIds): Route | undefined {
    if (clientOrderId !== null) {
      const route = this.#byClientOrderId.get(clientOrderId);
      if (route !== undefined) return route;
    }
    const route = this.#byExchangeOrderId.get(`${symbolId} ${exchangeOrderId}`);
    const named = route?.named ?? null;
    return clientOrderId === null || named === null || named === clientOrderId ? route : undefined;
  }

  /** Learns what the last turn added. */
  learn(entry: Entry, before: IntentContext | null, after: IntentContext): void {
    if (before?.attempts === after.attempts) return;
    for (const a of after.attempts) {
      const known = before?.attempts.find((b) => b.attempt === a.attempt);
      if (known === undefined) {
        this.#byClientOrderId.set(a.clientOrderId, { entry, attempt: a.attempt });
      }
      if (a.exchangeOrderId !== null && known?.exchangeOrderId !== a.exchangeOrderId) {
        const key = `${entry.symbolId} ${a.exchangeOrderId}`;
        const named = a.adopted === undefined ? a.clientOrderId : a.adopted.clientOrderId;
        this.#byExchangeOrderId.set(key, { entry, attempt: a.attempt, named });
      }
    }
  }

  forget(entry: Entry): void {
    for (const { clientOrderId, exchangeOrderId } of entry.context.attempts) {
      this.#byClientOrderId.delete(clientOrderId);
      if (exchangeOrderId !== null) {
        this.#byExchangeOrderId.delete(`${entry.symbolId} ${exchangeOrderId}`);
      }
    }
    const { attempts, attemptCount } = entry.context;
    if (attemptCount === attempts.length) return;
    // It has had more attempts than it shows; a route left behind would swallow their late facts.
    for (const routes of [this.#byClientOrderId, this.#byExchangeOrderId]) {
      for (const [id, route] of routes) if (route.entry === entry) routes.delete(id);
    }
  }
}
