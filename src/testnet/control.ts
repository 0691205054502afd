/** `/_control/`: the exchange's truth, faults, prices and reset, for tests and demos. */
import { z } from "zod";
import type { MarketChange } from "./dialect.ts";
import type { HostedExchange } from "./exchange.ts";
import { FAULT_NAMES, FAULTS } from "./fault_catalogue.ts";
import { FaultSchema } from "./faults.ts";
import { type HttpAnswer, type HttpRequest, jsonAnswer } from "./http.ts";
import type { MarketFeeds } from "./market.ts";

/** A page of another origin must not steer the testnet through a rebound name. */
const LOOPBACK_HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;
const AMOUNT = /^\d+(\.\d+)?$/;

const AmountSchema = z.union([z.string(), z.number()])
  .transform(String)
  .refine((text) => AMOUNT.test(text) && Number(text) > 0, "must be a positive plain decimal");

const MarketSchema = z.strictObject({
  exchange: z.string().min(1),
  symbol: z.string().min(1),
  price: AmountSchema,
  /** Base units the print trades; default: enough to fill whatever it crosses. */
  quantity: AmountSchema.optional(),
  /** Default true: the feed leaves the symbol alone from now on. */
  hold: z.boolean().optional(),
});

/** A mistake of whoever asks; the message names field, rule and value. */
class ControlError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export class Control {
  readonly #exchanges: ReadonlyMap<string, HostedExchange>;
  readonly #feeds: MarketFeeds;
  readonly #internalErrors: readonly string[];

  constructor(parts: {
    readonly exchanges: ReadonlyMap<string, HostedExchange>;
    readonly feeds: MarketFeeds;
    readonly internalErrors: readonly string[];
  }) {
    this.#exchanges = parts.exchanges;
    this.#feeds = parts.feeds;
    this.#internalErrors = parts.internalErrors;
  }

  answer(request: HttpRequest): HttpAnswer {
    try {
      checkHost(request);
      return jsonAnswer(200, this.#run(request));
    } catch (error) {
      if (error instanceof ControlError) return jsonAnswer(error.status, { error: error.message });
      if (error instanceof RangeError) return jsonAnswer(400, { error: error.message });
      throw error;
    }
  }

  /** @throws {RangeError} naming those there are. */
  exchange(name: string): HostedExchange {
    const exchange = this.#exchanges.get(name);
    if (exchange !== undefined) return exchange;
    const known = [...this.#exchanges.keys()].join(", ");
    throw new RangeError(`exchange: must be one of ${known}, got ${JSON.stringify(name)}`);
  }

  setPrice(exchange: string, change: MarketChange): void {
    const { dialect } = this.exchange(exchange);
    dialect.setPrice(change);
    this.#feeds.hold(dialect.name, change.symbol, { held: change.hold ?? true });
  }

  clearFaults(exchange?: string): void {
    const chosen = exchange === undefined ? this.#exchanges.values() : [this.exchange(exchange)];
    for (const { faults } of chosen) faults.clear();
  }

  reset(exchange?: string): void {
    this.clearFaults(exchange);
    const chosen = exchange === undefined ? this.#exchanges.values() : [this.exchange(exchange)];
    for (const { dialect } of chosen) {
      dialect.reset();
      this.#feeds.release(dialect.name);
    }
  }

  #run(request: HttpRequest): unknown {
    const query = new URLSearchParams(request.query);
    const exchange = query.get("exchange") ?? undefined;
    switch (`${request.method} ${request.path}`) {
      case "GET /_control/health":
        return this.#health();
      case "GET /_control/ledger":
        if (exchange === undefined) throw new ControlError(400, "exchange: required in the query");
        return this.exchange(exchange).dialect.ledger();
      case "GET /_control/faults":
        return this.#faults();
      case "PUT /_control/faults": {
        const input = parsed(FaultSchema, request.body);
        return this.exchange(input.exchange).arm(input);
      }
      case "DELETE /_control/faults":
        this.clearFaults(exchange);
        return { cleared: true };
      case "PUT /_control/market": {
        const { exchange: name, ...change } = parsed(MarketSchema, request.body);
        this.setPrice(name, change);
        return { exchange: name, symbol: change.symbol, price: change.price };
      }
      case "POST /_control/reset":
        this.reset(exchange);
        return { reset: true };
      default:
        throw new ControlError(404, `no ${request.method} ${request.path}; see GET ${ROUTES}`);
    }
  }

  #health(): unknown {
    const exchanges = [...this.#exchanges].map(([name, exchange]) => ({
      exchange: name,
      hosts: exchange.dialect.hosts,
      time: exchange.clock.now(),
      openSockets: exchange.openSockets,
      armedFaults: exchange.faults.list().length,
    }));
    return { ok: this.#internalErrors.length === 0, exchanges, errors: this.#internalErrors };
  }

  #faults(): unknown {
    const armed = [...this.#exchanges.values()].flatMap(({ faults }) => faults.list());
    const faults = FAULT_NAMES.map((name) => ({
      fault: name,
      scope: FAULTS[name].scope,
      description: FAULTS[name].description,
    }));
    return { faults, armed };
  }
}

const ROUTES = "/_control/health, /_control/ledger?exchange=, /_control/faults; " +
  "PUT /_control/faults, /_control/market; DELETE /_control/faults; POST /_control/reset";

function checkHost(request: HttpRequest): void {
  const host = request.headers.get("host") ?? "";
  if (!LOOPBACK_HOST.test(host)) {
    throw new ControlError(403, `host: must be a loopback address, got ${JSON.stringify(host)}`);
  }
}

/** @throws {ControlError} naming field, rule and value. */
function parsed<T>(schema: z.ZodType<T>, body: string): T {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new ControlError(400, `body: must be JSON, got ${JSON.stringify(body.slice(0, 80))}`);
  }
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => {
    const field = issue.path.join(".") || "body";
    const got = issue.input === undefined ? "nothing" : JSON.stringify(issue.input);
    return `${field}: ${issue.message}, got ${got}`;
  });
  throw new ControlError(400, problems.join("; "));
}
