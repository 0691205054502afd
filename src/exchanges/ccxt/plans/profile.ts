/**
 * Everything that differs between venues behind ccxt, in one value per venue: constants with
 * their sources, how calls are spelled, how rows and frames are read, and what an error proves.
 */
import type { SymbolMetadata } from "../../../model/instrument.ts";
import type {
  DeadMansSwitch,
  RateLimits,
  ReportedUsage,
  RequestAbout,
  RequestCost,
  RequestKind,
  VenueTiming,
} from "../../exchange.ts";
import type { AnswerPlan, VenueAnswer } from "./answer_plan.ts";
import type { CcxtCode, CcxtExchange, CcxtMarket, CcxtSigned } from "../ccxt.ts";
import type { EntryPlan } from "./entry_plan.ts";
import type { MarketPlan } from "./market_plan.ts";
import type { ReadPlan } from "./read_plan.ts";
import type { SocketPlan } from "./socket_plan.ts";
import type { ClientIdForm } from "./venue_call.ts";

/** What a venue's account is opened with; each is a text of the configuration. */
export type Credential = "apiKey" | "secret" | "password" | "walletAddress" | "privateKey";

export interface VenueProfile {
  readonly kind: string;
  readonly type: "CEX" | "DEX";
  readonly credentials: readonly Credential[];
  readonly timing: VenueTiming;
  /** As the venue publishes them; what is kept free is not the profile's business. */
  readonly rateLimits: RateLimits;
  /** Asked before every request. Names only budgets of `rateLimits`. */
  cost(kind: RequestKind, about: RequestAbout): RequestCost;
  /** What an answer says of the budgets; null where it says nothing. */
  usage(answer: VenueAnswer): ReportedUsage | null;
  readonly cancelByClientOrderId: boolean;
  readonly amendInPlace: boolean;
  readonly deadMansSwitch: DeadMansSwitch;
  readonly clientId: ClientIdForm;
  /**
   * `time`: a signed request carries the venue's time. `increasing`: it carries a number that only
   * grows and is unique, near the venue's time in milliseconds.
   */
  readonly nonce: "time" | "increasing";
  /** Whether private requests must arrive in the order of their nonces: they then go one by one. */
  readonly oneByOne: boolean;
  /** Loads the venue's class; the only place that touches ccxt's code. */
  load(): Promise<CcxtCode>;
  /** Constructor options of the class beside keys and timeouts. */
  readonly ccxtOptions: Readonly<Record<string, unknown>>;
  /** Which requests besides GETs only read, so that ccxt may send them itself; absent: none. */
  readonly isRead?: (wire: CcxtSigned) => boolean;
  /** Switches off what ccxt would do unasked. */
  configure(exchange: CcxtExchange): void;
  readonly instrumentParams: Readonly<Record<string, unknown>>;
  /**
   * Where the rows are in every answer to a request for markets, when each can be read by itself:
   * the names that lead to them. Absent: they are read all at once.
   */
  readonly marketRows?: readonly string[];
  /** Markets this instance serves, of those ccxt has loaded. */
  serves(market: CcxtMarket): boolean;
  instrument(market: CcxtMarket, exchange: CcxtExchange): SymbolMetadata;
  /** Every spelling the venue uses for a market, beside `market.id`. */
  names?(market: CcxtMarket): readonly string[];
  /** What must be left of `market.info` for ccxt to build orders; the rest is memory. */
  keptInfo(info: unknown): unknown;
  readonly entry: EntryPlan;
  readonly reads: ReadPlan;
  readonly sockets: readonly SocketPlan[];
  /** Absent: only the ticker is read. */
  readonly market?: MarketPlan;
  readonly answers: AnswerPlan;
}
