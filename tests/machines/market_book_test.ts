import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { MarketBook } from "../../machines/market_book.ts";
import { type Decimal, decimal } from "../../src/model/decimal.ts";
import type { BookLevel } from "../../src/model/market.ts";
import type { BookDelta, BookRules, BookSnapshot } from "../../src/model/market_feed.ts";

const READ: BookRules = { snapshot: "read", window: null };
const STREAM: BookRules = { snapshot: "stream", window: null };
const AT = 1_000;

function levels(...pairs: readonly (readonly [number, number])[]): readonly BookLevel[] {
  return pairs.map(([price, quantity]) => ({
    price: decimal(price),
    quantity: decimal(quantity),
    numOrders: null,
  }));
}

function snapshot(fields: Partial<BookSnapshot> = {}): BookSnapshot {
  return {
    symbolId: "BTC/USDT",
    bids: levels([100, 1], [99, 2], [98, 3]),
    asks: levels([101, 1], [102, 2], [103, 3]),
    sequence: 10,
    levelsMax: null,
    checksum: null,
    venueTime: AT,
    ...fields,
  };
}

function delta(previous: number | null, last: number | null, fields: Partial<BookDelta> = {}) {
  const empty = { bids: [], asks: [], checksum: null, venueTime: AT };
  return { symbolId: "BTC/USDT", previous, last, ...empty, ...fields };
}

function prices(side: readonly BookLevel[]): readonly (readonly string[])[] {
  return side.map(({ price, quantity }) => [price, quantity]);
}

function whole(rules: BookRules = STREAM, depth = 3): MarketBook {
  const book = new MarketBook(rules, depth);
  assertEquals(book.snapshot(snapshot(), "stream").kind, "changed");
  return book;
}

Deno.test("book: deltas set, replace and remove levels, best first on both sides", () => {
  const book = whole();
  const change = delta(10, 12, {
    bids: levels([99.5, 4], [98, 0], [100, 7], [97, 0]),
    asks: levels([100.5, 1], [101, 0]),
  });
  assertEquals(book.delta(change).kind, "changed");
  const { bids, asks } = book.view(10);
  assertEquals(prices(bids), [["100", "7"], ["99.5", "4"], ["99", "2"]]);
  assertEquals(prices(asks), [["100.5", "1"], ["102", "2"], ["103", "3"]]);
  assertEquals(book.sequence, 12);
});

Deno.test("book: prices that one float holds are two levels all the same", () => {
  const book = whole();
  const near = ["0.100000000000000001", "0.100000000000000002"].map((price) => ({
    price: decimal(price),
    quantity: decimal("1"),
    numOrders: null,
  }));
  book.delta(delta(10, 11, { bids: near }));
  assertEquals(prices(book.view(5).bids).slice(3).map(([price]) => price), [
    "0.100000000000000002",
    "0.100000000000000001",
  ]);
  book.delta(delta(11, 12, { bids: [{ ...near[1]!, quantity: decimal("0") }] }));
  assertEquals(book.view(5).bids.at(-1)?.price, near[0]?.price);
  assertEquals(book.view(5).bids.length, 4);
});

Deno.test("book: a delta that is older is ignored, one that overlaps applies", () => {
  const book = whole();
  assertEquals(book.delta(delta(5, 10, { bids: levels([100, 9]) })).kind, "unchanged");
  assertEquals(book.delta(delta(8, 11, { bids: levels([100, 4]) })).kind, "changed");
  assertEquals(book.view(1).bids[0]?.quantity, decimal(4));
});

Deno.test("book: a gap ends it, and what it shows stays the state before the gap", () => {
  const book = whole();
  const before = book.view(5);
  assertEquals(book.delta(delta(11, 12, { bids: levels([100, 9]) })), {
    kind: "broken",
    trouble: "GAP",
  });
  assertEquals([book.isLive, book.needsSnapshot], [false, true]);
  assertEquals(book.view(5), before);
  assertEquals(book.delta(delta(12, 13, { bids: levels([100, 9]) })).kind, "unchanged");
  assertEquals(book.view(5), before);
});

Deno.test("book: a venue that counts anew, or says that nothing changed, makes no gap", () => {
  const book = whole();
  assertEquals(book.delta(delta(10, 10)).kind, "changed");
  assertEquals(book.delta(delta(10, 3, { bids: levels([100, 5]) })).kind, "changed");
  assertEquals(book.delta(delta(3, 4)).kind, "changed");
  assertEquals(book.delta(delta(5, 6)).kind, "broken");
});

Deno.test("book: deltas that come while the snapshot is read follow it, and no other", () => {
  const book = new MarketBook(READ, 3);
  book.keepDeltas();
  assertEquals(book.delta(delta(8, 9, { bids: levels([100, 9]) })).kind, "unchanged");
  assertEquals(book.delta(delta(9, 11, { bids: levels([100, 5]) })).kind, "unchanged");
  assertEquals(book.isLive, false);
  assertEquals(book.snapshot(snapshot(), "read").kind, "changed");
  assertEquals([book.sequence, book.view(1).bids[0]?.quantity], [11, decimal(5)]);
});

Deno.test("book: a snapshot older than the first kept delta is not taken", () => {
  const book = new MarketBook(READ, 3);
  book.keepDeltas();
  book.delta(delta(12, 13));
  assertEquals(book.snapshot(snapshot(), "read").kind, "unchanged");
  assertEquals(book.isLive, false);
  book.delta(delta(13, 14, { asks: levels([101, 4]) }));
  assertEquals(book.snapshot(snapshot({ sequence: 12 }), "read").kind, "changed");
  assertEquals([book.sequence, book.view(1).asks[0]?.quantity], [14, decimal(4)]);
});

Deno.test("book: a book that is whole stays so while its deeper levels are read again", () => {
  const book = new MarketBook(READ, 2);
  const cut = snapshot({ levelsMax: 3 });
  assertEquals(book.snapshot(cut, "read").kind, "changed");
  assertEquals(book.needsSnapshot, false);
  book.delta(delta(10, 11, { bids: levels([100, 0], [97, 5]) }));
  assertEquals(prices(book.view(5).bids), [["99", "2"], ["98", "3"]]); // 97 lies beyond the cut.
  assertEquals([book.isLive, book.needsSnapshot], [true, true]);
  book.keepDeltas();
  book.delta(delta(11, 12, { bids: levels([99, 8]) }));
  assertEquals(book.isLive, true);
  const fresh = snapshot({ sequence: 11, bids: levels([99, 2], [98, 3], [97, 5]), levelsMax: 3 });
  assertEquals(book.snapshot(fresh, "read").kind, "changed");
  assertEquals(prices(book.view(5).bids), [["99", "8"], ["98", "3"], ["97", "5"]]);
  assertEquals(book.sequence, 12);
});

Deno.test("book: too little that is known ends it before an unknown level could be missed", () => {
  const book = new MarketBook(READ, 2);
  book.snapshot(snapshot({ levelsMax: 3 }), "read");
  assertEquals(book.delta(delta(10, 11, { bids: levels([100, 0]) })).kind, "changed");
  const outcome = book.delta(delta(11, 12, { bids: levels([99, 0]) }));
  assertEquals(outcome, { kind: "broken", trouble: "THIN" });
  assertEquals(book.view(5).bids, []);
});

Deno.test("book: a crossed book is shown to nobody", () => {
  const book = whole();
  assertEquals(book.delta(delta(10, 11, { bids: levels([101, 1]) })), {
    kind: "broken",
    trouble: "CROSSED",
  });
  assertEquals([book.isLive, book.view(5)], [false, { bids: [], asks: [] }]);
});

Deno.test("book: the venue's checksum decides, of deltas and of snapshots", () => {
  const rules: BookRules = {
    ...STREAM,
    checksum: ({ bids, asks }) => `${bids[0]?.quantity}|${asks[0]?.quantity}`,
  };
  const book = new MarketBook(rules, 3);
  assertEquals(book.snapshot(snapshot({ checksum: "1|2" }), "stream").kind, "broken");
  assertEquals(book.snapshot(snapshot({ checksum: "1|1" }), "stream").kind, "changed");
  const good = delta(null, null, { bids: levels([100, 6]), checksum: "6|1" });
  assertEquals(book.delta(good).kind, "changed");
  assertEquals(book.delta({ ...good, checksum: "5|1" }), { kind: "broken", trouble: "CHECKSUM" });
  assertEquals(book.view(5), { bids: [], asks: [] });
});

Deno.test("book: a window is cut after each delta, and a level that comes back into it is told", () => {
  const book = whole({ snapshot: "stream", window: 3 });
  book.delta(delta(10, 11, { bids: levels([100.5, 1]) }));
  assertEquals(book.view(9).bids.map(({ price }) => price), ["100.5", "100", "99"]);
  book.delta(delta(11, 12, { bids: levels([100.5, 0], [98, 3]) }));
  assertEquals(book.view(9).bids.map(({ price }) => price), ["100", "99", "98"]);
  assertEquals(book.needsSnapshot, false);
});

// The property: whatever the line does to the messages, a live book is a state of the venue's.

interface VenueState {
  readonly bids: ReadonlyMap<number, number>;
  readonly asks: ReadonlyMap<number, number>;
}

interface Change {
  readonly side: "bids" | "asks";
  readonly offset: number;
  readonly quantity: number;
}

const changeArbitrary: fc.Arbitrary<Change> = fc.record({
  side: fc.constantFrom("bids", "asks"),
  offset: fc.integer({ min: 1, max: 12 }),
  quantity: fc.integer({ min: 0, max: 3 }),
});

/** What the line does with one message, and whether the venue is asked for a snapshot then. */
const stepArbitrary = fc.record({
  changes: fc.array(changeArbitrary, { minLength: 1, maxLength: 4 }),
  line: fc.constantFrom("deliver", "deliver", "deliver", "drop", "twice", "swap"),
  answersRead: fc.boolean(),
});

const MIDDLE = 100;

function moved(state: VenueState, changes: readonly Change[]): VenueState {
  const next = { bids: new Map(state.bids), asks: new Map(state.asks) };
  for (const { side, offset, quantity } of changes) {
    const price = side === "bids" ? MIDDLE - offset : MIDDLE + offset;
    if (quantity === 0) next[side].delete(price);
    else next[side].set(price, quantity);
  }
  return next;
}

/** The naive book: sorted anew each time. */
function shown(state: VenueState, depth: number) {
  const side = (map: ReadonlyMap<number, number>, sign: number) =>
    prices(levels(...[...map].sort(([a], [b]) => sign * (a - b)))).slice(0, depth);
  return { bids: side(state.bids, -1), asks: side(state.asks, 1) };
}

function cut(state: VenueState, sequence: number, levelsMax: number): BookSnapshot {
  const { bids, asks } = shown(state, levelsMax);
  const side = (rows: readonly (readonly string[])[]) =>
    rows.map(([price, quantity]) => ({
      price: price as Decimal, // made by `decimal` in `levels`
      quantity: quantity as Decimal,
      numOrders: null,
    }));
  return snapshot({ bids: side(bids), asks: side(asks), sequence, levelsMax });
}

Deno.test("book: under drops, repeats and swaps a live book is a true state, never a mixture", () => {
  let lived = 0;
  let broke = 0;
  const depth = 3;
  fc.assert(
    fc.property(
      fc.array(stepArbitrary, { minLength: 5, maxLength: 60 }),
      fc.constantFrom(4, 8, 100),
      (steps, levelsMax) => {
        const book = new MarketBook(READ, depth);
        let state = moved(
          { bids: new Map(), asks: new Map() },
          [1, 2, 3, 4, 5, 6].flatMap((offset) =>
            (["bids", "asks"] as const).map((side) => ({ side, offset, quantity: 1 }))
          ),
        );
        const states: VenueState[] = [state];
        let held: BookDelta | null = null;
        let reading: BookSnapshot | null = null;
        const take = (message: BookDelta) => {
          if (book.delta(message).kind === "broken") broke += 1;
          if (book.needsSnapshot) {
            book.keepDeltas();
            reading ??= cut(states.at(-1)!, states.length - 1, levelsMax);
          }
        };
        for (const { changes, line, answersRead } of steps) {
          const sequence = states.length;
          const fields = {
            bids: changes.filter(({ side }) => side === "bids").map(levelOf),
            asks: changes.filter(({ side }) => side === "asks").map(levelOf),
          };
          state = moved(state, changes);
          states.push(state);
          const message = delta(sequence - 1, sequence, fields);
          if (line === "swap" && held === null) held = message;
          else if (line !== "drop") take(message);
          if (line === "twice") take(message);
          if (held !== null && line !== "swap") {
            take(held);
            held = null;
          }
          if (answersRead && reading !== null) {
            const outcome = book.snapshot(reading, "read");
            reading = null;
            if (outcome.kind === "broken") broke += 1;
          }
          if (!book.isLive) continue;
          lived += 1;
          const { bids, asks } = book.view(depth);
          const known = Math.min(depth, bids.length, asks.length);
          const truth = shown(states[book.sequence ?? -1]!, depth);
          assertEquals(prices(bids).slice(0, known), truth.bids.slice(0, known));
          assertEquals(prices(asks).slice(0, known), truth.asks.slice(0, known));
          assert(bids.length === truth.bids.length || levelsMax < 100);
        }
      },
    ),
    { numRuns: 300 },
  );
  // Neither side of the property may be empty.
  assert(lived > 500 && broke > 100, `lived ${lived}, broke ${broke}`);
});

function levelOf({ side, offset, quantity }: Change): BookLevel {
  const price = side === "bids" ? MIDDLE - offset : MIDDLE + offset;
  return levels([price, quantity])[0]!;
}
