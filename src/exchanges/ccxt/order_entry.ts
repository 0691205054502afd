/**
 * The mutating calls. I1 each passes its gate once, synchronously before the wire. I2 nothing is
 * sent twice. I3 "refused" and "notFound" need the venue's own listed word for it.
 */
import type { OrderRef, SendGate, SubmitRequest } from "../exchange.ts";
import type { CancelOutcome, SubmitOutcome, VenueOrder } from "../../model/venue.ts";
import { rowContext, type Session, type SessionSource } from "./session.ts";
import type { Signed } from "./signer.ts";
import type { Action } from "./profile.ts";
import { judge, type Verdict } from "./verdict.ts";

export class OrderEntry {
  readonly #session: SessionSource;

  constructor(session: SessionSource) {
    this.#session = session;
  }

  async submit(request: SubmitRequest, gate: SendGate): Promise<SubmitOutcome> {
    const session = this.#session();
    if (session === null) return { kind: "notSent", reason: "NOT_CONNECTED" };
    const verdict = await send(session, session.signer.order(request), { gate, action: "submit" });
    switch (verdict.kind) {
      case "answered":
        return ownOrder(session, verdict.value, request.clientOrderId);
      case "notFound": // No order was named in the request, so this proves nothing about it.
        return { kind: "unknown", cause: { code: "UNLISTED", message: verdict.message } };
      default:
        return verdict;
    }
  }

  async cancel(ref: OrderRef, gate: SendGate): Promise<CancelOutcome> {
    const session = this.#session();
    if (session === null) return { kind: "notSent", reason: "NOT_CONNECTED" };
    const rawSymbol = session.catalogue.rawOf(ref.symbolId);
    if (rawSymbol === undefined) {
      return {
        kind: "notSent",
        reason: `${ref.symbolId} is not listed on ${session.profile.kind}`,
      };
    }
    const signed = session.signer.call(session.profile.calls.cancel(rawSymbol, ref));
    const verdict = await send(session, signed, { gate, action: "cancel" });
    switch (verdict.kind) {
      case "answered":
        return ownOrder(session, verdict.value, ref.clientOrderId);
      case "notFound":
        return { kind: "notFound" };
      default:
        return verdict;
    }
  }
}

async function send(
  session: Session,
  signed: Signed,
  { gate, action }: { readonly gate: SendGate; readonly action: Action },
): Promise<Verdict> {
  if (signed.kind === "notSent") return signed;
  const { signedAt } = signed;
  const wire = { signedAt, validForMs: session.timing.validityMs };
  const bound = { check: () => gate.check(wire), sent: () => gate.sent() };
  return judge(await session.transport.request(signed.wire, { gate: bound }), action, session);
}

/** A success that does not show the very order is no proof that it is there. */
function ownOrder(
  session: Session,
  value: unknown,
  clientOrderId: string,
): { kind: "accepted"; order: VenueOrder } | Extract<SubmitOutcome, { kind: "unknown" }> {
  let message: string;
  try {
    const order = session.profile.rows.order(value, rowContext(session));
    if (order.clientOrderId === clientOrderId) return { kind: "accepted", order };
    message = "the answer shows another order";
  } catch (error) {
    message = session.redact(error instanceof Error ? error.message : String(error));
  }
  session.emit({ kind: "malformed", where: "order entry", message });
  return { kind: "unknown", cause: { code: "BAD_RESPONSE", message } };
}
