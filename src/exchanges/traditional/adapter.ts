/**
 * An exchange that is registered and cannot be traded on yet: it refuses to connect and says what is
 * missing. It keeps the names of the options it was given and none of their values.
 */
import { ExchangeError } from "../../model/errors.ts";
import type { ReadOutcome } from "../../model/venue.ts";
import type {
  ExchangeAdapter,
  ExchangeCapabilities,
  Execution,
  Instruments,
  MarketData,
} from "../exchange.ts";
import type { Requirement, TraditionalVenue } from "./venue.ts";

export interface TraditionalAdapterOptions {
  readonly id: string;
  readonly venue: TraditionalVenue;
  /** Names of the options that were given. */
  readonly given: ReadonlySet<string>;
}

export class TraditionalAdapter implements ExchangeAdapter {
  readonly id: string;
  readonly type = "TRADITIONAL";
  readonly capabilities = CAPABILITIES;
  readonly execution = EXECUTION;
  readonly marketData: MarketData = { ticker: () => undefined };
  readonly instruments: Instruments = {
    load: () => Promise.resolve(NOT_CONNECTED),
    get: () => undefined,
    list: () => [],
  };
  readonly sockets = [];
  readonly isConnected = false;
  readonly #venue: TraditionalVenue;
  readonly #given: ReadonlySet<string>;

  constructor({ id, venue, given }: TraditionalAdapterOptions) {
    this.id = id;
    this.#venue = venue;
    this.#given = given;
  }

  /** Always rejects: with everything given, the protocol itself is what is missing. */
  connect(): Promise<void> {
    const { name, unbuilt, requirements, document } = this.#venue;
    const missing = requirements.filter(({ option }) => !this.#given.has(option));
    const parts = GROUPS.flatMap((group) => grouped(group, missing));
    const given = parts.length === 0 ? "" : `not given are ${parts.join("; ")}. `;
    const message = `Cannot connect ${this.id} to ${name}: ${given}Not built yet: ${unbuilt}. ` +
      `See ${document}`;
    return Promise.reject(
      new ExchangeError("CONNECT_REFUSED", message, {
        exchangeId: this.id,
        missing: missing.map(({ option }) => option),
      }),
    );
  }

  disconnect(): Promise<void> {
    return Promise.resolve();
  }

  venueNow(): null {
    return null;
  }

  syncClock(): Promise<typeof NOT_CONNECTED> {
    return Promise.resolve(NOT_CONNECTED);
  }

  onFact(): void {}
}

const GROUPS: readonly Requirement["group"][] = [
  "credentials",
  "session",
  "gateway",
  "certification",
];

function grouped(group: Requirement["group"], missing: readonly Requirement[]): readonly string[] {
  const of = missing.filter((each) => each.group === group);
  if (of.length === 0) return [];
  return [`${group}: ${of.map(({ option, what }) => `${option} (${what})`).join(", ")}`];
}

const WHY = "the exchange cannot be connected to";
const NOT_CONNECTED: Extract<ReadOutcome<never>, { kind: "failed" }> = {
  kind: "failed",
  cause: { code: "NOT_CONNECTED", message: WHY },
};

const unsent = () => Promise.resolve({ kind: "notSent", reason: "NOT_CONNECTED" } as const);
const unread = () => Promise.resolve(NOT_CONNECTED);

/** Nothing of it is ever sent: nobody is connected. */
const EXECUTION: Execution = {
  submit: unsent,
  cancel: unsent,
  amend: unsent,
  lookup: unread,
  openOrders: unread,
  fillsSince: unread,
  fillsOf: unread,
  balances: unread,
  positions: unread,
};

/** No request leaves, so none of these numbers is a venue's. */
const CAPABILITIES: ExchangeCapabilities = {
  timing: { validityMs: 1_000, engineBoundMs: 1_000, settleMs: 1_000, retentionMs: 1_000 },
  rateLimits: { budgets: {} },
  cost: () => [],
  cancelByClientOrderId: false,
  amendInPlace: false,
  deadMansSwitch: { kind: "none" },
};
