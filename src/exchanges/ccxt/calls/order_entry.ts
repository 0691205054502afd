/**
 * The mutating calls. I1 each passes its gate once, synchronously before the wire. I2 nothing is
 * sent twice. I3 "refused" and "notFound" need the venue's own listed word for it.
 */
import type {
  AmendRequest,
  ArmOutcome,
  OrderRef,
  SendGate,
  SubmitRequest,
} from "../../exchange.ts";
import type { EpochMs } from "../../../model/scalars.ts";
import type {
  AmendOutcome,
  CancelOutcome,
  SubmitOutcome,
  UnknownCause,
  VenueOrder,
} from "../../../model/venue.ts";
import type { Action } from "../plans/answer_plan.ts";
import { judgeRest, rowContext, type Session, type SessionSource } from "../session.ts";
import type { Framed, Framing } from "../wire/framer.ts";
import type { Signed } from "../wire/signer.ts";
import type { Heard } from "../wire/socket_entry.ts";
import type { BoundGate } from "../wire/transport.ts";
import type { RowContext } from "../plans/venue_call.ts";
import { Switches } from "./switches.ts";
import { judgeHeard, type Verdict, waitHeard } from "../wire/verdict.ts";

export class OrderEntry {
  readonly #session: SessionSource;
  readonly #switches: Switches;

  constructor(session: SessionSource) {
    this.#session = session;
    this.#switches = new Switches(session);
  }

  async submit(request: SubmitRequest, gate: SendGate): Promise<SubmitOutcome> {
    const session = this.#session();
    if (session === null) return NOT_CONNECTED;
    const verdict = await send(session, {
      action: "submit",
      sign: () => session.signer.order(request),
      frame: (framing) => session.framer.order(request, framing),
    }, gate);
    const { entry } = session.profile;
    return placed(
      session,
      verdict,
      request,
      (value, context) => entry.created(value, request, context),
    );
  }

  async amend(request: AmendRequest, gate: SendGate): Promise<AmendOutcome> {
    const session = this.#session();
    if (session === null) return NOT_CONNECTED;
    const { amended } = session.profile.entry;
    if (amended === undefined) {
      return { kind: "notSent", reason: "amending in place is not supported" };
    }
    const verdict = await send(session, {
      action: "amend",
      sign: () => session.signer.amend(request),
      frame: (framing) => session.framer.amend(request, framing),
    }, gate);
    const outcome = placed(
      session,
      verdict,
      request,
      (value, context) => amended(value, request, context),
    );
    if (outcome.kind !== "accepted") return outcome;
    const { order } = outcome;
    return order === null ? ACKNOWLEDGED : { kind: "accepted", order };
  }

  async cancel(ref: OrderRef, gate: SendGate): Promise<CancelOutcome> {
    const session = this.#session();
    if (session === null) return NOT_CONNECTED;
    const verdict = await send(session, {
      action: "cancel",
      sign: () => session.signer.cancel(ref),
      frame: (framing) => session.framer.cancel(ref, framing),
    }, gate);
    switch (verdict.kind) {
      case "answered": {
        const { entry } = session.profile;
        return shown(
          session,
          ref.clientOrderId,
          (context) => entry.canceled(verdict.value, ref, context),
        );
      }
      case "notFound":
        return { kind: "notFound" };
      default:
        return verdict;
    }
  }

  armDeadMansSwitch(
    timeoutMs: number | null,
    symbolIds: readonly string[],
  ): Promise<ArmOutcome> {
    return this.#switches.arm(timeoutMs, symbolIds);
  }
}

const NOT_CONNECTED = { kind: "notSent", reason: "NOT_CONNECTED" } as const;

/** The change may come to nothing yet, so it is as good as unanswered: the order is read. */
const ACKNOWLEDGED = {
  kind: "unknown",
  cause: { code: "ACKNOWLEDGED", message: "the venue has taken the change but not made it yet" },
} as const;

interface Sending {
  readonly action: Action;
  readonly sign: () => Signed;
  readonly frame: (framing: Framing) => Framed;
}

/** Over the socket that takes orders while there is one, else over REST. */
async function send(session: Session, sending: Sending, gate: SendGate): Promise<Verdict> {
  const entry = session.entry();
  if (entry === null) return await sendByRest(session, sending, gate);
  const id = entry.nextId();
  const framed = sending.frame({ plan: entry.plan, id });
  if (framed.kind === "notSent") return framed;
  if (framed.kind === "elsewhere") return await sendByRest(session, sending, gate);
  const heard = await entry.request(id, framed.text, boundTo(gate, session, framed));
  if (heard.kind === "heard") tellBan(session, sending.action, heard);
  return judgeHeard(heard, sending.action, session);
}

/** Signed when its turn comes, so that what is signed is as fresh as it can be. */
function sendByRest(session: Session, sending: Sending, gate: SendGate): Promise<Verdict> {
  return session.lane.run(async () => {
    const signed = sending.sign();
    if (signed.kind === "notSent") return signed;
    const bound = boundTo(gate, session, signed);
    const { wire } = signed;
    const answer = await session.transport.request(wire, { gate: bound });
    return judgeRest(session, sending.action, { wire, answer });
  });
}

function boundTo(
  gate: SendGate,
  { timing }: Session,
  { signedAt }: { readonly signedAt: EpochMs },
): BoundGate {
  const wire = { signedAt, validForMs: timing.validityMs };
  return { check: () => gate.check(wire), sent: () => gate.sent() };
}

/** Over REST the transport's listener tells it for every answer. */
function tellBan(
  { profile: { answers }, emit }: Session,
  action: Action,
  heard: Extract<Heard, { kind: "heard" }>,
): void {
  const { status, value } = heard;
  const { banStatuses, limited } = answers;
  const isObject = typeof value === "object" && value !== null;
  const error = limited !== undefined && isObject
    ? answers.errorOf(value, { status, action })
    : null;
  const budgets = error === null ? null : limited?.(error, { by: "socket", action }) ?? null;
  if (budgets === null && !banStatuses.has(status)) return;
  const retryAfterMs = waitHeard(answers, heard);
  emit({ kind: "banned", status, retryAfterMs, ...(budgets === null ? {} : { budgets }) });
}

function placed<Order extends VenueOrder | null>(
  session: Session,
  verdict: Verdict,
  { clientOrderId }: { readonly clientOrderId: string },
  read: (value: unknown, context: RowContext) => Order,
): Exclude<SubmitOutcome, { kind: "accepted" }> | { kind: "accepted"; order: Order } {
  switch (verdict.kind) {
    case "answered":
      return shown(session, clientOrderId, (context) => read(verdict.value, context));
    case "notFound": // No order was named in the request, so this proves nothing about it.
      return { kind: "unknown", cause: { code: "UNLISTED", message: verdict.message } };
    default:
      return verdict;
  }
}

/** A success that does not show the very order is no proof that it is there. */
function shown<Order extends VenueOrder | null>(
  session: Session,
  clientOrderId: string,
  read: (context: RowContext) => Order,
): { kind: "accepted"; order: Order } | { kind: "unknown"; cause: UnknownCause } {
  let message: string;
  try {
    const order = read(rowContext(session));
    if (order === null || order.clientOrderId === clientOrderId) return { kind: "accepted", order };
    message = "the answer shows another order";
  } catch (error) {
    message = session.redact(error instanceof Error ? error.message : String(error));
  }
  session.emit({ kind: "malformed", where: "order entry", message });
  return { kind: "unknown", cause: { code: "BAD_RESPONSE", message } };
}
