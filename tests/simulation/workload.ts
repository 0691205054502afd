/** What a caller, other people and the market do to a world, as its seed says. */
import { type Decimal, decimal } from "../../src/model/decimal.ts";
import type { ExchangeKernel } from "../../src/model/facade.ts";
import type { KillSwitchControl } from "../../src/model/kill_switch.ts";
import type { Checks } from "./checks.ts";
import type { Decisions } from "./decisions.ts";
import { ACCOUNT, type SimulatedVenue, SYMBOLS } from "./venue.ts";

/** An order as a caller writes it. */
type Order = Readonly<Record<string, string | boolean>> & {
  readonly symbolId: string;
  readonly amount: Decimal;
};

interface Wish {
  readonly intentId: string;
  order: Order;
  /** Specifications it had before: going back to one is what a stale read confuses. */
  readonly earlier: Order[];
  isAcknowledged: boolean;
}

export interface WorkloadOptions {
  readonly decisions: Decisions;
  readonly venue: SimulatedVenue;
  readonly checks: Checks;
  readonly log: (line: string) => void;
  /** Null while no process runs. */
  readonly kernel: () => ExchangeKernel | null;
  readonly killSwitch: () => KillSwitchControl | null;
  /** Stored, and not ended. */
  readonly isLive: (intentId: string) => boolean;
  readonly later: (act: () => void, delayMs: number) => void;
}

const ACTIONS: readonly (readonly [name: keyof Actions, weight: number])[] = [
  ["place", 42],
  ["modify", 20],
  ["verify", 6],
  ["cancel", 14],
  ["cancelAll", 2],
  ["manual", 4],
  ["resume", 4],
  ["again", 5],
  ["kill", 4],
];

type Actions = Record<
  "place" | "modify" | "verify" | "cancel" | "cancelAll" | "manual" | "resume" | "again" | "kill",
  () => void
>;

/** More than any world needs to show something. */
const WISHES_MAX = 48;
/** With tight budgets all of them must settle in time. */
const TIGHT_WISHES_MAX = 26;

export class Workload {
  /** How many orders were asked for. */
  placed = 0;
  readonly #o: WorkloadOptions;
  readonly #wishes: Wish[] = [];
  readonly #prices = new Map<string, number>(SYMBOLS.map((symbolId) => [symbolId, 10_000]));
  readonly #actions: Actions;
  /** Of the kill switch, as acknowledged. */
  readonly #epochs: number[] = [];
  #manual = 0;

  constructor(options: WorkloadOptions) {
    this.#o = options;
    this.#actions = {
      place: () => this.#placeSome(),
      modify: () => this.#modify(this.#pickWish()),
      verify: () => this.#verify(this.#pickWish()),
      cancel: () => this.#cancel(),
      cancelAll: () => this.#cancelAll(),
      manual: () => this.#placeManually(),
      resume: () => this.#resume(),
      again: () => this.#again(),
      kill: () => this.#kill(),
    };
  }

  act(): void {
    let drawn = this.#o.decisions.next("action") * 100;
    for (const [name, weight] of ACTIONS) {
      drawn -= weight;
      if (drawn < 0) return this.#actions[name]();
    }
  }

  /** Prices wander, and somebody trades at them. */
  moveMarket(): void {
    const { decisions, venue } = this.#o;
    const symbolId = decisions.pick("market:symbol", SYMBOLS);
    const step = decisions.between("market:step", [-30, 30]);
    const cents = Math.max(5_000, Math.min(15_000, this.#price(symbolId) + step));
    this.#prices.set(symbolId, cents);
    venue.engine.trade(symbolId, {
      price: price(cents),
      quantity: hundredths(decisions.between("market:quantity", [1, 200])),
      takerSide: decisions.chance("market:side", 0.5) ? "BUY" : "SELL",
    });
  }

  /** Somebody cancels one of ours, or the venue ends it by itself. */
  endOutside(how: "canceled" | "expired"): void {
    const { decisions, venue, log } = this.#o;
    const open = venue.ownOpen();
    if (open.length === 0) return;
    const order = decisions.pick("outside:order", open);
    log(`outside: ${how} ${venue.intentOf.get(order.clientOrderId)}`);
    if (how === "expired") return venue.expire(order);
    venue.engine.cancel(ACCOUNT, { symbolId: order.symbolId, orderId: order.orderId });
  }

  /** The venue takes a symbol off its list, and what rests there with it. */
  delist(): void {
    const { decisions, venue, log } = this.#o;
    const symbolId = decisions.pick("delist:symbol", SYMBOLS);
    log(`delisted ${symbolId}`);
    venue.gateway.delist(symbolId);
    for (const order of venue.engine.openOrders(ACCOUNT, symbolId)) {
      venue.engine.cancel(ACCOUNT, { symbolId, orderId: order.orderId });
    }
  }

  /** Everything is to stop, now. */
  engage(reason: string): void {
    const { checks, log } = this.#o;
    log(`kill: ${reason}`);
    this.#useSwitch("kill", (control) =>
      control.engage(reason).then((epoch) => {
        this.#epochs.push(epoch);
        checks.killAcknowledged(epoch);
      }));
  }

  #placeSome(): void {
    const { decisions, venue } = this.#o;
    const { isTight } = venue.budgets;
    const isBurst = decisions.chance("place:burst", isTight ? 0.5 : 0.15);
    const count = isBurst ? decisions.between("place:count", [3, 9]) : 1;
    const most = isTight ? TIGHT_WISHES_MAX : WISHES_MAX;
    for (let i = 0; i < count && this.#wishes.length < most; i++) this.#place();
  }

  /** Against live traffic, once more before the first is released, and released by a wrong name. */
  #kill(): void {
    const { decisions, later } = this.#o;
    if (!decisions.trait("kills", 0.4)) return;
    if (decisions.chance("kill:traffic", 0.7)) this.#placeSome();
    later(() => this.engage("drill"), decisions.between("kill:after", [0, 60]));
    if (decisions.chance("kill:twice", 0.4)) {
      later(() => this.engage("drill, again"), decisions.between("kill:again", [0, 900]));
      later(() => this.#release("first"), decisions.between("kill:stale", [200, 3_000]));
    }
    later(() => this.#release("newest"), decisions.between("kill:release", [500, 9_000]));
  }

  #release(which: "first" | "newest"): void {
    const { checks, log } = this.#o;
    const epoch = which === "newest" ? this.#epochs.at(-1) : this.#epochs.at(-2);
    if (epoch === undefined) return;
    log(`release ${epoch}`);
    this.#useSwitch("release", (control) => {
      checks.releaseAsked(epoch);
      return control.release(epoch).then(() => checks.releaseAcknowledged(epoch));
    });
  }

  #useSwitch(what: string, use: (control: KillSwitchControl) => Promise<void>): void {
    const { killSwitch, log } = this.#o;
    const control = killSwitch();
    if (control === null) return log(`${what}: no kernel runs`);
    use(control).then(
      () => log(`${what}: done`),
      (error: unknown) => log(`${what}: ${error instanceof Error ? error.message : error}`),
    );
  }

  #place(): void {
    const { decisions } = this.#o;
    const intentId = `i${this.#wishes.length + 1}`;
    const symbolId = decisions.pick("place:symbol", SYMBOLS);
    const side = decisions.pick("place:side", ["BUY", "SELL"]);
    const kind = decisions.pick("place:kind", KINDS);
    const order: Order = {
      symbolId,
      side,
      amount: hundredths(decisions.between("place:amount", [5, 400])),
      ...(kind === "MARKET" ? {} : { limitPrice: price(this.#limit(symbolId, side)) }),
      ...(kind === "IOC" || kind === "FOK" ? { timeInForce: kind } : {}),
      ...(kind === "POST" ? { postOnly: true } : {}),
      onExternalCancel: decisions.pick("place:policy", ["ACCEPT", "REPLACE", "PAUSE"]),
      onAbsent: decisions.pick("place:onAbsent", ["RETRY", "RETRY", "FAIL"]),
    };
    const wish = { intentId, order, earlier: [], isAcknowledged: false };
    this.#wishes.push(wish);
    this.placed += 1;
    this.#send(wish);
    // Before the answer: the newest specification meets what is under way.
    if (decisions.chance("place:modified", 0.12)) {
      this.#o.later(() => this.#modify(wish), decisions.between("place:modifiedAfter", [1, 120]));
    }
  }

  /** A caller who never heard an answer asks again, under the same id. */
  #again(): void {
    const lost = this.#wishes.filter((wish) => !wish.isAcknowledged);
    if (lost.length > 0) this.#send(this.#o.decisions.pick("again:wish", lost));
  }

  #send(wish: Wish): void {
    const { checks, log } = this.#o;
    const { intentId, order } = wish;
    log(`place ${intentId} ${JSON.stringify(order)}`);
    this.#call(`place ${intentId}`, (kernel) => {
      checks.wanted(intentId, order.amount);
      return kernel.placeOrder(order, { intentId }).then(() => {
        wish.isAcknowledged = true;
        checks.acknowledged(intentId, 1);
      });
    });
  }

  #modify(wish: Wish | undefined): void {
    const { decisions, checks, log, later } = this.#o;
    if (wish === undefined || wish.order["limitPrice"] === undefined) return;
    const { intentId } = wish;
    const order = decisions.chance("modify:back", 0.35) && wish.earlier.length > 0
      ? decisions.pick("modify:to", wish.earlier)
      : this.#changed(wish.order);
    // Changes in quick succession meet requests and reads of the one before.
    if (decisions.chance("modify:again", 0.35)) {
      const soon = decisions.chance("modify:soon", 0.5); // while the one before is on its way
      const delayMs = decisions.between("modify:after", soon ? [1, 60] : [5, 1_200]);
      later(() => this.#modify(wish), delayMs);
      later(() => this.#verify(wish), decisions.between("verify:after", [1, delayMs]));
    }
    log(`modify ${intentId} ${order.amount} @ ${order["limitPrice"]}`);
    this.#call(`modify ${intentId}`, (kernel) => {
      checks.wanted(intentId, order.amount);
      return kernel.modifyOrder(intentId, order).then(() => {
        wish.earlier.push(wish.order);
        wish.order = order;
        checks.acknowledged(intentId, kernel.getOrderIntent(intentId).generation);
      });
    });
  }

  #changed(before: Order): Order {
    const { decisions } = this.#o;
    const changesPrice = decisions.chance("modify:price", 0.6);
    const changesAmount = !changesPrice || decisions.chance("modify:amount", 0.4);
    const { symbolId } = before;
    const side = String(before["side"]);
    return {
      ...before,
      ...(changesPrice ? { limitPrice: price(this.#limit(symbolId, side)) } : {}),
      ...(changesAmount ? { amount: hundredths(decisions.between("modify:size", [5, 400])) } : {}),
    };
  }

  /** Somebody asks to look again. */
  #verify(wish: Wish | undefined): void {
    if (wish === undefined) return;
    const { intentId } = wish;
    this.#o.log(`verify ${intentId}`);
    this.#call(`verify ${intentId}`, (kernel) => kernel.forceReconciliation(intentId));
  }

  #cancel(): void {
    const wish = this.#pickWish();
    if (wish === undefined) return;
    const { intentId } = wish;
    this.#o.log(`cancel ${intentId}`);
    this.#call(
      `cancel ${intentId}`,
      (kernel) =>
        kernel.cancelOrder(intentId).then(() => this.#o.checks.cancelAcknowledged(intentId)),
    );
  }

  #cancelAll(): void {
    this.#o.log("cancel all");
    this.#call("cancel all", (kernel) => kernel.cancelAllOrders().then(() => {}));
  }

  #resume(): void {
    const wish = this.#pickWish();
    if (wish === undefined) return;
    this.#o.log(`resume ${wish.intentId}`);
    this.#call(`resume ${wish.intentId}`, (kernel) => kernel.resumeIntent(wish.intentId));
  }

  /** An order of the same account that the kernel did not place and must not touch. */
  #placeManually(): void {
    const { decisions, venue, log } = this.#o;
    const symbolId = decisions.pick("manual:symbol", SYMBOLS);
    const side = decisions.pick("manual:side", ["BUY", "SELL"] as const);
    const clientOrderId = `manual-${++this.#manual}`;
    log(`manual order ${clientOrderId}`);
    venue.engine.submit(ACCOUNT, {
      symbolId,
      side,
      type: "LIMIT",
      price: price(this.#limit(symbolId, side)),
      quantity: hundredths(decisions.between("manual:amount", [5, 100])),
      clientOrderId,
    });
  }

  #pickWish(): Wish | undefined {
    if (this.#wishes.length === 0) return undefined;
    const { decisions, isLive } = this.#o;
    const live = this.#wishes.filter(({ intentId }) => isLive(intentId));
    const isAny = live.length === 0 || decisions.chance("wish:any", 0.1);
    return decisions.pick("wish", isAny ? this.#wishes : live);
  }

  #call(what: string, call: (kernel: ExchangeKernel) => Promise<void>): void {
    const { kernel, log } = this.#o;
    const running = kernel();
    if (running === null) return log(`${what}: no kernel runs`);
    call(running).then(
      () => log(`${what}: done`),
      (error: unknown) => log(`${what}: ${error instanceof Error ? error.message : error}`),
    );
  }

  /** Near the market: some cross, most rest, and the passive ones rest for long. */
  #limit(symbolId: string, side: string | undefined): number {
    const { decisions } = this.#o;
    const distance = decisions.chance("limit:far", 0.5)
      ? decisions.between("limit:passive", [20, 250])
      : decisions.between("limit", [-60, 60]);
    return this.#price(symbolId) + (side === "BUY" ? -distance : distance);
  }

  #price(symbolId: string): number {
    return this.#prices.get(symbolId) ?? 10_000;
  }
}

const KINDS = ["LIMIT", "LIMIT", "LIMIT", "LIMIT", "POST", "IOC", "FOK", "MARKET"] as const;

function price(cents: number): Decimal {
  return hundredths(cents);
}

function hundredths(count: number): Decimal {
  return decimal(`${Math.trunc(count / 100)}.${String(count % 100).padStart(2, "0")}`);
}
