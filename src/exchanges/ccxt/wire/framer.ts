/**
 * Builds the frames of requests that go over a socket: the calls that would go over REST, said the
 * socket's way, by ccxt or by a template of what ccxt built. The signer's invariants hold here too.
 */
import type { AmendRequest, OrderRef, SubmitRequest } from "../../exchange.ts";
import type { EpochMs } from "../../../model/scalars.ts";
import type { EntryContext, OrderValues } from "../plans/entry_plan.ts";
import { compileFrame, type FrameTemplate, type FrameValues } from "./frame_template.ts";
import { keyedHmac, type Sign } from "./hmac.ts";
import { SIGNED_SHAPES_MAX } from "../limits.ts";
import type { VenueProfile } from "../plans/profile.ts";
import { changedField, type NotSent, type Signer } from "./signer.ts";
import type { SocketEntryPlan, SocketRequest } from "../plans/socket_entry_plan.ts";
import type { VenueCall } from "../plans/venue_call.ts";

export type Framed =
  | { readonly kind: "framed"; readonly text: string; readonly signedAt: EpochMs }
  /** The socket does not take it; REST does. */
  | { readonly kind: "elsewhere" }
  | NotSent;

/** One request on its way to a socket. */
export interface Framing {
  readonly plan: SocketEntryPlan;
  readonly id: string;
}

export class Framer {
  readonly #signer: Signer;
  readonly #profile: VenueProfile;
  readonly #sign: Sign;
  /** Null marks a shape whose template did not reproduce the frame. */
  readonly #templates = new Map<string, FrameTemplate | null>();

  constructor(signer: Signer, { profile, secret }: {
    readonly profile: VenueProfile;
    readonly secret: string;
  }) {
    this.#signer = signer;
    this.#profile = profile;
    this.#sign = keyedHmac(secret);
  }

  order(request: SubmitRequest, framing: Framing): Framed {
    const { entry } = this.#profile;
    const { clientOrderId, amount, order } = request;
    const context = this.#signer.prepare(order.symbolId, request.deadline);
    if ("reason" in context) return context;
    const form = entry.form(order, context.market);
    if (form.kind === "unsupported") return { kind: "notSent", reason: form.reason };
    const values = { form, clientOrderId, amount, price: order.limitPrice };
    const key = `${order.symbolId}|${form.shape}`;
    const template = framing.plan.template === null ? null : this.#templates.get(key);
    if (template !== undefined && template !== null) {
      const text = template.fill(this.#filling(values, context, framing));
      return { kind: "framed", text, signedAt: context.signedAt };
    }
    const make = () => entry.create(values, context);
    const framed = this.#build(make, { ...framing, action: "submit", context });
    if (framed.kind !== "framed") return framed;
    const changed = changedField(() => framing.plan.sent(framed.text, context), values);
    if (changed !== null) return { kind: "notSent", reason: changed };
    if (template === undefined) this.#remember(key, framed.text, { values, context, framing });
    return framed;
  }

  cancel(ref: OrderRef, framing: Framing): Framed {
    const context = this.#signer.prepare(ref.symbolId);
    if ("reason" in context) return context;
    const make = () => this.#profile.entry.cancel(ref, context);
    return this.#build(make, { ...framing, action: "cancel", context });
  }

  amend(request: AmendRequest, framing: Framing): Framed {
    const context = this.#signer.prepare(request.symbolId, request.deadline);
    if ("reason" in context) return context;
    const { amend } = this.#profile.entry;
    if (amend === undefined) return { kind: "elsewhere" };
    return this.#build(() => amend(request, context), { ...framing, action: "amend", context });
  }

  #build(
    make: () => VenueCall,
    { plan, ...request }: Framing & Pick<SocketRequest, "action" | "context">,
  ): Framed {
    const { signedAt } = request.context;
    return this.#signer.pinned(signedAt, (): Framed => {
      const frame = plan.frame({ ...request, call: make() });
      if (frame === null) return { kind: "elsewhere" };
      const text = typeof frame === "string" ? frame : JSON.stringify(frame);
      return { kind: "framed", text, signedAt };
    });
  }

  #remember(
    key: string,
    text: string,
    { values, context, framing }: {
      readonly values: OrderValues;
      readonly context: EntryContext;
      readonly framing: Framing;
    },
  ): void {
    const { template } = framing.plan;
    if (template === null) return;
    const filling = this.#filling(values, context, framing);
    const compiled = compileFrame(text, filling, { ...template, sign: this.#sign });
    // A full table starts over: shapes in use are back after one order each.
    if (this.#templates.size >= SIGNED_SHAPES_MAX) this.#templates.clear();
    this.#templates.set(key, compiled);
  }

  #filling(values: OrderValues, context: EntryContext, { id }: Framing): FrameValues {
    const { clientOrderId, amount, price } = values;
    return {
      id,
      timestamp: String(context.signedAt),
      clientOrderId: this.#profile.clientId.render(clientOrderId),
      ...(this.#profile.entry.wireValues?.(values, context) ?? { amount, price }),
    };
  }
}
