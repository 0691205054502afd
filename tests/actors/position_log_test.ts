import { assertEquals } from "@std/assert";
import { PositionLog } from "../../actors/position_log.ts";
import type { Position } from "../../src/model/account.ts";
import { decimal } from "../../src/model/decimal.ts";
import type { SideRecords } from "../../src/stores/store.ts";
import { VirtualClock } from "../../src/system/virtual_clock.ts";

type Short = readonly [symbolId: string, quantity: string, entry?: string, side?: Position["side"]];

function positions(...rows: readonly Short[]): readonly Position[] {
  return rows.map(([symbolId, quantity, entry = "100", side = null]) =>
    // Of a position nothing else is looked at.
    ({
      symbolId,
      side,
      asset: { quantity: decimal(quantity), entryPrice: decimal(entry) },
    }) as unknown as Position
  );
}

function opened(meta = new Map<string, string>()) {
  const told: string[] = [];
  const log = new PositionLog({
    exchangeId: "main",
    clock: new VirtualClock(),
    store: { meta: (key) => meta.get(key) },
    journal: {
      write: ({ events = [], meta: rows = [] }: SideRecords) => {
        for (const { key, value } of rows) meta.set(key, value);
        for (const { type, symbolId, payload } of events) {
          const { previousQuantity, quantity } = payload;
          told.push(`${type} ${symbolId} ${previousQuantity} -> ${quantity}`);
        }
        return Promise.resolve();
      },
    },
  });
  return { log, told, meta };
}

Deno.test("position log: opened, modified and closed are told once each", () => {
  const { log, told } = opened();
  for (const quantity of ["-1", "-1", "-2"]) log.now(positions(["A", quantity]));
  log.now(positions(["A", "-2", "101"]));
  log.now(positions(["A", "-2", "101"], ["B", "3"]));
  log.now(positions(["B", "3"]));
  assertEquals(told, [
    "PositionOpened A 0 -> -1",
    "PositionModified A -1 -> -2",
    "PositionModified A -2 -> -2",
    "PositionOpened B 0 -> 3",
    "PositionClosed A -2 -> 0",
  ]);
});

Deno.test("position log: what turned was closed, and the other side opened", () => {
  const { log, told } = opened();
  log.now(positions(["A", "2"]));
  log.now(positions(["A", "-1"]));
  assertEquals(told.slice(1), ["PositionClosed A 2 -> 0", "PositionOpened A 0 -> -1"]);
});

Deno.test("position log: long and short of hedge mode are two positions", () => {
  const { log, told } = opened();
  log.now(positions(["A", "2", "100", "LONG"], ["A", "1", "100", "SHORT"]));
  log.now(positions(["A", "1", "100", "SHORT"]));
  assertEquals(told, [
    "PositionOpened A 0 -> 2",
    "PositionOpened A 0 -> -1",
    "PositionClosed A 2 -> 0",
  ]);
});

Deno.test("position log: a restart tells what happened meanwhile, and nothing twice", () => {
  const before = opened();
  before.log.now(positions(["A", "2"], ["B", "1"]));
  const after = opened(before.meta);
  after.log.now(positions(["A", "2"], ["C", "5"]));
  assertEquals(after.told, ["PositionClosed B 1 -> 0", "PositionOpened C 0 -> 5"]);
});
