import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { deadline, delay } from "@std/async";

Deno.test("std async: a delay ends after its time", async () => {
  const start = performance.now();
  await delay(5);
  assert(performance.now() - start >= 4);
});

Deno.test("std async: an aborted delay rejects with the signal's reason", async () => {
  const reason = new Error("stop");
  const controller = new AbortController();
  const waiting = delay(60_000, { signal: controller.signal });
  controller.abort(reason);
  assertStrictEquals(await assertRejects(() => waiting), reason);
  assertStrictEquals(await assertRejects(() => delay(1, { signal: controller.signal })), reason);
});

Deno.test("std async: a delay beyond 2^31 ms does not end at once", async () => {
  const controller = new AbortController();
  let ended = false;
  const waiting = delay(2 ** 31 + 5, { signal: controller.signal }).then(
    () => ended = true,
    () => {},
  );
  await delay(5);
  assertEquals(ended, false);
  controller.abort();
  await waiting;
});

Deno.test("std async: a deadline gives the promise's own end, if it comes first", async () => {
  assertEquals(await deadline(Promise.resolve(5), 60_000), 5);
  const own = new Error("own");
  assertStrictEquals(await assertRejects(() => deadline(Promise.reject(own), 60_000)), own);
});

Deno.test("std async: a deadline that passes is a TimeoutError", async () => {
  const never = new Promise<never>(() => {});
  const error = await assertRejects(() => deadline(never, 1), DOMException);
  assertEquals(error.name, "TimeoutError");
});

Deno.test("std async: an aborted deadline rejects with the signal's reason", async () => {
  const reason = new Error("stop");
  const never = new Promise<never>(() => {});
  const controller = new AbortController();
  const waiting = deadline(never, 60_000, { signal: controller.signal });
  controller.abort(reason);
  assertStrictEquals(await assertRejects(() => waiting), reason);
});
