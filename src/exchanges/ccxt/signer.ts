/**
 * Builds and signs requests, by ccxt or by a template ccxt's own request was compiled to.
 *
 * I1 `signedAt` is the very timestamp in the signed text, by the venue's clock. I2 an order's
 * quantity and price reach the wire with the digits the kernel gave, or not at all. I3 nothing here
 * touches the network.
 */
import { SIGNED_SHAPES_MAX } from "./limits.ts";
import type { CcxtExchange, CcxtSigned } from "./ccxt.ts";
import { keyedHmac, type Sign } from "./hmac.ts";
import type { CcxtOrder, VenueCall, VenueProfile } from "./profile.ts";
import type { Redact } from "./redaction.ts";
import { compileTemplate, type Template, type TemplateValues } from "./template.ts";
import type { SubmitRequest } from "../exchange.ts";
import type { EpochMs } from "../../model/scalars.ts";
import type { VenueClock } from "./venue_clock.ts";

export type Signed =
  | { readonly kind: "signed"; readonly wire: CcxtSigned; readonly signedAt: EpochMs }
  | { readonly kind: "notSent"; readonly reason: string };

export interface SignerOptions {
  readonly exchange: CcxtExchange;
  readonly profile: VenueProfile;
  readonly venueClock: VenueClock;
  readonly secret: string;
  readonly redact: Redact;
}

export class Signer {
  readonly #options: SignerOptions;
  readonly #sign: Sign;
  /** Null marks a shape whose template did not reproduce ccxt's bytes. */
  readonly #templates = new Map<string, { template: Template; wire: CcxtSigned } | null>();
  /** Set only while ccxt signs, which is synchronous, so that calls cannot mix. */
  #pinned: EpochMs | null = null;

  constructor(options: SignerOptions) {
    this.#options = options;
    this.#sign = keyedHmac(options.secret);
    options.exchange.nonce = () => this.#pinned ?? options.venueClock.now() ?? 0;
  }

  order(request: SubmitRequest): Signed {
    const { profile, venueClock } = this.#options;
    const asked = profile.entry.toCcxt(request.order);
    if (asked.kind === "unsupported") return { kind: "notSent", reason: asked.reason };
    const signedAt = venueClock.now();
    if (signedAt === null) return UNMEASURED;
    const values: TemplateValues = {
      timestamp: String(signedAt),
      clientOrderId: request.clientOrderId,
      amount: request.amount,
      price: request.order.limitPrice,
    };
    const key = `${request.order.symbolId}|${asked.shape}`;
    const known = this.#templates.get(key);
    if (known !== undefined && known !== null) {
      return {
        kind: "signed",
        signedAt,
        wire: { ...known.wire, body: known.template.fill(values) },
      };
    }
    return this.#throughCcxt(request, asked, { key, signedAt, values });
  }

  /** Any call but a new order. */
  call(call: VenueCall): Signed {
    const signedAt = this.#options.venueClock.now();
    if (signedAt === null && call.api !== "public") return UNMEASURED;
    return { kind: "signed", signedAt: signedAt ?? 0, wire: this.#signAt(call, signedAt ?? 0) };
  }

  #throughCcxt(
    request: SubmitRequest,
    asked: Extract<CcxtOrder, { kind: "order" }>,
    at: { readonly key: string; readonly signedAt: EpochMs; readonly values: TemplateValues },
  ): Signed {
    const { exchange, profile, redact } = this.#options;
    const { api, path, fields } = profile.entry;
    let wire: CcxtSigned;
    try {
      const { symbolId, limitPrice } = request.order;
      const price = limitPrice ?? undefined;
      const params = { ...asked.params, clientOrderId: request.clientOrderId };
      const built = exchange
        .createOrderRequest(symbolId, asked.type, asked.side, request.amount, price, params);
      wire = this.#signAt({ api, path, method: "POST", params: built }, at.signedAt);
    } catch (error) {
      const text = redact(error instanceof Error ? error.message : String(error));
      return { kind: "notSent", reason: `ccxt refused to build the request: ${text}` };
    }
    const changed = changedField(wire.body ?? "", at.values, fields);
    if (changed !== null) return { kind: "notSent", reason: changed };
    if (!this.#templates.has(at.key)) this.#remember(at.key, wire, at.values);
    return { kind: "signed", signedAt: at.signedAt, wire };
  }

  #remember(key: string, wire: CcxtSigned, values: TemplateValues): void {
    const { fields } = this.#options.profile.entry;
    const template = compileTemplate(wire.body ?? "", values, { fields, sign: this.#sign });
    // A full table starts over: shapes in use are back after one order each.
    if (this.#templates.size >= SIGNED_SHAPES_MAX) this.#templates.clear();
    this.#templates.set(key, template === null ? null : { template, wire });
  }

  #signAt({ path, api, method, params }: VenueCall, signedAt: EpochMs): CcxtSigned {
    this.#pinned = signedAt;
    try {
      return this.#options.exchange.sign(path, api, method, { ...params });
    } finally {
      this.#pinned = null;
    }
  }
}

const UNMEASURED = { kind: "notSent", reason: "the venue's clock is not measured yet" } as const;

/** ccxt cuts quantities to its precision; an order smaller than asked for must not go out. */
function changedField(
  body: string,
  { amount, price, clientOrderId }: TemplateValues,
  fields: VenueProfile["entry"]["fields"],
): string | null {
  const sent = new URLSearchParams(body);
  const pairs = [[fields.amount, amount], [fields.price, price], [
    fields.clientOrderId,
    clientOrderId,
  ]] as const;
  for (const [field, wanted] of pairs) {
    const got = sent.get(field);
    if (got !== wanted) return `ccxt would send ${field} ${got ?? "nothing"} for ${wanted}`;
  }
  return null;
}
