/** What a venue tells without being asked for it then and there. */
import type { Balance, Position } from "./account.ts";
import type { Fill } from "./fill.ts";
import type { MarketFact } from "./market_feed.ts";
import type { ReportedUsage } from "./rate_limits.ts";
import type { EpochMs } from "./scalars.ts";
import type { VenueOrder } from "./venue.ts";

/** Facts the venue volunteers (stream) or tells by the way (response headers). */
export type VenueFact =
  | { readonly kind: "order"; readonly order: VenueOrder; readonly receivedAt: EpochMs }
  | { readonly kind: "fill"; readonly fill: Fill; readonly receivedAt: EpochMs }
  | {
    readonly kind: "balances";
    readonly balances: readonly Balance[];
    readonly receivedAt: EpochMs;
  }
  /** Positions that changed, by symbol and side; quantity 0 is closed. Others stay as they are. */
  | {
    readonly kind: "positions";
    readonly positions: readonly Position[];
    readonly receivedAt: EpochMs;
  }
  | MarketFact
  /** How much of its budgets the venue counts as used, by response headers or asked. */
  | ({ readonly kind: "usage" } & ReportedUsage)
  /** 429 or 418: nothing may be sent for so long. */
  | { readonly kind: "banned"; readonly retryAfterMs: number; readonly status: number }
  /** A frame or row that does not parse; dropped, counted and shown. */
  | { readonly kind: "malformed"; readonly where: string; readonly message: string };
