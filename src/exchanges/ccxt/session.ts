/**
 * One connection's worth of state: ccxt's instance, the transport, the venue's clock and its
 * instruments. Made by `connect`, gone with `disconnect`, so a reconnect starts clean.
 */
import type { Clock } from "../../model/clock.ts";
import type { UnknownCause } from "../../model/venue.ts";
import type { ReadOutcome, RequestLimits, VenueFact, VenueTiming } from "../exchange.ts";
import type { Action } from "./plans/answer_plan.ts";
import type { CcxtExchange, CcxtSigned } from "./ccxt.ts";
import type { Catalogue } from "./instruments/catalogue.ts";
import type { Framer } from "./wire/framer.ts";
import type { Lane } from "./wire/lane.ts";
import type { VenueProfile } from "./plans/profile.ts";
import type { Redact } from "./wire/redaction.ts";
import type { Signer } from "./wire/signer.ts";
import type { SocketEntry } from "./wire/socket_entry.ts";
import type { Answer, Transport } from "./wire/transport.ts";
import type { RowContext, VenueCall } from "./plans/venue_call.ts";
import type { VenueClock } from "./wire/venue_clock.ts";
import { judge, type Verdict } from "./wire/verdict.ts";

export interface Session {
  readonly profile: VenueProfile;
  readonly timing: VenueTiming;
  readonly clock: Clock;
  readonly venueClock: VenueClock;
  readonly exchange: CcxtExchange;
  readonly transport: Transport;
  readonly signer: Signer;
  readonly framer: Framer;
  readonly catalogue: Catalogue;
  /** Where orders go while a socket takes them; REST has them otherwise. */
  readonly entry: () => SocketEntry | null;
  /** Private requests one by one, where the venue needs their nonces in order. */
  readonly lane: Lane;
  /** For what is sent beside what the kernel asked for; null where nobody keeps budgets. */
  readonly limits: () => RequestLimits | null;
  readonly redact: Redact;
  readonly emit: (fact: VenueFact) => void;
}

/** Null while not connected. */
export type SessionSource = () => Session | null;

export function rowContext(session: Session): RowContext {
  return {
    symbolOf: (rawSymbol, scope) => session.catalogue.symbolOf(rawSymbol, scope),
    contractSizeOf: (rawSymbol, scope) => session.catalogue.contractSizeOf(rawSymbol, scope),
    receivedAt: session.clock.now(),
  };
}

/** One read, signed, sent and judged. Nothing throws. */
export function ask(session: Session, call: VenueCall): Promise<Verdict> {
  return session.lane.run(async () => {
    const signed = session.signer.call(call);
    if (signed.kind === "notSent") return signed;
    return judgeRest(session, "read", {
      wire: signed.wire,
      answer: await session.transport.request(signed.wire),
    });
  });
}

/** What an answer over REST proves; an endpoint that is used up is told, whatever the status. */
export function judgeRest(
  session: Session,
  action: Action,
  { wire, answer }: { readonly wire: CcxtSigned; readonly answer: Answer },
): Verdict {
  const verdict = judge(answer, action, session);
  if (verdict.kind !== "refused" || answer.kind !== "answered") return verdict;
  const { retryAfterMs, venueCode: code, message } = verdict.reason;
  const { banStatuses, limited } = session.profile.answers;
  const { status } = answer;
  if (retryAfterMs === undefined || banStatuses.has(status)) return verdict; // Told by its status.
  const budgets = limited?.({ code, message }, { by: "rest", status, ...wire }) ?? null;
  if (budgets !== null) session.emit({ kind: "banned", status, retryAfterMs, budgets });
  return verdict;
}

/** A read that brought no value, as its asker sees it. */
export function readFailure(
  verdict: Exclude<Verdict, { kind: "answered" }>,
): Extract<ReadOutcome<never>, { kind: "failed" }> {
  switch (verdict.kind) {
    case "refused": {
      const { code, venueCode, message, retryAfterMs } = verdict.reason;
      const shown = venueCode === null ? message : `code ${venueCode}: ${message}`;
      const cause = { code, message: shown };
      return retryAfterMs === undefined
        ? { kind: "failed", cause }
        : { kind: "failed", cause, retryAfterMs };
    }
    case "notFound":
      return failed("NOT_FOUND", verdict.message);
    case "notSent":
      return failed("NOT_SENT", verdict.reason);
    case "unknown":
      return { kind: "failed", cause: verdict.cause };
  }
}

/** An answer with a row that does not parse is no answer: its rows may be the ones asked for. */
export function malformed(
  session: Session,
  where: string,
  error: unknown,
): Extract<ReadOutcome<never>, { kind: "failed" }> {
  const message = session.redact(error instanceof Error ? error.message : String(error));
  session.emit({ kind: "malformed", where, message });
  return failed("BAD_RESPONSE", `${where}: ${message}`);
}

export function failed(
  code: UnknownCause["code"],
  message: string,
): Extract<ReadOutcome<never>, { kind: "failed" }> {
  return { kind: "failed", cause: { code, message } };
}

export const NOT_CONNECTED = "the exchange is not connected";
