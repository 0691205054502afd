import { assert, assertEquals } from "@std/assert";
import * as limits from "../../src/model/limits.ts";

const bounds: Readonly<Record<string, number>> = { ...limits };

Deno.test("limits: every bound is a positive integer", () => {
  for (const [name, bound] of Object.entries(bounds)) {
    assert(Number.isSafeInteger(bound) && bound > 0, `${name} is ${bound}`);
  }
});

Deno.test("limits: reserves leave room for the rest", () => {
  assert(limits.REQUEST_QUEUE_CANCEL_RESERVE < limits.REQUEST_QUEUE_MAX);
  assert(limits.HTTP_REQUESTS_CANCEL_RESERVE < limits.HTTP_REQUESTS_MAX);
  assert(limits.BUDGET_CANCEL_RESERVE_PERCENT < 100);
  assert(limits.PAGE_SIZE_DEFAULT <= limits.PAGE_SIZE_MAX);
  assert(limits.METADATA_BYTES_MAX < limits.HTTP_BODY_BYTES_MAX);
});

Deno.test("limits: those the domain fixes", () => {
  assertEquals(limits.METADATA_BYTES_MAX, 16_384);
  assertEquals(limits.INTENT_ID_LENGTH_MAX, 64);
  assertEquals([limits.GROUP_ORDERS_MIN, limits.GROUP_ORDERS_MAX], [2, 20]);
  assertEquals(limits.EXCHANGE_RESPONSE_BYTES_MAX, 8 * 1024 * 1024);
});

Deno.test("limits: every bound is named by the code that keeps it", async () => {
  const root = new URL("../../", import.meta.url);
  const texts: string[] = [];
  for (const folder of ["actors", "machines", "src"]) await collect(new URL(`${folder}/`, root));
  const code = texts.join("\n");
  // One that only another bound is made of is kept by that.
  const unkept = Object.keys(bounds).filter((name) => !new RegExp(`\\b${name}\\b`).test(code));
  assertEquals(unkept, []);

  async function collect(folder: URL): Promise<void> {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (isDirectory) await collect(new URL(`${name}/`, folder));
      else if (name.endsWith(".ts") && name !== "limits.ts") {
        texts.push(await Deno.readTextFile(new URL(name, folder)));
      }
    }
  }
});
