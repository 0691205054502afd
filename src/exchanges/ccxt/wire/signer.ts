/**
 * Builds and signs requests, by ccxt or by a template ccxt's own request was compiled to.
 *
 * I1 `signedAt` is the venue's time at which the request is signed, and what is signed never says a
 * later end than `validUntil`. I2 an order's quantity and price reach the wire with the digits the
 * kernel gave, or not at all. I3 nothing here touches the network.
 */
import { SIGNED_SHAPES_MAX } from "../limits.ts";
import type { AmendRequest, OrderRef, SubmitRequest } from "../../exchange.ts";
import type { Decimal } from "../../../model/decimal.ts";
import type { EpochMs } from "../../../model/scalars.ts";
import type { Catalogue } from "../instruments/catalogue.ts";
import type { CcxtExchange, CcxtSigned } from "../ccxt.ts";
import type { EntryContext, OrderValues, SentOrder } from "../plans/entry_plan.ts";
import { keyedHmac, type Sign } from "./hmac.ts";
import type { VenueProfile } from "../plans/profile.ts";
import type { Redact } from "./redaction.ts";
import { compileTemplate, type Template, type TemplateValues } from "./template.ts";
import type { VenueCall } from "../plans/venue_call.ts";
import type { VenueClock } from "./venue_clock.ts";

export type Signed =
  | { readonly kind: "signed"; readonly wire: CcxtSigned; readonly signedAt: EpochMs }
  | NotSent;

export interface NotSent {
  readonly kind: "notSent";
  readonly reason: string;
}

export interface SignerOptions {
  readonly exchange: CcxtExchange;
  readonly profile: VenueProfile;
  readonly catalogue: Pick<Catalogue, "marketOf">;
  readonly venueClock: VenueClock;
  /** How long after signing the venue admits a request. */
  readonly validityMs: number;
  readonly secret: string;
  readonly redact: Redact;
}

export class Signer {
  readonly #options: SignerOptions;
  readonly #sign: Sign;
  /** Null marks a shape whose template did not reproduce ccxt's bytes. */
  readonly #templates = new Map<string, { template: Template; wire: CcxtSigned } | null>();
  /** Set only while ccxt builds and signs, which is synchronous, so that calls cannot mix. */
  #pinned: EpochMs | null = null;
  #lastNonce = 0;

  constructor(options: SignerOptions) {
    this.#options = options;
    this.#sign = keyedHmac(options.secret);
    const { exchange, venueClock, profile } = options;
    const now = () => this.#pinned ?? venueClock.now() ?? 0;
    exchange.milliseconds = now;
    exchange.seconds = () => Math.floor(now() / 1_000);
    exchange.nonce = profile.nonce === "time"
      ? now
      : () => this.#lastNonce = Math.max(now(), this.#lastNonce + 1);
  }

  order(request: SubmitRequest): Signed {
    const { symbolId, limitPrice } = request.order;
    const prepared = this.prepare(symbolId, request.deadline);
    if ("reason" in prepared) return prepared;
    const { profile } = this.#options;
    const form = profile.entry.form(request.order, prepared.market);
    if (form.kind === "unsupported") return { kind: "notSent", reason: form.reason };
    const { clientOrderId, amount } = request;
    const values = { form, clientOrderId, amount, price: limitPrice };
    if (profile.entry.template === null) return this.#throughCcxt(values, prepared).signed;
    return this.#byTemplate(values, prepared, `${symbolId}|${form.shape}`);
  }

  cancel(ref: OrderRef): Signed {
    const prepared = this.prepare(ref.symbolId);
    if ("reason" in prepared) return prepared;
    return this.#build(() => this.#options.profile.entry.cancel(ref, prepared), prepared.signedAt);
  }

  amend(request: AmendRequest): Signed {
    const { entry, kind } = this.#options.profile;
    const prepared = this.prepare(request.symbolId, request.deadline);
    if ("reason" in prepared) return prepared;
    const { amend } = entry;
    if (amend === undefined) return notSent(`${kind} changes no order in place`);
    return this.#build(() => amend(request, prepared), prepared.signedAt);
  }

  /** Any call but one that places, cancels or changes an order. */
  call(call: VenueCall): Signed {
    const signedAt = this.#options.venueClock.now();
    if (signedAt === null && !isPublic(call)) return UNMEASURED;
    return this.#build(() => call, signedAt ?? 0);
  }

  /** What a request of a symbol is built from, as of now. */
  prepare(symbolId: string, deadline?: EpochMs): EntryContext | NotSent {
    const { exchange, profile, catalogue, venueClock, validityMs } = this.#options;
    const market = catalogue.marketOf(symbolId);
    if (market === undefined) return notSent(`${symbolId} is not listed on ${profile.kind}`);
    const signedAt = venueClock.now();
    if (signedAt === null) return UNMEASURED;
    const validUntil = Math.min(signedAt + validityMs, deadline ?? Infinity);
    return { exchange, market, signedAt, validUntil };
  }

  #byTemplate(values: OrderValues, context: EntryContext, key: string): Signed {
    const { signedAt } = context;
    const { clientOrderId, amount, price } = values;
    const filled = {
      timestamp: String(signedAt),
      clientOrderId: this.#options.profile.clientId.render(clientOrderId),
      amount,
      price,
    };
    const known = this.#templates.get(key);
    if (known !== undefined && known !== null) {
      const wire = { ...known.wire, body: known.template.fill(filled) };
      return { kind: "signed", signedAt, wire };
    }
    const { signed, whole } = this.#throughCcxt(values, context);
    if (whole && signed.kind === "signed" && known === undefined) {
      this.#remember(key, signed.wire, filled);
    }
    return signed;
  }

  /** `whole`: what is signed says exactly what was asked for. */
  #throughCcxt(values: OrderValues, context: EntryContext): { signed: Signed; whole: boolean } {
    const { entry } = this.#options.profile;
    const signed = this.#build(() => entry.create(values, context), context.signedAt);
    if (signed.kind === "notSent") return { signed, whole: false };
    const changed = changedField(() => entry.sent(signed.wire, context), values);
    return changed === null ? { signed, whole: true } : { signed: notSent(changed), whole: false };
  }

  #remember(key: string, wire: CcxtSigned, values: TemplateValues): void {
    const fields = this.#options.profile.entry.template;
    if (fields === null) return;
    const template = compileTemplate(wire.body ?? "", values, { fields, sign: this.#sign });
    // A full table starts over: shapes in use are back after one order each.
    if (this.#templates.size >= SIGNED_SHAPES_MAX) this.#templates.clear();
    this.#templates.set(key, template === null ? null : { template, wire });
  }

  #build(make: () => VenueCall, signedAt: EpochMs): Signed {
    return this.pinned(signedAt, () => {
      const call = make();
      const { path, api, method, params, headers } = call;
      const wire = this.#options.exchange.sign(path, api, method, { ...params });
      return {
        kind: "signed",
        signedAt,
        wire: headers === undefined ? wire : { ...wire, headers: { ...wire.headers, ...headers } },
      };
    });
  }

  /** Runs ccxt with its clock at `signedAt`; what it throws means that nothing is sent. */
  pinned<T>(signedAt: EpochMs, make: () => T): T | NotSent {
    this.#pinned = signedAt;
    try {
      return make();
    } catch (error) {
      return notSent(`ccxt refused to build the request: ${this.#textOf(error)}`);
    } finally {
      this.#pinned = null;
    }
  }

  #textOf(error: unknown): string {
    return this.#options.redact(error instanceof Error ? error.message : String(error));
  }
}

/** ccxt cuts quantities to its precision; an order smaller than asked for must not go out. */
export function changedField(read: () => SentOrder, values: OrderValues): string | null {
  let sent: SentOrder;
  try {
    sent = read();
  } catch (error) {
    const text = error instanceof Error ? error.message : "";
    return `ccxt built a request that cannot be read: ${text}`;
  }
  const pairs: readonly (readonly [string, string | null, Decimal | string | null])[] = [
    ["quantity", sent.amount, values.amount],
    ["price", sent.price, values.price],
    ["client order id", sent.clientOrderId, values.clientOrderId],
  ];
  const wrong = pairs.find(([, got, wanted]) => got !== wanted);
  if (wrong === undefined) return null;
  const [field, got, wanted] = wrong;
  return `ccxt would send ${field} ${got ?? "nothing"} for ${wanted ?? "nothing"}`;
}

const UNMEASURED = { kind: "notSent", reason: "the venue's clock is not measured yet" } as const;

function notSent(reason: string): NotSent {
  return { kind: "notSent", reason };
}

/** Some classes have a public section for each API, e.g. `fapiPublic`. */
function isPublic({ api }: VenueCall): boolean {
  return typeof api === "string" ? PUBLIC.test(api) : api.includes("public");
}

const PUBLIC = /^public$|Public(V\d)?$/;
