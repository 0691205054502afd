/** What a venue tells without being asked for it then and there. */
import type { Balance, Position } from "./account.ts";
import type { Decimal } from "./decimal.ts";
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
  /** Too little margin is left: the venue may liquidate soon. It may come again and again. */
  | {
    readonly kind: "marginCall";
    /** Null: of the whole account. */
    readonly symbolId: string | null;
    /** Maintenance margin by what covers it, 1 at liquidation; null where it is not told. */
    readonly used: Decimal | null;
    /** The maintenance margin the venue asks for, in what it settles in; null where not told. */
    readonly maintenance: Decimal | null;
    readonly receivedAt: EpochMs;
  }
  | MarketFact
  /** How much of its budgets the venue counts as used, by response headers or asked. */
  | ({ readonly kind: "usage" } & ReportedUsage)
  /** 429 or 418: nothing may be sent for so long. */
  | {
    readonly kind: "banned";
    readonly retryAfterMs: number;
    readonly status: number;
    /** Only what takes from these budgets may not be sent; absent: nothing at all. */
    readonly budgets?: readonly string[];
  }
  /** Rows of contracts that are not listed, so that they cannot be counted; left out, and told. */
  | { readonly kind: "unlisted"; readonly where: string; readonly message: string }
  /** A frame or row that does not parse; dropped, counted and shown. */
  | { readonly kind: "malformed"; readonly where: string; readonly message: string };
