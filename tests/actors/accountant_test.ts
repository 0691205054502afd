import { assert, assertEquals } from "@std/assert";
import { Accountant } from "../../actors/accountant.ts";
import type { AuditFinding } from "../../actors/drifts.ts";
import { REFETCH_MS } from "../../machines/timeouts.ts";
import type { SymbolMetadata } from "../../src/model/instrument.ts";
import { decimal } from "../../src/model/decimal.ts";
import { DEFAULT_INSTRUMENTS } from "../../src/exchanges/paper/catalogue.ts";
import { VirtualClock } from "../../src/system/virtual_clock.ts";
import { aFill } from "../machines/intent_builders.ts";

const BTC = "BTC/USDT";

/** An accountant whose account held 1000 USDT at first. */
function opened() {
  const clock = new VirtualClock();
  const state = {
    waiting: 0,
    refetched: [] as (readonly string[])[],
    readable: true,
    room: true,
    closed: new Set<string>(),
    dated: [] as SymbolMetadata[],
  };
  const told: AuditFinding[] = [];
  const gone: string[] = [];
  const left: string[] = [];
  const accountant = new Accountant({
    clock,
    instruments: {
      get: (symbolId) =>
        [...DEFAULT_INSTRUMENTS, ...state.dated].find((each) => each.symbolId === symbolId),
      list: () => DEFAULT_INSTRUMENTS,
    },
    symbols: () => [BTC],
    waiting: () => state.waiting,
    refetch: (symbols) => {
      state.refetched.push(symbols);
      return Promise.resolve(state.readable);
    },
    drifts: {
      found: (finding) => state.room ? `d${told.push(finding)}` : null,
      gone: (driftId) => void gone.push(driftId),
      leave: (driftId) => void left.push(driftId),
      isClosed: (driftId) => state.closed.has(driftId),
    },
  });
  const look = (usdt: string) => {
    clock.advance(30_000);
    const at = clock.now();
    const subject = { kind: "asset", assetId: "USDT" } as const;
    const quantities = [{ subject, quantity: decimal(usdt) }];
    accountant.read({ kind: "asset", quantities, from: at - 1_000, to: at });
    return accountant.check();
  };
  const held = (symbolId: string, contracts: string) => {
    clock.advance(30_000);
    const at = clock.now();
    const quantities = [{
      subject: { kind: "position", symbolId } as const,
      quantity: decimal(contracts),
    }];
    accountant.read({ kind: "position", quantities, from: at - 1_000, to: at });
    return accountant.check();
  };
  return { clock, state, told, gone, left, accountant, look, held };
}

Deno.test("accountant: two readings in a row make a difference a drift, one does not", async () => {
  const { look, told, state } = opened();
  assertEquals(await look("1000"), false);
  assertEquals([await look("900"), told.length], [true, 0]);
  assertEquals(state.refetched, [[BTC]]);
  assertEquals([await look("900"), told.length], [false, 1]);
  assertEquals(await look("900"), false);
  assertEquals(told.length, 1, "told once");
});

Deno.test("accountant: a difference that moves on is not told before it rests", async () => {
  const { look, told, gone } = opened();
  await look("1000");
  for (const usdt of ["900", "800", "700"]) assertEquals(await look(usdt), true);
  assertEquals(told, []);
  await look("700");
  assertEquals(told.length, 1);
  await look("650");
  await look("650");
  assertEquals([told.length, gone], [2, ["d1"]], "another difference is another drift");
});

Deno.test("accountant: while a fact waits for its intent, nothing is said", async () => {
  const { look, told, state } = opened();
  await look("1000");
  state.waiting = 1;
  for (let n = 0; n < 5; n++) assertEquals(await look("900"), false);
  assertEquals([told, state.refetched], [[], []]);
});

Deno.test("accountant: a trade of somebody else that is read twice counts once", async () => {
  const { look, told, accountant, clock } = opened();
  await look("1000");
  clock.advance(10_000);
  const theirs = aFill("t1", "1", { intentId: null, venueTime: clock.now() });
  accountant.foreign(theirs);
  accountant.foreign(theirs);
  accountant.booked([theirs]); // its order was adopted since
  await look("900");
  await look("900");
  assertEquals(told.filter(({ subject }) => subject === "USDT"), []);
});

Deno.test("accountant: for a difference that lasts, the trades are read again now and then", async () => {
  const { look, state, clock } = opened();
  await look("1000");
  for (let n = 0; n < 5; n++) await look("900");
  const before = state.refetched.length;
  await look("900");
  assertEquals(state.refetched.length, before);
  clock.advance(REFETCH_MS);
  await look("900");
  assertEquals(state.refetched.length, before + 1);
});

Deno.test("accountant: a difference is no drift while the trades could not be read", async () => {
  const { look, told, state } = opened();
  await look("1000");
  state.readable = false;
  for (let n = 0; n < 3; n++) assertEquals(await look("900"), true);
  assertEquals(told, []);
  state.readable = true;
  await look("900");
  await look("900");
  assertEquals(told.length, 1);
});

Deno.test("accountant: a person's word covers what was told, and nothing lost since", async () => {
  const { look, told, state } = opened();
  await look("1000");
  for (let n = 0; n < 2; n++) await look("1500"); // a deposit
  assertEquals(told.length, 1);
  state.closed.add("d1");
  for (let n = 0; n < 3; n++) await look("1400"); // and a trade that nobody told of
  assertEquals(told.length, 2);
  assertEquals((told[1]?.local as { unexplained: string }).unexplained, "-100");
});

Deno.test("accountant: what finds no room among the drifts is told once there is some", async () => {
  const { look, told, state } = opened();
  await look("1000");
  state.room = false;
  for (let n = 0; n < 3; n++) await look("900");
  assertEquals(told, []);
  state.room = true;
  await look("900");
  assertEquals(told.length, 1);
});

Deno.test("accountant: trades that stay unreadable do not hide a difference for ever", async () => {
  const { look, told, state } = opened();
  await look("1000");
  state.readable = false;
  for (let n = 0; n < 14; n++) await look("900");
  assertEquals(told.length, 1);
});

Deno.test("accountant: a baseline that begins anew explains nothing that was told", async () => {
  const { look, told, gone, left, accountant, clock } = opened();
  await look("1000");
  for (let n = 0; n < 2; n++) await look("900");
  assertEquals(told.length, 1);
  clock.advance(10_000);
  accountant.booked([aFill("t1", "1", { venueTime: clock.now(), fee: null })]); // fee not told
  for (let n = 0; n < 3; n++) await look("800");
  assertEquals([gone, left, told.length], [[], ["d1"], 1], "a person closes it");
});

/** Listed under a name of its own, and with its end where that is told. */
function dated(expiry: number | null, symbolId = DATED): SymbolMetadata {
  const [like] = DEFAULT_INSTRUMENTS;
  assert(like !== undefined);
  const metadata = expiry === null ? {} : { expiry };
  return { ...like, symbolId, instrument: { ...like.instrument, metadata } };
}

const DATED = "BTC/USD:FUT:20270326@BTC";
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

Deno.test("accountant: a position that goes before its contract's end is drift, after it is not", async () => {
  for (const [expiry, drifts] of [[HOUR_MS, 1], [45_000, 0]] as const) {
    const { held, told, state, clock } = opened();
    state.dated.push(dated(clock.now() + expiry));
    await held(DATED, "3");
    for (let n = 0; n < 3; n++) await held(DATED, "0");
    assertEquals(told.length, drifts);
  }
});

Deno.test("accountant: a contract whose hour is not told ends with the day in its name", async () => {
  for (const [days, drifts] of [[1, 1], [2, 0]] as const) {
    const { held, told, state, clock } = opened();
    const today = clock.now() - clock.now() % DAY_MS;
    const day = new Date(today + DAY_MS).toISOString().slice(0, 10).replaceAll("-", "");
    const symbolId = `BTC/USD:FUT:${day}@BTC`;
    state.dated.push(dated(null, symbolId));
    clock.advance(today + days * DAY_MS - clock.now());
    await held(symbolId, "3");
    for (let n = 0; n < 3; n++) await held(symbolId, "0");
    assertEquals(told.length, drifts);
  }
});

Deno.test("accountant: a position in what is not listed any more is settled without drift", async () => {
  const { held, told, state, clock } = opened();
  state.dated.push(dated(clock.now() + HOUR_MS));
  await held(DATED, "3");
  state.dated.length = 0;
  for (let n = 0; n < 3; n++) await held(DATED, "0");
  assertEquals(told, []);
});
