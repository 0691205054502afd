import { assertEquals, assertStringIncludes } from "@std/assert";
import { DataDir } from "./terminal.ts";

Deno.test("xk kill-switch on: engages with a reason and tells how to release it", async () => {
  await using dir = await DataDir.open();
  const { code, out } = await dir.xk("kill-switch", "on", "--reason", "prices look wrong");
  assertEquals(code, 0);
  assertStringIncludes(out, "kill switch engaged (epoch 1)");
  assertStringIncludes(out, "xk kill-switch off --epoch 1");
  assertEquals(dir.served.kernel.calls, ["engage prices look wrong"]);
});

Deno.test("xk kill-switch on: without a reason nothing is asked of the kernel", async () => {
  await using dir = await DataDir.open();
  const { code, err } = await dir.xk("kill-switch", "on");
  assertEquals([code, dir.served.kernel.calls], [2, []]);
  assertStringIncludes(err, "--reason");
});

Deno.test("xk kill-switch off: releases the epoch that is named", async () => {
  await using dir = await DataDir.open();
  await dir.served.kernel.killSwitch.engage("stop");
  const { code, out } = await dir.xk("kill-switch", "off", "--epoch", "1");
  assertEquals([code, out], [0, "kill switch released (epoch 1): orders may be placed again\n"]);
  assertEquals(dir.served.kernel.killSwitch.state.engaged, false);
});

Deno.test("xk kill-switch off: another epoch fails, no epoch is a mistake", async () => {
  await using dir = await DataDir.open();
  await dir.served.kernel.killSwitch.engage("stop");
  const other = await dir.xk("kill-switch", "off", "--epoch", "2");
  assertEquals(other.code, 1);
  assertStringIncludes(other.err, "CONFLICT");
  for (const words of [[], ["--epoch", "0"], ["--epoch", "x"]]) {
    assertEquals((await dir.xk("kill-switch", "off", ...words)).code, 2, words.join(" "));
  }
  assertEquals(dir.served.kernel.killSwitch.state.engaged, true);
});

Deno.test("xk kill-switch status: how it stands, and by exit code for scripts", async () => {
  await using dir = await DataDir.open();
  assertEquals(await dir.xk("kill-switch", "status"), {
    code: 0,
    out: "kill switch: never engaged\n",
    err: "",
  });
  await dir.served.kernel.killSwitch.engage("bad \u001b[31mfeed");
  const engaged = await dir.xk("kill-switch", "status");
  assertEquals(engaged.code, 1);
  assertStringIncludes(engaged.out, "kill switch: ENGAGED\nepoch:       1\n");
  assertStringIncludes(engaged.out, "reason:      bad ·[31mfeed\n");
  await dir.served.kernel.killSwitch.release(1);
  const released = await dir.xk("kill-switch", "status");
  assertEquals(released.code, 0);
  assertStringIncludes(released.out, "kill switch: released");
});
