/** The store's door: a damaged row is named when the kernel opens, and the kernel stays closed. */
import { DatabaseSync } from "node:sqlite";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { openKernel, StoreError } from "../../mod.ts";

const ORDER = { symbolId: "BTC/USDT", side: "BUY", amount: "0.01", limitPrice: "20000" };

/** [what happened to the file, the SQL that does it, what the message must name] */
const DAMAGES: readonly (readonly [string, string, readonly string[]])[] = [
  [
    "a context that is cut short",
    "UPDATE event SET context = substr(context, 1, 40) WHERE context IS NOT NULL",
    ["context", "not valid JSON"],
  ],
  [
    "a context that is no context",
    "UPDATE event SET context = '{\"attempts\":7}' WHERE context IS NOT NULL",
    ["context", "mine"],
  ],
  [
    "a state machine of another build",
    "UPDATE event SET version = '99' WHERE version IS NOT NULL",
    ["version", "99"],
  ],
  [
    "a state that the machine does not have",
    "UPDATE event SET state = 'DREAMING' WHERE state IS NOT NULL",
    ["state", "DREAMING"],
  ],
  [
    "an intent that is no JSON",
    "UPDATE intent SET intent = 'null' WHERE id = 'mine'",
    ["intent", "mine"],
  ],
  [
    "an identity that is damaged",
    "UPDATE meta SET value = 'zz' WHERE key = 'identity.tag'",
    ["identity.tag", "8 hex digits", "zz"],
  ],
  [
    "an epoch that is no number",
    "UPDATE meta SET value = 'later' WHERE key = 'identity.epoch'",
    ["identity.epoch", "later"],
  ],
  [
    "a kill switch that says nothing we understand",
    "INSERT INTO meta VALUES('killSwitch', '{\"engaged\":\"no\"}')",
    ["killSwitch", "state of the kill switch"],
  ],
  [
    "a list of traded symbols that is cut short",
    "UPDATE meta SET value = substr(value, 1, 9) WHERE key = 'traded/paper'",
    ["traded/paper", "list of symbols"],
  ],
  [
    "a list of owed intents that is none",
    "INSERT INTO meta VALUES('owed/paper', '{}')",
    ["owed/paper", "list of intent ids"],
  ],
  [
    "a list of refused orders without their ids",
    "INSERT INTO meta VALUES('refused/paper', '[{}]')",
    ["refused/paper", "list of refused orders"],
  ],
];

for (const [what, sql, names] of DAMAGES) {
  Deno.test(`doors: ${what} in the store is named, and the kernel does not open`, async () => {
    const path = await Deno.makeTempDir();
    try {
      await tradeOn(path);
      const before = await Deno.readFile(`${path}/kernel.db`);
      damage(path, sql);
      const error = await assertRejects(() => open(path), StoreError);
      for (const name of names) assert(error.message.includes(name), error.message);
      await Deno.writeFile(`${path}/kernel.db`, before); // the backup that the message asks for
      await using kernel = await open(path);
      const exchange = kernel.exchange("paper");
      assertEquals(exchange.getOrderIntent("mine").desired, "WORKING");
      await exchange.placeOrder(ORDER, { intentId: "good", waitFor: "accepted" });
    } finally {
      await Deno.remove(path, { recursive: true });
    }
  });
}

function open(path: string) {
  return openKernel({ exchanges: { paper: { kind: "paper" } }, store: { kind: "sqlite", path } });
}

async function tradeOn(path: string): Promise<void> {
  await using kernel = await open(path);
  await kernel.exchange("paper").placeOrder(ORDER, { intentId: "mine", waitFor: "accepted" });
}

function damage(path: string, sql: string): void {
  const db = new DatabaseSync(`${path}/kernel.db`);
  const { changes } = db.prepare(sql).run();
  db.close();
  assert(Number(changes) > 0, "the damage must hit a row");
}
