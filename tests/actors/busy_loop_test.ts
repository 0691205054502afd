/**
 * No venue makes the kernel spin: whatever is answered again and again, every question has its
 * pause. Each seed chooses one stubborn answer for every kind of request.
 */
import { assert } from "@std/assert";
import type { Execution, OrderRef } from "../../src/exchanges/exchange.ts";
import { decimal } from "../../src/model/decimal.ts";
import { ATTEMPTS_MAX } from "../../src/model/limits.ts";
import type { VenueOrder } from "../../src/model/venue.ts";
import type { PaperAdapter } from "../../src/exchanges/paper/adapter.ts";
import { SeededRandom } from "../../src/system/seeded_random.ts";
import { openPaperKernel, RESTING } from "./paper_kernel.ts";

const SEEDS = 120;
/** Two orders stopped before the wire may use up their attempts at once; a loop asks for millions. */
const REQUESTS_A_SECOND_MAX = 2 * ATTEMPTS_MAX + 10;

type Answer = (ref: OrderRef | null, now: number) => unknown;

const CAUSE = { code: "TIMEOUT", message: "lost" };
const LATER = { code: "RATE_LIMITED", venueCode: "-1003", message: "later", retryAfterMs: 0 };
const NO = { code: "REFUSED", venueCode: "-2010", message: "no" };

function orderOf(ref: OrderRef | null, now: number, changes: Partial<VenueOrder>): VenueOrder {
  return {
    exchangeOrderId: ref?.exchangeOrderId ?? "x1",
    clientOrderId: ref?.clientOrderId ?? "somebody",
    symbolId: RESTING.symbolId,
    side: RESTING.side,
    status: "OPEN",
    amount: decimal(RESTING.amount),
    limitPrice: decimal(RESTING.limitPrice),
    filled: decimal("0"),
    cause: null,
    venueTime: now,
    fills: [],
    ...changes,
  };
}

/** What a venue may say of an order, true or not. */
const WORDS: readonly Partial<VenueOrder>[] = [
  {},
  { status: "UNKNOWN" },
  { status: "PARTIALLY_FILLED", filled: decimal("0.005") },
  { status: "FILLED", filled: decimal(RESTING.amount) },
  { status: "CANCELED" },
  { status: "CANCELED", filled: decimal("0.005") },
  { status: "EXPIRED" },
  { status: "REJECTED" },
  { exchangeOrderId: "another" },
  { amount: decimal("0.5") },
  { limitPrice: decimal("1") },
  { venueTime: 0 },
];

const said = (kind: string): readonly Answer[] =>
  WORDS.map((changes) => (ref, now) => ({
    kind,
    order: orderOf(ref, now, changes),
    venueTime: now,
  }));

const SENT: readonly Answer[] = [
  ...said("accepted"),
  () => ({ kind: "unknown", cause: CAUSE }),
  () => ({ kind: "refused", reason: NO }),
  () => ({ kind: "refused", reason: LATER }),
  ...["TOO_LATE", "HELD", "NOT_CONNECTED", "KERNEL_DRAINING", "NOTIONAL"].map((reason) => () => ({
    kind: "notSent",
    reason,
  })),
];
const FAILED: readonly Answer[] = [
  () => ({ kind: "failed", cause: CAUSE }),
  () => ({ kind: "failed", cause: CAUSE, retryAfterMs: 0 }),
];
const NOTHING: Answer = (_ref, now) => ({ kind: "read", value: [], venueTime: now });

const ANSWERS: Partial<Record<keyof Execution, readonly Answer[]>> = {
  submit: SENT,
  amend: SENT,
  cancel: [...SENT, () => ({ kind: "accepted", order: null }), () => ({ kind: "notFound" })],
  lookup: [
    ...said("found"),
    (_ref, now) => ({ kind: "absent", venueTime: now }),
    () => ({ kind: "absent", venueTime: 0 }),
    (_ref, now) => ({ kind: "absent", venueTime: now + 86_400_000 }),
    ...FAILED,
  ],
  fillsOf: [NOTHING, ...FAILED],
  fillsSince: [NOTHING, NOTHING, ...FAILED],
  openOrders: [
    NOTHING,
    NOTHING,
    (ref, now) => ({ kind: "read", value: [orderOf(ref, now, {})], venueTime: now }),
    (ref, now) => ({
      kind: "read",
      value: [orderOf(ref, now, { exchangeOrderId: "another" })],
      venueTime: now,
    }),
    ...FAILED,
  ],
};

for (let from = 0; from < SEEDS; from += 20) {
  Deno.test(`busy loop: stubborn venues ${from} to ${from + 19} are asked with pauses`, async () => {
    for (let seed = from; seed < from + 20; seed++) await stubborn(seed);
  });
}

async function stubborn(seed: number): Promise<void> {
  const random = new SeededRandom(seed);
  const perSecond = new Map<number, number>();
  let count = 0;
  let isStubborn = false;
  let last: OrderRef | null = null;
  const now = { read: () => 0 };
  const stubbornize = ({ execution }: PaperAdapter) => {
    for (const [name, answers] of Object.entries(ANSWERS)) {
      const kind = name as keyof typeof ANSWERS; // its own key
      const honest = execution[kind]!.bind(execution) as (...args: unknown[]) => unknown;
      const answer = answers[Math.floor(random.next() * answers.length)]!;
      const stubborn = (...args: unknown[]) => {
        if (!isStubborn) return honest(...args);
        const second = Math.floor(now.read() / 1_000);
        perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
        // A loop is seen, and must not take the test with it.
        if (++count > 20_000) return new Promise(() => {});
        if (kind === "submit") last = { ...(args[0] as OrderRef), exchangeOrderId: null };
        const asked = kind === "openOrders" || kind === "fillsSince" ? last : args[0] as OrderRef;
        return Promise.resolve(answer(asked, now.read()));
      };
      Object.assign(execution, { [kind]: stubborn });
    }
  };
  const k = await openPaperKernel(["a"], undefined, stubbornize);
  now.read = () => k.clock.now();
  await k.run(60_000);
  isStubborn = true;
  const a = k.kernel.exchange("a");
  const ignore = () => {};
  a.placeOrder(RESTING, { intentId: "i1" }).catch(ignore);
  a.placeOrder(RESTING, { intentId: "i2" }).catch(ignore);
  await k.run(20_000);
  try {
    a.modifyOrder("i1", { ...RESTING, limitPrice: "20001" }).catch(ignore);
  } catch {
    // It has ended.
  }
  await k.run(60_000);
  a.cancelOrder("i2").catch(ignore);
  await k.run(60_000);
  const most = Math.max(0, ...perSecond.values());
  const commits = k.held.batches.length;
  assert(most <= REQUESTS_A_SECOND_MAX, `seed ${seed}: ${most} requests in one second`);
  assert(commits < 5_000, `seed ${seed}: ${commits} commits`);
  isStubborn = false;
  await k.close();
}
