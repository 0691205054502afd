import { assertEquals, assertStringIncludes } from "@std/assert";
import { ORDER } from "../api/fake_kernel.ts";
import { aDrift, anOrderOfOthers } from "../api/fake_oversight.ts";
import { DataDir } from "./terminal.ts";

async function withDrifts(): Promise<DataDir> {
  const dir = await DataDir.open();
  dir.served.kernel.exchange("paper").drifts.push(
    aDrift("d1"),
    aDrift("d2", { kind: "Overfill", subject: "i7", status: "APPROVED" }),
  );
  return dir;
}

const askedOf = (dir: DataDir) => dir.served.kernel.exchange("paper").asked;

Deno.test("xk get drift: the open ones, --all with the settled ones", async () => {
  await using dir = await withDrifts();
  const open = await dir.xk("get", "drift");
  assertEquals([open.code, open.err], [0, ""]);
  assertStringIncludes(open.out, "ID  KIND             ABOUT  STATUS  POLICY  AGE  WHAT TO DO\n");
  assertStringIncludes(open.out, "d1  BalanceMismatch  USDT   OPEN    manual");
  assertEquals(open.out.includes("d2"), false);
  assertStringIncludes((await dir.xk("get", "drift", "--all")).out, "d2  Overfill");
});

Deno.test("xk drift approve, dismiss: with a note, and what it is then", async () => {
  await using dir = await withDrifts();
  const approved = await dir.xk("drift", "approve", "d1", "--note", "on the statement");
  assertEquals(approved, { code: 0, err: "", out: "drift/d1 (BalanceMismatch) is APPROVED\n" });
  assertEquals(askedOf(dir).includes("approve d1 on the statement"), true);
  const again = await dir.xk("drift", "dismiss", "d1");
  assertEquals(again.code, 1);
  assertStringIncludes(again.err, "it is APPROVED");
});

Deno.test("xk drift: of several exchanges one is named", async () => {
  await using dir = await DataDir.open(["paper", "main"]);
  dir.served.kernel.exchange("main").drifts.push(aDrift("d1"));
  const unnamed = await dir.xk("drift", "dismiss", "d1");
  assertEquals(unnamed.code, 2);
  assertStringIncludes(unnamed.err, "there are paper, main");
  const { out } = await dir.xk("drift", "dismiss", "d1", "-e", "main");
  assertEquals(out, "drift/d1 (BalanceMismatch) is DISMISSED\n");
});

Deno.test("xk get orders: those of others are marked, and come only if asked for", async () => {
  await using dir = await DataDir.open();
  const paper = dir.served.kernel.exchange("paper");
  await paper.placeOrder(ORDER, { intentId: "a" });
  paper.external.push(anOrderOfOthers("4711"));
  assertEquals((await dir.xk("get", "orders")).out.includes("4711"), false);
  const { out } = await dir.xk("get", "orders", "--external");
  assertStringIncludes(out, "4711   (external)  BTC/USDT  BUY");
});

Deno.test("xk adopt: the exchange's id becomes an intent", async () => {
  await using dir = await DataDir.open();
  const { code, out } = await dir.xk("adopt", "4711", "-s", "BTC/USDT", "--id", "mine");
  assertEquals([code, out], [0, "order 4711 of paper is intent/adopted-1 now\n"]);
  assertEquals(askedOf(dir), ['adopt 4711 {"symbolId":"BTC/USDT","intentId":"mine"}']);
});

Deno.test("xk resolve: what the person has seen is the verdict", async () => {
  await using dir = await DataDir.open();
  await dir.served.kernel.exchange("paper").placeOrder(ORDER, { intentId: "a" });
  const { code, out } = await dir.xk(
    ...["resolve", "a", "canceled", "--filled", "0.1", "--price", "5", "-n", "by phone"],
  );
  assertEquals([code, out], [0, "intent/a is ACTIVE.open\n"]);
  const [asked] = askedOf(dir);
  assertEquals(JSON.parse(asked!.slice("resolve a ".length)), {
    kind: "canceled",
    filled: "0.1",
    price: "5",
    note: "by phone",
  });
});

Deno.test("xk resolve: a verdict there is not is refused, naming the field", async () => {
  await using dir = await DataDir.open();
  await dir.served.kernel.exchange("paper").placeOrder(ORDER, { intentId: "a" });
  const { code, err } = await dir.xk("resolve", "a", "vanished");
  assertEquals(code, 1);
  assertStringIncludes(err, "verdict.kind");
});
