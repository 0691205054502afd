import { assert, assertEquals } from "@std/assert";
import {
  type Circuits,
  coolDownMs,
  countAcceptance,
  countRefusal,
  holdingCircuit,
  holdsUntil,
  newCircuits,
  takeTrial,
  trippedCircuits,
} from "../../machines/circuit.ts";
import {
  CIRCUIT_COOL_DOWN_CAP_MS,
  CIRCUIT_COOL_DOWN_MS,
  CIRCUIT_FORGET_MS,
  CIRCUIT_TRIAL_MS,
  CIRCUIT_WINDOW_MS,
} from "../../machines/timeouts.ts";
import {
  CIRCUIT_ACCOUNT_REFUSALS,
  CIRCUIT_REFUSALS,
  CIRCUITS_MAX,
} from "../../src/model/limits.ts";

const BTC = "BTC/USDT";
const ETH = "ETH/USDT";
const AFTER_COOL_DOWN = 1_000 + CIRCUIT_COOL_DOWN_MS;

/** So many refusals of one kind, all at one time. */
function refuse(
  circuits: Circuits,
  { code = "FILTER", symbolId = BTC, times = CIRCUIT_REFUSALS, at = 1_000 } = {},
): void {
  for (let i = 0; i < times; i++) countRefusal(circuits, { code, symbolId }, at);
}

function opened(): Circuits {
  const circuits = newCircuits();
  refuse(circuits);
  return circuits;
}

function holds(circuits: Circuits, at: number, symbolId = BTC): boolean {
  return holdingCircuit(circuits, symbolId, at) !== null;
}

Deno.test("circuit: one refusal fewer than the limit opens nothing, the next opens", () => {
  const circuits = newCircuits();
  refuse(circuits, { times: CIRCUIT_REFUSALS - 1 });
  assert(!holds(circuits, 1_000));
  const found = countRefusal(circuits, { code: "FILTER", symbolId: BTC }, 1_000);
  assertEquals(found?.code, "FILTER");
  assertEquals(holdingCircuit(circuits, BTC, 1_000)?.openUntil, AFTER_COOL_DOWN);
});

Deno.test("circuit: it holds its own symbol and no other", () => {
  const circuits = opened();
  assert(holds(circuits, 1_000, BTC));
  assert(!holds(circuits, 1_000, ETH));
});

Deno.test("circuit: refusals about the account hold every symbol, and sooner", () => {
  const circuits = newCircuits();
  for (let i = 0; i < CIRCUIT_ACCOUNT_REFUSALS; i++) {
    countRefusal(circuits, { code: "AUTHENTICATION", symbolId: i % 2 === 0 ? BTC : ETH }, 0);
  }
  assertEquals(holdingCircuit(circuits, "SOL/USDT", 0)?.symbolId, null);
});

Deno.test("circuit: codes are counted apart, whatever comes between", () => {
  const circuits = newCircuits();
  for (let i = 0; i < CIRCUIT_REFUSALS - 1; i++) {
    refuse(circuits, { code: "FILTER", times: 1 });
    refuse(circuits, { code: "INSUFFICIENT_FUNDS", times: 1 });
  }
  assert(!holds(circuits, 1_000));
  refuse(circuits, { code: "FILTER", times: 1 });
  assertEquals(holdingCircuit(circuits, BTC, 1_000)?.code, "FILTER");
});

Deno.test("circuit: refusals spread beyond the window open nothing", () => {
  const circuits = newCircuits();
  const apart = CIRCUIT_WINDOW_MS / (CIRCUIT_REFUSALS - 2);
  for (let i = 0; i < 100; i++) refuse(circuits, { times: 1, at: i * apart });
  assertEquals(trippedCircuits(circuits, 100 * apart), []);
});

Deno.test("circuit: an acceptance ends the count of its symbol, and no other's", () => {
  const circuits = newCircuits();
  refuse(circuits, { times: CIRCUIT_REFUSALS - 1 });
  countAcceptance(circuits, ETH);
  countAcceptance(circuits, BTC);
  refuse(circuits, { times: CIRCUIT_REFUSALS - 1 });
  assert(!holds(circuits, 1_000));
  countAcceptance(circuits, ETH);
  refuse(circuits, { times: 1 });
  assert(holds(circuits, 1_000));
});

Deno.test("circuit: after the cool-down one submit tries, the next waits for its answer", () => {
  const circuits = opened();
  assert(holds(circuits, AFTER_COOL_DOWN - 1));
  assert(!holds(circuits, AFTER_COOL_DOWN));
  takeTrial(circuits, BTC, AFTER_COOL_DOWN);
  const held = holdingCircuit(circuits, BTC, AFTER_COOL_DOWN);
  assertEquals(held && holdsUntil(held), AFTER_COOL_DOWN + CIRCUIT_TRIAL_MS);
});

Deno.test("circuit: an accepted trial closes it", () => {
  const circuits = opened();
  takeTrial(circuits, BTC, AFTER_COOL_DOWN);
  assert(countAcceptance(circuits, BTC));
  assert(!holds(circuits, AFTER_COOL_DOWN));
  assertEquals(circuits.tripped, 0);
});

Deno.test("circuit: a trial refused alike opens it for twice as long, up to a cap", () => {
  const circuits = opened();
  takeTrial(circuits, BTC, AFTER_COOL_DOWN);
  const again = countRefusal(circuits, { code: "FILTER", symbolId: BTC }, AFTER_COOL_DOWN);
  assertEquals(again?.openUntil, AFTER_COOL_DOWN + 2 * CIRCUIT_COOL_DOWN_MS);
  assertEquals(coolDownMs(50), CIRCUIT_COOL_DOWN_CAP_MS);
});

Deno.test("circuit: a trial refused for another reason lets the next one try", () => {
  const circuits = opened();
  takeTrial(circuits, BTC, AFTER_COOL_DOWN);
  refuse(circuits, { code: "INSUFFICIENT_FUNDS", times: 1, at: AFTER_COOL_DOWN });
  assert(!holds(circuits, AFTER_COOL_DOWN));
  assertEquals(trippedCircuits(circuits, AFTER_COOL_DOWN).length, 1);
});

Deno.test("circuit: a trial that nobody refuses in time has closed it", () => {
  const circuits = opened();
  takeTrial(circuits, BTC, AFTER_COOL_DOWN);
  const later = AFTER_COOL_DOWN + CIRCUIT_TRIAL_MS;
  assert(!holds(circuits, later));
  assertEquals(trippedCircuits(circuits, later), []);
  takeTrial(circuits, BTC, later);
  assert(!holds(circuits, later), "no second trial is begun");
});

Deno.test("circuit: answers that come late to an open one prolong nothing", () => {
  const circuits = opened();
  refuse(circuits, { times: 50, at: 2_000 });
  refuse(circuits, { times: 50, at: AFTER_COOL_DOWN });
  assert(!holds(circuits, AFTER_COOL_DOWN));
});

Deno.test("circuit: one that nobody tries for long is forgotten and starts anew", () => {
  const circuits = opened();
  const later = AFTER_COOL_DOWN + CIRCUIT_FORGET_MS + 1;
  assertEquals(trippedCircuits(circuits, later), []);
  refuse(circuits, { at: later });
  assertEquals(holdingCircuit(circuits, BTC, later)?.openUntil, later + CIRCUIT_COOL_DOWN_MS);
});

Deno.test("circuit: so many are kept and no more; an open one outlasts those that are closed", () => {
  const circuits = opened();
  for (let i = 0; i < 3 * CIRCUITS_MAX; i++) refuse(circuits, { symbolId: `S${i}`, times: 1 });
  assertEquals(circuits.byKey.size, CIRCUITS_MAX);
  assert(holds(circuits, 1_000));
});

Deno.test("circuit: with every kept one open, the one that ends soonest makes room", () => {
  const circuits = newCircuits();
  for (let i = 0; i < CIRCUITS_MAX; i++) refuse(circuits, { symbolId: `S${i}`, at: 1_000 + i });
  refuse(circuits, { symbolId: "new", at: 2_000 });
  assertEquals(circuits.byKey.size, CIRCUITS_MAX);
  assertEquals(circuits.tripped, CIRCUITS_MAX);
  assert(!holds(circuits, 2_000, "S0"));
  assert(holds(circuits, 2_000, "new"));
});
