/** Builds a paper exchange from its section of the configuration. */
import { ConfigError } from "../../model/errors.ts";
import type { SymbolMetadata } from "../../model/instrument.ts";
import { SeededRandom } from "../../system/seeded_random.ts";
import type { AdapterContext } from "../registry.ts";
import { PaperAdapter } from "./adapter.ts";
import {
  contractInstrument,
  DEFAULT_INSTRUMENTS,
  DEFAULT_PRICES,
  spotInstrument,
} from "./catalogue.ts";
import { type EngineOptions, MatchingEngine } from "./engine.ts";
import type { PriceFeed } from "./feed.ts";
import { LiveFeed } from "./live_feed.ts";
import { type InstrumentTerms, type PaperOptions, paperOptionsOf } from "./options.ts";
import { ReplayFeed } from "./replay_feed.ts";
import { StateStore } from "./state_store.ts";
import { SyntheticFeed } from "./synthetic_feed.ts";

/** The one account of a paper exchange made here. */
export const PAPER_ACCOUNT = "main";

/**
 * An `AdapterFactory`.
 *
 * @throws {ConfigError} naming the option.
 * @throws {StoreError} when `statePath` cannot be opened, or another process holds it.
 */
// deno-lint-ignore require-await -- async turns what it throws into a rejection
export async function createPaperAdapter(context: AdapterContext): Promise<PaperAdapter> {
  const at = `exchanges.${context.id}`;
  const options = paperOptionsOf(context.options, at);
  const instruments = options.instruments?.map(instrumentOf) ?? DEFAULT_INSTRUMENTS;
  const { fees, margin } = options;
  const engineOptions = { clock: context.clock, instruments, fees, margin };
  const keeper = options.statePath === null ? null : new StateStore(options.statePath);
  try {
    const engine = openEngine(engineOptions, keeper);
    engine.openAccount(PAPER_ACCOUNT, options.balances);
    const feed = feedOf(options, { context, engine, at });
    const { id, clock } = context;
    const { latencyMs } = options;
    return new PaperAdapter({
      id,
      clock,
      engine,
      accountId: PAPER_ACCOUNT,
      feed,
      keeper,
      latencyMs,
    });
  } catch (error) {
    keeper?.close();
    throw error;
  }
}

function instrumentOf({ type = "SPOT", ...terms }: InstrumentTerms): SymbolMetadata {
  return type === "SPOT" ? spotInstrument(terms) : contractInstrument(terms);
}

function openEngine(options: EngineOptions, keeper: StateStore | null): MatchingEngine {
  const state = keeper?.load() ?? null;
  const engine = state === null
    ? new MatchingEngine(options)
    : MatchingEngine.restore(options, state);
  keeper?.attach(engine);
  return engine;
}

function feedOf(
  options: PaperOptions,
  by: {
    readonly context: AdapterContext;
    readonly engine: MatchingEngine;
    readonly at: string;
  },
): PriceFeed | null {
  const { clock, random } = by.context;
  const feed = options.feed;
  if (feed.kind === "none") return null;
  if (feed.kind === "replay") {
    listed(feed.symbolId, by.engine, `${by.at}.feed.symbolId`);
    return new ReplayFeed({ clock, ...feed });
  }
  if (feed.kind === "live") return liveFeed(feed, by);
  const prices = feed.prices ?? knownPrices(by.engine);
  const symbols = Object.keys(prices).map((symbolId) => ({
    metadata: listed(symbolId, by.engine, `${by.at}.feed.prices`),
    // A restarted venue goes on where it was.
    start: by.engine.lastPrice(symbolId) ?? prices[symbolId]!,
  }));
  return new SyntheticFeed({
    clock,
    random: feed.seed === null ? random : new SeededRandom(feed.seed),
    symbols,
    intervalMs: feed.intervalMs,
  });
}

function liveFeed(
  feed: Extract<PaperOptions["feed"], { kind: "live" }>,
  { context, engine, at }: {
    readonly context: AdapterContext;
    readonly engine: MatchingEngine;
    readonly at: string;
  },
): LiveFeed {
  const symbols = new Map(
    feed.symbols.map((symbolId) => [symbolId, listed(symbolId, engine, `${at}.feed.symbols`)]),
  );
  const field = `${at}.feed.exchange`;
  if (context.marketOf === undefined) {
    throw new ConfigError(`${field}: there is no other exchange here`, { path: field });
  }
  const market = context.marketOf(feed.exchange, field);
  return new LiveFeed({ clock: context.clock, market, symbols });
}

function knownPrices(engine: MatchingEngine) {
  return Object.fromEntries(
    Object.entries(DEFAULT_PRICES).filter(([symbolId]) => engine.instruments.has(symbolId)),
  );
}

/** @throws {ConfigError} when it is not. */
function listed(symbolId: string, engine: MatchingEngine, path: string): SymbolMetadata {
  const metadata = engine.instruments.get(symbolId);
  if (metadata !== undefined) return metadata;
  const names = [...engine.instruments.keys()].join(", ");
  throw new ConfigError(`${path}: expected one of ${names}, got ${symbolId}`, { path });
}
