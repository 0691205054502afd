/**
 * The invariants of order safety, compared with the engine's own truth after every event. A
 * violation is recorded, never thrown: code under test could swallow it. What holds at rest is in
 * `rest_checks.ts`.
 *
 * S8 has one sender here, so that it says: only the newest process sends. S10 waits for groups.
 */
import type { KernelActor } from "../../actors/kernel.ts";
import { type IntentContext, isTerminal } from "../../machines/intent_context.ts";
import type { RequestKind } from "../../src/exchanges/exchange.ts";
import type { ExecutionReport } from "../../src/exchanges/paper/messages.ts";
import { compare, type Decimal, max, subtract, ZERO } from "../../src/model/decimal.ts";
import { hasTag } from "../../src/model/ids.ts";
import type { RiskLimits } from "../../src/model/risk.ts";
import type { Store, StoredIntent } from "../../src/stores/store.ts";
import { EXCHANGE } from "./adapter.ts";
import { brokenCap } from "./caps.ts";
import { CANARY, type Sent } from "./mutations.ts";
import { short } from "./transport.ts";
import { ACCOUNT, type SimulatedVenue, type WireRequest } from "./venue.ts";

export interface Violation {
  /** `S1`, …, `L1`, or `X` for a crash inside the kernel. */
  readonly rule: string;
  readonly message: string;
}

export interface ChecksOptions {
  readonly venue: SimulatedVenue;
  readonly durable: Store;
  readonly caps: RiskLimits;
  readonly log: (line: string) => void;
  /** Since the world began. */
  readonly now: () => number;
}

/** An intent as last looked at. */
export interface Seen {
  readonly context: IntentContext;
  /** When it came into its phase. */
  readonly since: number;
}

export class Checks {
  readonly violations: Violation[] = [];
  readonly #o: ChecksOptions;
  /** Of the process that runs. */
  #seen = new Map<string, Seen>();
  #revision = -1;
  /** The largest amount anybody ever asked for. */
  readonly #asked = new Map<string, Decimal>();
  readonly #acknowledged = new Map<string, number>();
  readonly #cancelAcknowledged = new Set<string>();
  #boot = 0;
  #epoch = 0;
  /** The epoch that is acknowledged as engaged. */
  #killed: number | null = null;
  /** A release that names an epoch which a newer one has replaced. */
  #wronglyAsked: number | null = null;
  #bannedUntil = 0;

  constructor(options: ChecksOptions) {
    this.#o = options;
  }

  get seen(): ReadonlyMap<string, Seen> {
    return this.#seen;
  }

  get killedEpoch(): number | null {
    return this.#killed;
  }

  /** What somebody ever asked for, at most. */
  askedOf(intentId: string): Decimal {
    return this.#asked.get(intentId) ?? ZERO;
  }

  fail(rule: string, message: string): void {
    this.violations.push({ rule, message });
    this.#o.log(`VIOLATION ${rule}: ${message}`);
  }

  /** Before the first send of a specification. */
  wanted(intentId: string, amount: Decimal): void {
    this.#asked.set(intentId, max(this.#asked.get(intentId) ?? ZERO, amount));
  }

  /** S4: what was told to the caller is on the disk. */
  acknowledged(intentId: string, generation: number): void {
    const stored = this.#o.durable.intent(EXCHANGE, intentId);
    if (stored === undefined || stored.intent.generation < generation) {
      const found = stored === undefined ? "nothing" : `generation ${stored.intent.generation}`;
      this.fail("S4", `${intentId} generation ${generation} is acknowledged; on disk is ${found}`);
    }
    const known = this.#acknowledged.get(intentId) ?? 0;
    this.#acknowledged.set(intentId, Math.max(known, generation));
  }

  cancelAcknowledged(intentId: string): void {
    if (!wantsNothing(this.#o.durable.intent(EXCHANGE, intentId))) {
      this.fail("S4", `the cancel of ${intentId} is acknowledged, but not on disk`);
    }
    this.#cancelAcknowledged.add(intentId);
  }

  /** From here on nothing that adds exposure may leave (S5). */
  killAcknowledged(epoch: number): void {
    this.#killed = epoch;
    this.#o.log(`killed, epoch ${epoch}`);
  }

  /** From here on it may be sent again, unless another epoch is engaged. */
  releaseAsked(epoch: number): void {
    this.#wronglyAsked = this.#killed !== null && this.#killed !== epoch ? epoch : null;
    if (this.#killed === epoch) this.#killed = null;
  }

  releaseAcknowledged(epoch: number): void {
    if (this.#wronglyAsked === epoch) this.fail("S5", `${epoch} was released, a newer one held`);
  }

  /** The kernel was told to stay away (S6). */
  banned(forMs: number): void {
    this.#bannedUntil = Math.max(this.#bannedUntil, this.#o.now() + forMs);
  }

  /** S6: counted when the adapter is asked, as the venue would a moment later. */
  asking(kind: RequestKind): void {
    const { venue, now } = this.#o;
    const broken = venue.budgets.use(kind, now());
    if (broken !== null) this.fail("S6", `${kind} is one too many: ${broken}`);
    // A submit was granted before its commit, which may be slow: the gate stops it (`sending`).
    if (kind !== "submit") this.#awayIs(kind);
  }

  #awayIs(kind: RequestKind): void {
    if (this.#o.now() < this.#bannedUntil) this.fail("S6", `${kind} leaves during a ban`);
  }

  /** S4 to S9, S12: the moment before bytes leave. */
  sending(request: WireRequest, ref: Sent, boot: number): void {
    if (boot !== this.#boot) this.fail("S8", `boot ${boot} sends while ${this.#boot} runs`);
    if (request.kind !== "cancel" && this.#killed !== null) this.#afterKill(request, ref);
    const cap = brokenCap(this.#o.caps, ref);
    if (cap !== null) this.fail("S12", `${request.kind} leaves with ${cap}`);
    if ("deadline" in ref && request.validUntil > ref.deadline) {
      this.fail("S7", `${request.kind} leaves ${request.validUntil - ref.deadline} ms too valid`);
    }
    if (request.kind !== "submit") return this.#addressing(request, ref);
    this.#awayIs("submit");
    const { venue, durable } = this.#o;
    const stored = durable.intentByClientOrderId(EXCHANGE, request.clientOrderId);
    if (stored === undefined) {
      return this.fail("S4", `submit ${short(request.clientOrderId)} leaves before its commit`);
    }
    const { intentId } = stored;
    if (venue.intentOf.has(request.clientOrderId)) {
      this.fail("S7", `${intentId} sends ${short(request.clientOrderId)} a second time`);
    }
    for (const other of venue.liveOf(intentId)) {
      this.fail("S7", `${intentId} submits while ${short(other.clientOrderId)} is live`);
    }
    for (const other of venue.pendingOf(intentId)) {
      this.fail("S7", `${intentId} submits while ${short(other.clientOrderId)} may still land`);
    }
    venue.intentOf.set(request.clientOrderId, intentId);
    const left = subtract(this.askedOf(intentId), venue.filledOf(intentId));
    if ("amount" in ref && compare(ref.amount, left) > 0 && !this.#isExcused(intentId)) {
      this.fail("S12", `${intentId} submits ${ref.amount} of ${left} that is left`);
    }
  }

  /** S1, S2: the venue's own reports. */
  reported({ kind, order, trade }: ExecutionReport): void {
    const { venue } = this.#o;
    const intentId = venue.intentOf.get(order.clientOrderId);
    if (intentId === undefined) return;
    const live = kind === "NEW" ? venue.liveOf(intentId) : [];
    if (live.length > 1) {
      const ids = live.map((each) => short(each.clientOrderId));
      this.fail("S1", `${intentId} has ${ids.length} live orders: ${ids.join(", ")}`);
    }
    if (trade === null || this.#isExcused(intentId)) return;
    if (compare(venue.filledOf(intentId), this.askedOf(intentId)) > 0) {
      const filled = venue.filledOf(intentId);
      this.fail("S2", `${intentId} filled ${filled} of at most ${this.askedOf(intentId)}`);
    }
  }

  /** S3, S7, and what the kernel claims, after every event. */
  afterEvent(kernel: KernelActor | null): void {
    const book = kernel?.running()[0]?.book;
    if (book === undefined || book.revision === this.#revision) return;
    this.#revision = book.revision;
    for (const { intentId, committed, isolated } of book.entries()) {
      if (isolated) this.fail("X", `${intentId} is isolated`);
      if (committed === null) continue;
      const before = this.#seen.get(intentId);
      if (before?.context === committed) continue;
      const isMoved = before?.context.phase !== committed.phase;
      if (isMoved) {
        this.#o.log(`${intentId} ${before?.context.phase ?? "—"} → ${committed.phase}`);
      }
      const since = before === undefined || isMoved ? this.#o.now() : before.since;
      this.#seen.set(intentId, { context: committed, since });
      this.#committed(intentId, committed);
    }
  }

  /** The process that begins now has claimed nothing yet. */
  restarted(boot: number): void {
    this.#seen = new Map();
    this.#revision = -1;
    this.#boot = boot;
    this.#bannedUntil = 0;
    for (const [intentId, generation] of this.#acknowledged) {
      const stored = this.#o.durable.intent(EXCHANGE, intentId);
      if (stored === undefined || stored.intent.generation < generation) {
        this.fail("S4", `${intentId} generation ${generation} is gone after a crash`);
      }
      if (this.#cancelAcknowledged.has(intentId) && !wantsNothing(stored)) {
        this.fail("S4", `the cancel of ${intentId} is gone after a crash`);
      }
    }
  }

  /** S8: each boot has an epoch of its own, for ever. */
  identified(epoch: number): void {
    if (epoch <= this.#epoch) this.fail("S8", `epoch ${epoch} follows ${this.#epoch}`);
    this.#epoch = epoch;
  }

  /** S11: text that leaves the kernel. */
  leaves(where: string, text: string): void {
    if (text.includes(CANARY)) this.fail("S11", `${where} holds the secret: ${text}`);
  }

  #afterKill(request: WireRequest, ref: Sent): void {
    const { venue } = this.#o;
    const id = short(request.clientOrderId);
    if (request.kind === "submit") {
      return this.fail("S5", `submit ${id} leaves after the kill of epoch ${this.#killed}`);
    }
    const order = venue.ownOpen().find((each) => each.clientOrderId === request.clientOrderId);
    if (order === undefined || !("amount" in ref)) return;
    if (compare(ref.amount, order.quantity) > 0) {
      this.fail("S5", `amend of ${id} to ${ref.amount} leaves after the kill`);
    }
  }

  /** A request that the network delivered twice can overfill; that must be told (rest checks). */
  #isExcused(intentId: string): boolean {
    return this.#o.venue.hasSecond(intentId);
  }

  #committed(intentId: string, context: IntentContext): void {
    const filled = this.#o.venue.filledOf(intentId);
    if (compare(context.filled, filled) > 0) {
      this.fail("S3", `${intentId} counts ${context.filled} filled, the venue ${filled}`);
    }
    for (const { outcome, clientOrderId } of context.attempts) {
      if (outcome !== "NOT_SENT" || !this.#o.venue.intentOf.has(clientOrderId)) continue;
      this.fail("S7", `${intentId} calls ${short(clientOrderId)} not sent, and it was`);
    }
    if (isTerminal(context.phase)) this.nothingLive(intentId, context.phase, "S7");
  }

  /** @param rule what it breaks if something is */
  nothingLive(intentId: string, phase: string, rule: string): void {
    const { venue } = this.#o;
    const seconds = rule === "L1" ? venue.secondsOf(intentId) : [];
    for (const { clientOrderId } of [...venue.liveOf(intentId), ...seconds]) {
      if (rule !== "L1" && venue.lateCopies.has(clientOrderId)) continue;
      this.fail(rule, `${intentId} is ${phase} while ${short(clientOrderId)} is live`);
    }
    for (const { clientOrderId, copyOf } of venue.pendingOf(intentId)) {
      if (copyOf !== null) continue;
      this.fail(rule, `${intentId} is ${phase} while ${short(clientOrderId)} may still land`);
    }
  }

  /** S9: what is canceled or changed is ours. */
  #addressing(request: WireRequest, ref: Sent): void {
    const { venue, durable } = this.#o;
    const { symbolId } = request;
    const orderId = "exchangeOrderId" in ref && ref.exchangeOrderId !== null
      ? Number(ref.exchangeOrderId)
      : null;
    const clientOrderId = orderId === null
      ? request.clientOrderId
      : venue.engine.order(ACCOUNT, { symbolId, orderId })?.clientOrderId;
    // It has our tag, or a record says that it was adopted.
    const tag = durable.meta("identity.tag");
    const isOurs = clientOrderId !== undefined &&
      ((tag !== undefined && hasTag(clientOrderId, tag)) ||
        durable.intentByClientOrderId(EXCHANGE, clientOrderId) !== undefined);
    if (!isOurs) this.fail("S9", `${request.kind} of ${clientOrderId}, which is not ours`);
  }
}

/** Canceled, ended, or being canceled because it came alive after its end. */
function wantsNothing(stored: StoredIntent | undefined): boolean {
  if (stored === undefined) return false;
  return stored.terminal || stored.intent.desired === "CANCELED" ||
    stored.context.includes('"cancelFor":"revived"');
}
