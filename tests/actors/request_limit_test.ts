/**
 * S6 as a property: whatever is asked of a runner, and in whatever order, a venue that counts
 * strictly never sees more than it allows.
 */
import { assert } from "@std/assert";
import fc from "fast-check";
import { RequestRunner } from "../../actors/request.ts";
import { PRIORITIES, type RequestPriority } from "../../machines/request_queue.ts";
import { VirtualClock } from "../../src/system/virtual_clock.ts";
import { type Two, twoBudgets, twoCosts, twoUsed, type WindowLimit } from "../budgets.ts";

const LIMITS: Two<WindowLimit> = {
  weight: { capacity: 1_200, intervalMs: 60_000 },
  orders: { capacity: 50, intervalMs: 10_000 },
};

/** How long a request may be on its way: bunched up by so much they still have to fit. */
const WAY_MS_MAX = 400;

interface Arrival extends Two<number> {
  readonly at: number;
  readonly foreign: boolean;
}

/** Counts over sliding windows, which every fixed window is one of; and reports what it counts. */
class StrictVenue {
  readonly #arrivals: Arrival[] = [];

  arrive(arrival: Arrival): void {
    this.#arrivals.push(arrival);
  }

  used(budget: keyof Two<number>, now: number): number {
    const { intervalMs } = LIMITS[budget];
    return this.#sum(budget, now - intervalMs, now);
  }

  /** The most of one budget in any window. */
  densest(budget: keyof Two<number>): number {
    const { intervalMs } = LIMITS[budget];
    return Math.max(0, ...this.#arrivals.map(({ at }) => this.#sum(budget, at - intervalMs, at)));
  }

  #sum(budget: keyof Two<number>, after: number, until: number): number {
    let sum = 0;
    for (const arrival of this.#arrivals) {
      if (arrival.at > after && arrival.at <= until) sum += arrival[budget];
    }
    return sum;
  }
}

interface Step {
  readonly afterMs: number;
  readonly times: number;
  readonly priority: RequestPriority;
  readonly wayMs: number;
  readonly what: "ask" | "foreign" | "restart";
}

const COSTS: Readonly<Record<RequestPriority, Two<number>>> = {
  cancel: { weight: 1, orders: 0 },
  reduce: { weight: 1, orders: 1 },
  protect: { weight: 1, orders: 1 },
  submit: { weight: 1, orders: 1 },
  probe: { weight: 50, orders: 0 },
  resync: { weight: 80, orders: 0 },
};

const aStep: fc.Arbitrary<Step> = fc.record({
  afterMs: fc.oneof(
    fc.constant(0),
    fc.integer({ min: 0, max: 500 }),
    fc.integer({ min: 0, max: 20_000 }),
  ),
  times: fc.integer({ min: 1, max: 60 }),
  priority: fc.constantFrom(...PRIORITIES),
  wayMs: fc.integer({ min: 0, max: WAY_MS_MAX }),
  what: fc.constantFrom("ask", "ask", "ask", "ask", "foreign"),
}) as fc.Arbitrary<Step>;

/** Sends what a runner grants to a strict venue, whose answers correct it. */
function play(steps: readonly Step[], reports: boolean): StrictVenue {
  const clock = new VirtualClock();
  const venue = new StrictVenue();
  let runner = openRunner(clock);
  let count = 0;
  for (const { afterMs, times, priority, wayMs, what } of steps) {
    clock.advance(Math.max(0, afterMs));
    if (what === "restart") {
      runner.stop();
      runner = openRunner(clock);
    }
    const cost = COSTS[priority];
    for (let i = 0; i < times && what !== "restart"; i++) {
      if (what === "foreign") {
        venue.arrive({ weight: 1, orders: 0, at: clock.monotonic(), foreign: true });
        continue;
      }
      const onGranted = () =>
        clock.setTimer(() => {
          const at = clock.monotonic();
          venue.arrive({ ...cost, at, foreign: false });
          if (!reports) return;
          runner.usage(
            twoUsed({ weight: venue.used("weight", at), orders: venue.used("orders", at) }),
          );
        }, wayMs);
      ask(runner, priority, { cost, key: `r${count++}`, onGranted });
    }
  }
  clock.advance(30_000);
  runner.stop();
  clock.advance(WAY_MS_MAX);
  return venue;
}

function openRunner(clock: VirtualClock): RequestRunner {
  return new RequestRunner({ clock, limits: twoBudgets(LIMITS), cost: () => [] });
}

function ask(
  runner: RequestRunner,
  priority: RequestPriority,
  asked: { readonly cost: Two<number>; readonly key: string; readonly onGranted: () => void },
): void {
  runner.ask({ kind: "lookup", priority, ...asked, cost: twoCosts(asked.cost) });
}

function assertWithin(venue: StrictVenue): void {
  for (const budget of ["weight", "orders"] as const) {
    const densest = venue.densest(budget);
    const { capacity } = LIMITS[budget];
    assert(densest <= capacity, `${budget}: ${densest} of ${capacity}`);
  }
}

for (const reports of [true, false]) {
  const how = reports ? "corrected by its reports" : "by our own count alone";
  Deno.test(`S6: no load makes a strict venue count more than it allows, ${how}`, () => {
    const own = aStep.map((step): Step => ({ ...step, what: "ask" }));
    fc.assert(
      fc.property(fc.array(own, { minLength: 5, maxLength: 40 }), (steps) => {
        assertWithin(play(steps, reports));
      }),
      { numRuns: 150 },
    );
  });
}

Deno.test("S6: nor does a full load on both sides of one restart", () => {
  const quiet: Step = { afterMs: 120_000, times: 0, priority: "submit", wayMs: 0, what: "ask" };
  const full = fc.record({
    afterMs: fc.integer({ min: 0, max: 3_000 }),
    times: fc.constant(60),
    priority: fc.constantFrom<RequestPriority>("submit", "cancel", "reduce"),
    wayMs: fc.integer({ min: 0, max: WAY_MS_MAX }),
    what: fc.constant<Step["what"]>("ask"),
  });
  const load = fc.array(full, { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(load, load, fc.integer({ min: 0, max: 9_000 }), (before, after, afterMs) => {
      const restart: Step = { ...quiet, afterMs, what: "restart" };
      assertWithin(play([quiet, ...before, restart, ...after], true));
    }),
    { numRuns: 150 },
  );
});

Deno.test("S6: beside others on the same address, what is reported in time is made room for", () => {
  const clock = new VirtualClock();
  const venue = new StrictVenue();
  const runner = openRunner(clock);
  clock.advance(120_000);
  for (let i = 0; i < 1_000; i++) {
    venue.arrive({ weight: 1, orders: 0, at: clock.monotonic(), foreign: true });
  }
  runner.usage(twoUsed({ weight: venue.used("weight", clock.monotonic()), orders: null }));
  for (let i = 0; i < 400; i++) {
    const cost = { weight: 1, orders: 0 };
    const onGranted = () => venue.arrive({ ...cost, at: clock.monotonic(), foreign: false });
    ask(runner, i % 2 === 0 ? "cancel" : "probe", { cost, key: `r${i}`, onGranted });
  }
  clock.advance(59_000);
  assertWithin(venue);
  runner.stop();
});
