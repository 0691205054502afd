/**
 * The front of the venue of a simulated world: what it turns away before an order reaches the
 * engine. Maintenance, a login that expired, a ban, a symbol it no longer lists, a changed tick.
 */
import type { SymbolMetadata } from "../../src/model/instrument.ts";
import type { Decimal } from "../../src/model/decimal.ts";

/** A request may be dated this much ahead of the venue's clock; Binance documents one second. */
export const AHEAD_MAX_MS = 1_000;

/** Why a request does not pass. `unknown` is a 5xx: it says nothing about the order. */
export type Stop =
  | { readonly kind: "refused"; readonly code: string; readonly retryAfterMs?: number }
  | { readonly kind: "unknown" };

export interface GatewayRequest {
  readonly kind: "submit" | "cancel" | "amend";
  readonly symbolId: string;
  readonly limitPrice: Decimal | null;
  /** By the venue's clock. */
  readonly signedAt: number;
  readonly validUntil: number;
}

export class Gateway {
  readonly #monotonic: () => number;
  readonly #instruments: Map<string, SymbolMetadata>;
  readonly #ticks = new Map<string, number>();
  readonly #gone = new Set<string>();
  #maintenanceUntil = 0;
  #authUntil = 0;
  #bannedUntil = 0;

  constructor(options: {
    readonly monotonic: () => number;
    readonly instruments: readonly SymbolMetadata[];
  }) {
    this.#monotonic = options.monotonic;
    this.#instruments = new Map(options.instruments.map((each) => [each.symbolId, each]));
  }

  /** What the venue lists now. */
  get listed(): ReadonlyMap<string, SymbolMetadata> {
    return this.#instruments;
  }

  get isDown(): boolean {
    return this.#monotonic() < this.#maintenanceUntil;
  }

  get isLoginExpired(): boolean {
    return this.#monotonic() < this.#authUntil;
  }

  get bannedForMs(): number {
    return Math.max(0, this.#bannedUntil - this.#monotonic());
  }

  maintain(forMs: number): void {
    this.#maintenanceUntil = this.#monotonic() + forMs;
  }

  expireLogin(forMs: number): void {
    this.#authUntil = this.#monotonic() + forMs;
  }

  ban(forMs: number): void {
    this.#bannedUntil = Math.max(this.#bannedUntil, this.#monotonic() + forMs);
  }

  delist(symbolId: string): void {
    this.#instruments.delete(symbolId);
    this.#gone.add(symbolId);
  }

  isGone(symbolId: string): boolean {
    return this.#gone.has(symbolId);
  }

  /** @param cents the new tick in hundredths */
  changeTick(symbolId: string, cents: number, tickSize: Decimal): void {
    const known = this.#instruments.get(symbolId);
    if (known === undefined) return;
    this.#ticks.set(symbolId, cents);
    const instrument = { ...known.instrument, tickSize };
    const price = { ...known.price, tickSize };
    this.#instruments.set(symbolId, { ...known, instrument, price });
  }

  /** @returns null when the request reaches the engine. */
  stop(request: GatewayRequest, venueNow: number): Stop | null {
    if (this.isDown) return { kind: "unknown" };
    if (this.bannedForMs > 0) return refused("RATE_LIMITED", this.bannedForMs);
    if (this.isLoginExpired) return refused("AUTHENTICATION");
    const isLate = venueNow > request.validUntil;
    if (isLate || request.signedAt > venueNow + AHEAD_MAX_MS) return refused("INVALID_TIMESTAMP");
    if (request.kind === "cancel") return null;
    if (this.#gone.has(request.symbolId)) return refused("FILTER");
    return this.#isOffTick(request) ? refused("FILTER") : null;
  }

  #isOffTick({ symbolId, limitPrice }: GatewayRequest): boolean {
    const tick = this.#ticks.get(symbolId);
    if (tick === undefined || limitPrice === null) return false;
    return Math.round(Number(limitPrice) * 100) % tick !== 0;
  }
}

function refused(code: string, retryAfterMs?: number): Stop {
  return { kind: "refused", code, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}
