/** The reading calls. Each is answered whole or not at all; what fails says why. */
import type { Balance, Position } from "../../../model/account.ts";
import type { Fill } from "../../../model/fill.ts";
import type { Ticker } from "../../../model/market.ts";
import type { EpochMs } from "../../../model/scalars.ts";
import type { LookupOutcome, ReadOutcome, VenueOrder } from "../../../model/venue.ts";
import type { OrderRef } from "../../exchange.ts";
import { lookUp } from "./lookup.ts";
import type { MarketContext } from "../plans/market_plan.ts";
import { type Failed, type Untimed, wholeList } from "./pages.ts";
import {
  ask,
  failed,
  malformed,
  NOT_CONNECTED,
  readFailure,
  rowContext,
  type Session,
  type SessionSource,
} from "../session.ts";
import type { VenueCall } from "../plans/venue_call.ts";

/** A call about one symbol, and what its answer means. */
export interface SymbolRead<T> {
  call(of: { readonly rawSymbol: string }): VenueCall;
  read(answer: unknown, context: MarketContext): T;
}

export class Reads {
  readonly #session: SessionSource;

  constructor(session: SessionSource) {
    this.#session = session;
  }

  lookup(ref: OrderRef): Promise<LookupOutcome> {
    return lookUp(this.#session(), ref);
  }

  openOrders(symbolId?: string): Promise<ReadOutcome<readonly VenueOrder[]>> {
    return this.#timed((session) => {
      const rawSymbol = symbolId === undefined ? null : session.catalogue.rawOf(symbolId);
      if (rawSymbol === undefined) return Promise.resolve(unlisted(symbolId));
      return wholeList(session, session.profile.reads.openOrders, { rawSymbol }, {
        kind: "openOrders",
        ...(symbolId === undefined ? {} : { symbolId }),
      });
    });
  }

  /** Oldest first; trades of one millisecond stay in the order the venue gave. */
  fillsSince(symbolId: string, since: EpochMs): Promise<ReadOutcome<readonly Fill[]>> {
    return this.#timed(async (session, now) => {
      const rawSymbol = session.catalogue.rawOf(symbolId);
      if (rawSymbol === undefined) return unlisted(symbolId);
      const { tradesSince } = session.profile.reads;
      const query = { rawSymbol, since, now };
      const trades = await wholeList(session, tradesSince, query, { kind: "fillsSince", symbolId });
      return trades.kind === "failed" ? trades : { kind: "read", value: byTime(trades.value) };
    });
  }

  fillsOf(ref: OrderRef): Promise<ReadOutcome<readonly Fill[]>> {
    return this.#timed(async (session) => {
      const rawSymbol = session.catalogue.rawOf(ref.symbolId);
      if (rawSymbol === undefined) return unlisted(ref.symbolId);
      const exchangeOrderId = ref.exchangeOrderId ?? await this.#idOf(session, ref);
      if (typeof exchangeOrderId !== "string") return exchangeOrderId;
      const { tradesOfOrder } = session.profile.reads;
      const query = { rawSymbol, ref, exchangeOrderId };
      const { symbolId } = ref;
      const trades = await wholeList(session, tradesOfOrder, query, { kind: "fillsOf", symbolId });
      if (trades.kind === "failed") return trades;
      const { clientOrderId } = ref;
      return {
        kind: "read",
        value: byTime(trades.value).map((fill) => ({ ...fill, clientOrderId })),
      };
    });
  }

  balances(): Promise<ReadOutcome<readonly Balance[]>> {
    return this.#timed(async (session) => {
      return withoutNull(
        await wholeList(session, session.profile.reads.balances, null, "balances"),
      );
    });
  }

  positions(): Promise<ReadOutcome<readonly Position[]>> {
    return this.#timed(async (session) => {
      const { positions } = session.profile.reads;
      if (positions === null) return { kind: "read", value: [] };
      const list = withoutNull(await wholeList(session, positions, null, "positions"));
      if (list.kind === "failed") return list;
      // Where one page lists contracts and a later one what is held, the later one prevails.
      const once = new Map(list.value.map((position) => [position.positionId, position]));
      return { kind: "read", value: [...once.values()] };
    });
  }

  async ticker(symbolId: string): Promise<ReadOutcome<Ticker>> {
    const told = await this.ofSymbol(symbolId, "ticker", ({ profile: { reads: { ticker } } }) => ({
      call: ({ rawSymbol }) => ticker.call(rawSymbol),
      read: (answer, context) => ticker.read(answer, context),
    }));
    const plan = this.#session()?.profile.reads.ticker.last;
    if (told.kind === "failed" || plan === undefined) return told;
    const last = await this.ofSymbol(symbolId, "ticker", () => ({
      call: ({ rawSymbol }) => plan.call(rawSymbol),
      read: (answer) => plan.read(answer),
    }));
    return last.kind === "failed" ? last : { ...told, value: { ...told.value, last: last.value } };
  }

  /** One answer about one symbol. */
  ofSymbol<T>(
    symbolId: string,
    where: string,
    planOf: (session: Session) => SymbolRead<T>,
  ): Promise<ReadOutcome<T>> {
    return this.#timed(async (session) => {
      const rawSymbol = session.catalogue.rawOf(symbolId);
      if (rawSymbol === undefined) return unlisted(symbolId);
      const plan = planOf(session);
      const verdict = await ask(session, plan.call({ rawSymbol }));
      if (verdict.kind !== "answered") return readFailure(verdict);
      try {
        const value = plan.read(verdict.value, { ...rowContext(session), symbolId, rawSymbol });
        return { kind: "read", value };
      } catch (error) {
        return malformed(session, where, error);
      }
    });
  }

  async #idOf(session: Session, ref: OrderRef): Promise<string | Failed> {
    const order = await lookUp(session, ref);
    if (order.kind === "failed") return order;
    if (order.kind === "absent") return failed("NOT_FOUND", "the venue does not know the order");
    return order.order.exchangeOrderId;
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

function unlisted(symbolId: string | undefined): Failed {
  return failed("UNLISTED_SYMBOL", `${symbolId} is not listed`);
}

/** Pages that begin at the last one's time tell its last trades again. */
function byTime(fills: readonly Fill[]): readonly Fill[] {
  const once = new Map(fills.map((fill) => [`${fill.exchangeOrderId} ${fill.tradeId}`, fill]));
  return [...once.values()].sort((a, b) => a.venueTime - b.venueTime);
}

function withoutNull<T>(list: Untimed<readonly (T | null)[]>): Untimed<readonly T[]> {
  if (list.kind === "failed") return list;
  return { kind: "read", value: list.value.filter((each) => each !== null) };
}
