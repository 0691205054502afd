/** The reading calls. Each is answered whole or not at all; what fails says why. */
import type { Balance, Position } from "../../model/account.ts";
import type { Fill } from "../../model/fill.ts";
import { READ_PAGES_MAX } from "../../model/limits.ts";
import type { Ticker } from "../../model/market.ts";
import type { EpochMs } from "../../model/scalars.ts";
import type { LookupOutcome, ReadOutcome, VenueOrder } from "../../model/venue.ts";
import type { OrderRef } from "../exchange.ts";
import { TRADE_WINDOWS_MAX } from "./limits.ts";
import { list, lookUp } from "./lookup.ts";
import type { TradePage } from "./profile.ts";
import {
  ask,
  failed,
  malformed,
  NOT_CONNECTED,
  readFailure,
  rowContext,
  type Session,
  type SessionSource,
} from "./session.ts";

export class Reads {
  readonly #session: SessionSource;

  constructor(session: SessionSource) {
    this.#session = session;
  }

  lookup(ref: OrderRef): Promise<LookupOutcome> {
    return lookUp(this.#session(), ref);
  }

  openOrders(symbolId?: string): Promise<ReadOutcome<readonly VenueOrder[]>> {
    return this.#timed(async (session) => {
      const raw = symbolId === undefined ? null : session.catalogue.rawOf(symbolId);
      if (raw === undefined) return failed("UNLISTED_SYMBOL", `${symbolId} is not listed`);
      return await list(session, session.profile.calls.openOrders(raw), session.profile.rows.order);
    });
  }

  /**
   * Windows of time up to the first that has trades, then by trade id to the newest: ids leave no
   * gap where many trades share a millisecond.
   */
  fillsSince(symbolId: string, since: EpochMs): Promise<ReadOutcome<readonly Fill[]>> {
    return this.#timed(async (session, now) => {
      const raw = session.catalogue.rawOf(symbolId);
      if (raw === undefined) return failed("UNLISTED_SYMBOL", `${symbolId} is not listed`);
      const { tradeWindowMs, pageRows } = session.profile;
      let from = since;
      for (let window = 0; window < TRADE_WINDOWS_MAX; window++) {
        const page = await trades(session, raw, { kind: "window", from, to: from + tradeWindowMs });
        if (page.kind === "failed") return page;
        const last = from + tradeWindowMs >= now;
        if (page.value.length > 0) {
          if (last && page.value.length < pageRows) return page;
          return await rest(session, raw, { first: page.value });
        }
        if (last) return page;
        from += tradeWindowMs + 1;
      }
      return failed("TOO_MANY_PAGES", `trades since ${since} are more than one read takes`);
    });
  }

  fillsOf(ref: OrderRef): Promise<ReadOutcome<readonly Fill[]>> {
    return this.#timed(async (session) => {
      const raw = session.catalogue.rawOf(ref.symbolId);
      if (raw === undefined) return failed("UNLISTED_SYMBOL", `${ref.symbolId} is not listed`);
      let exchangeOrderId = ref.exchangeOrderId;
      if (exchangeOrderId === null) {
        const order = await lookUp(session, ref);
        if (order.kind === "failed") return order;
        if (order.kind === "absent") {
          return failed("NOT_FOUND", "the venue does not know the order");
        }
        exchangeOrderId = order.order.exchangeOrderId;
      }
      const first = await trades(session, raw, { kind: "order", exchangeOrderId });
      if (first.kind === "failed") return first;
      const all = first.value.length < session.profile.pageRows
        ? first
        : await rest(session, raw, { first: first.value, exchangeOrderId });
      if (all.kind === "failed") return all;
      const { clientOrderId } = ref;
      return { kind: "read", value: all.value.map((fill) => ({ ...fill, clientOrderId })) };
    });
  }

  balances(): Promise<ReadOutcome<readonly Balance[]>> {
    return this.#timed(async (session) => {
      const verdict = await ask(session, session.profile.calls.account());
      if (verdict.kind !== "answered") return readFailure(verdict);
      try {
        const value = session.profile.rows.balances(verdict.value, rowContext(session));
        return { kind: "read", value };
      } catch (error) {
        return malformed(session, "account", error);
      }
    });
  }

  ticker(symbolId: string): Promise<ReadOutcome<Ticker>> {
    return this.#timed(async (session) => {
      const raw = session.catalogue.rawOf(symbolId);
      if (raw === undefined) return failed("UNLISTED_SYMBOL", `${symbolId} is not listed`);
      const verdict = await ask(session, session.profile.calls.ticker(raw));
      if (verdict.kind !== "answered") return readFailure(verdict);
      try {
        const value = session.profile.rows.ticker(verdict.value, rowContext(session));
        return { kind: "read", value };
      } catch (error) {
        return malformed(session, "ticker", error);
      }
    });
  }

  /** A spot account has none. */
  positions(): Promise<ReadOutcome<readonly Position[]>> {
    return this.#timed(() => Promise.resolve({ kind: "read", value: [] }));
  }

  /** Stamps a read with the earliest the venue's clock could show before anything was asked. */
  async #timed<T>(
    read: (session: Session, now: EpochMs) => Promise<Untimed<T>>,
  ): Promise<ReadOutcome<T>> {
    const session = this.#session();
    if (session === null) return failed("NOT_CONNECTED", NOT_CONNECTED);
    const venueTime = session.venueClock.floor();
    const now = session.venueClock.now();
    if (venueTime === null || now === null) {
      return failed("CLOCK_UNKNOWN", "the venue's clock is not measured yet");
    }
    const outcome = await read(session, now);
    return outcome.kind === "read" ? { ...outcome, venueTime } : outcome;
  }
}

type Failed = Extract<ReadOutcome<never>, { kind: "failed" }>;
type Untimed<T> = { readonly kind: "read"; readonly value: T } | Failed;

function trades(
  session: Session,
  rawSymbol: string,
  page: TradePage,
): Promise<Untimed<readonly Fill[]>> {
  const { calls, rows } = session.profile;
  return list(session, calls.trades(rawSymbol, page), rows.trade);
}

/** The pages after `first`, until one is not full. */
async function rest(
  session: Session,
  rawSymbol: string,
  from: { readonly first: readonly Fill[]; readonly exchangeOrderId?: string },
): Promise<Untimed<readonly Fill[]>> {
  const found = [...from.first];
  for (let page = 1; page < READ_PAGES_MAX; page++) {
    const after = found[found.length - 1]!.tradeId;
    const { exchangeOrderId } = from;
    const next = await trades(
      session,
      rawSymbol,
      exchangeOrderId === undefined
        ? { kind: "after", tradeId: after }
        : { kind: "order", exchangeOrderId, after },
    );
    if (next.kind === "failed") return next;
    found.push(...next.value);
    if (next.value.length < session.profile.pageRows) return { kind: "read", value: found };
  }
  return failed("TOO_MANY_PAGES", `more than ${READ_PAGES_MAX} pages of trades`);
}
