/** What one exchange instance is made of; the kernel composes it. */
import type { ExchangeAdapter } from "../src/exchanges/exchange.ts";
import type { Clock, Random } from "../src/model/clock.ts";
import type { InstanceIdentity } from "../src/model/ids.ts";
import type { RateCaps } from "../src/model/rate_limits.ts";
import type { ExchangeMode, RiskLimits } from "../src/model/risk.ts";
import type { Log } from "../src/model/log.ts";
import type { Store } from "../src/stores/store.ts";
import type { EdgeTap } from "./edge_tap.ts";
import type { ExchangeMemory } from "./exchange_memory.ts";
import type { Journal } from "./journal.ts";

/** What a configuration says of one exchange beside its venue. */
export type ExchangeSettings = Pick<
  ExchangeOptions,
  "risk" | "mode" | "exclusiveAccount" | "allowWithdrawalKeys" | "untouched"
>;

export interface ExchangeOptions {
  readonly id: string;
  readonly adapter: ExchangeAdapter;
  /** Caps beside what the venue publishes, and the account's tier. */
  readonly rateLimits: RateCaps | null;
  readonly clock: Clock;
  readonly random: Random;
  readonly journal: Journal;
  readonly store: Store;
  readonly identity: InstanceIdentity;
  readonly log: Log;
  readonly tap: EdgeTap;
  readonly intentTap: EdgeTap;
  /** Default: the caps that everybody starts with. */
  readonly risk?: RiskLimits;
  /** `observe`: everything is read and nothing is sent. Default: `live`. */
  readonly mode?: ExchangeMode;
  /** Nobody but this kernel trades on the account. Default: false. */
  readonly exclusiveAccount?: boolean;
  /** A key that may withdraw is used all the same. Default: false, the exchange is parked. */
  readonly allowWithdrawalKeys?: boolean;
  /** Nobody has sent the venue anything yet, so its budgets are whole. Default: nobody knows. */
  readonly untouched?: boolean;
  /** Of its last life in this process; default: there was none. */
  readonly memory?: ExchangeMemory;
  /** Told once: the exchange cannot go on, whoever supervises it decides. */
  readonly crashed: (error: unknown) => void;
}
