import { assertEquals } from "@std/assert";
import { isGroup, ordersOf, StandardOrderGroupSchema } from "../../src/model/group.ts";

const ORDER = { symbolId: "BTC/USDT", side: "SELL", amount: "1", limitPrice: "60000" };

function faults(input: unknown): readonly string[] {
  const result = StandardOrderGroupSchema.safeParse(input);
  if (result.success) return [];
  return result.error.issues.map((issue) =>
    `${issue.path.join(".")} ${issue.code === "custom" ? issue.params?.["code"] : issue.code}`
  );
}

function nested(levels: number): unknown {
  return levels === 0 ? ORDER : { mode: "OTO", orders: [ORDER, nested(levels - 1)] };
}

Deno.test("group: its orders get the defaults of orders", () => {
  const group = StandardOrderGroupSchema.parse({ mode: "OCO", orders: [ORDER, ORDER] });
  assertEquals(group.mode, "OCO");
  assertEquals(group.orders.map((member) => !isGroup(member) && member.timeInForce), [
    "GTC",
    "GTC",
  ]);
  assertEquals(StandardOrderGroupSchema.parse(group), group);
});

Deno.test("group: groups nest, and their orders read in order", () => {
  const second = { ...ORDER, amount: "2" };
  const group = StandardOrderGroupSchema.parse({
    mode: "OTO",
    orders: [ORDER, { mode: "OUO", orders: [second, { ...ORDER, amount: "3" }] }],
  });
  assertEquals<readonly string[]>(ordersOf(group).map((order) => order.amount), ["1", "2", "3"]);
});

Deno.test("group: a mistake deep inside is named by its path", () => {
  const orders = [ORDER, { mode: "OCO", orders: [ORDER, { ...ORDER, amount: "0" }] }];
  assertEquals(faults({ mode: "OTO", orders }), ["orders.1.orders.1.amount AMOUNT_NOT_POSITIVE"]);
  assertEquals(faults({ mode: "OTO", orders: [ORDER, 5] }), ["orders.1 invalid_type"]);
});

Deno.test("group: two to twenty orders over all levels", () => {
  assertEquals(faults({ mode: "OCO", orders: [ORDER] }), ["orders too_small"]);
  assertEquals(faults({ mode: "OCO", orders: Array(20).fill(ORDER) }), []);
  assertEquals(faults({ mode: "OCO", orders: Array(21).fill(ORDER) }), ["orders too_big"]);
  const half = { mode: "OCO", orders: Array(11).fill(ORDER) };
  assertEquals(faults({ mode: "OTO", orders: [half, half] }), ["orders GROUP_TOO_LARGE"]);
});

Deno.test("group: at most four levels", () => {
  assertEquals(faults(nested(4)), []);
  assertEquals(faults(nested(5)), ["orders.1.orders.1.orders.1.orders.1 GROUP_TOO_DEEP"]);
});

Deno.test("group: an unknown mode or field is refused", () => {
  assertEquals(faults({ mode: "ANY", orders: [ORDER, ORDER] }), ["mode invalid_value"]);
  assertEquals(faults({ mode: "OCO", orders: [ORDER, ORDER], x: 1 }), [" unrecognized_keys"]);
});
