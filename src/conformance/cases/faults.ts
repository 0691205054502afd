/**
 * Every fault of a request, on orders and on cancels. What is said at once may be in doubt, but
 * never untrue; once the bounds of the venue are past, a look-up agrees with the venue's own books.
 */
import type { LookupOutcome } from "../../exchanges/exchange.ts";
import type { CancelOutcome, SubmitOutcome } from "../../model/venue.ts";
import type { ConformanceBatch } from "../case.ts";
import type { Placed, Stage } from "../stage.ts";
import type { FaultPlace, LedgerEntry } from "../target.ts";

type Way = "REST" | "socket";
const WAYS: readonly Way[] = ["REST", "socket"];
const NEEDS = ["faults", "ledger"] as const;

export const FAULT_BATCHES: readonly ConformanceBatch[] = WAYS.flatMap((way) => [
  batch("submit", way, (stage) => submits(stage, way)),
  batch("cancel", way, (stage) => cancels(stage, way)),
]);

interface Struck<O> {
  readonly fault: string;
  readonly placed: Placed;
  readonly outcome: O;
}

function batch(
  place: FaultPlace,
  way: Way,
  run: (stage: Stage) => Promise<ReadonlyMap<string, string>>,
): ConformanceBatch {
  return {
    theme: "faults",
    needs: NEEDS,
    names: ({ target }) =>
      way === "socket" && target.entersBySocket !== true
        ? []
        : target.faults?.requests.map((fault) => nameOf(fault, place, way)) ?? [],
    run: async (stage) => {
      const found = await run(stage);
      return new Map([...found].map(([fault, detail]) => [nameOf(fault, place, way), detail]));
    },
  };
}

function nameOf(fault: string, place: FaultPlace, way: Way): string {
  return `${fault} on ${place}, over ${way}`;
}

async function submits(stage: Stage, way: Way): Promise<ReadonlyMap<string, string>> {
  const struck: Struck<SubmitOutcome>[] = [];
  for (const fault of requestsOf(stage)) {
    await ready(stage, way);
    await stage.arm(fault, "submit");
    const placed = await stage.submit(stage.request());
    struck.push({ fault, placed, outcome: placed.outcome });
    await stage.target.faults?.clear();
  }
  await stage.rest();
  return await judged(stage, struck, (each, held) => {
    const { outcome, fault } = each;
    const lies = stage.target.faults?.lies.includes(fault) === true;
    const doubles = stage.target.faults?.doubles.includes(fault) === true;
    if (outcome.kind === "accepted" && held.length === 0) return "accepted, and not at the venue";
    if (outcome.kind === "refused" && held.length > 0 && !lies) return "refused, and at the venue";
    if (outcome.kind === "notSent" && held.length > 0) return "not sent, and at the venue";
    if (held.length > 1 && !doubles) return `${held.length} orders of one request`;
    return null;
  });
}

async function cancels(stage: Stage, way: Way): Promise<ReadonlyMap<string, string>> {
  const struck: Struck<CancelOutcome>[] = [];
  for (const fault of requestsOf(stage)) {
    await ready(stage, way);
    const placed = await stage.place();
    await stage.arm(fault, "cancel");
    const outcome = await stage.adapter.execution.cancel(placed.both, stage.gate());
    struck.push({ fault, placed, outcome });
    await stage.target.faults?.clear();
  }
  await stage.rest();
  return await judged(stage, struck, ({ outcome, fault }, held) => {
    const lies = stage.target.faults?.lies.includes(fault) === true;
    const isLive = held.some(({ live }) => live);
    if (held.length !== 1) return `${held.length} orders of one request`;
    if (outcome.kind === "accepted" && isLive) return "canceled, and live at the venue";
    if (outcome.kind === "refused" && !isLive && !lies) return "refused, and canceled";
    if (outcome.kind === "notSent" && !isLive) return "not sent, and canceled";
    return null;
  });
}

function requestsOf({ target }: Stage): readonly string[] {
  return target.faults?.requests ?? [];
}

/** A fault may have cut the socket; sockets that are open are left alone. */
async function ready(stage: Stage, way: Way): Promise<void> {
  if (way === "REST") return;
  await stage.deafen();
  await stage.listen();
}

/** By fault what is wrong; those of which nothing is are absent. */
async function judged<O extends { readonly kind: string }>(
  stage: Stage,
  struck: readonly Struck<O>[],
  isUntrue: (each: Struck<O>, held: readonly LedgerEntry[]) => string | null,
): Promise<ReadonlyMap<string, string>> {
  const wrong = new Map<string, string>();
  for (const each of struck) {
    const { ref } = each.placed;
    const held = await stage.ledger(ref.clientOrderId);
    const found = await stage.adapter.execution.lookup(ref);
    // Two orders under one id are the venue's own breach; a look-up may refuse to choose.
    const isMoot = held.length > 1 && found.kind === "failed";
    const detail = isUntrue(each, held) ?? (isMoot ? null : disagreement(found, held));
    if (detail !== null) wrong.set(each.fault, `${detail}; said ${JSON.stringify(each.outcome)}`);
  }
  return wrong;
}

/** Of a look-up with the venue's own books. */
function disagreement(found: LookupOutcome, held: readonly LedgerEntry[]): string | null {
  if (found.kind === "failed") return `the look-up failed: ${found.cause.message}`;
  if (found.kind === "absent") {
    return held.length === 0 ? null : "the look-up proves absent what is at the venue";
  }
  const { status, filled } = found.order;
  if (held.some((order) => order.status === status && order.filled === filled)) return null;
  return `the look-up shows ${status}, the venue holds ${JSON.stringify(held)}`;
}
