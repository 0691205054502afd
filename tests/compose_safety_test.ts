import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type Alert, ConfigError, openKernel, type OpenKernelOptions } from "../mod.ts";

const SWITCH = { kind: "paper", exclusiveAccount: true, deadMansSwitch: { timeoutMs: 30_000 } };
const KEYS = { apiKey: "k".repeat(16), secret: "s".repeat(16) };

const CASES: readonly (readonly [string, object, string])[] = [
  [
    "a dead-man's switch on an account that others use",
    { exchanges: { p: { ...SWITCH, exclusiveAccount: false } } },
    "exchanges.p.deadMansSwitch: needs exclusiveAccount: true: it would cancel the orders of " +
    "others too",
  ],
  [
    "a dead-man's switch where the venue has none",
    { exchanges: { b: { ...SWITCH, ...KEYS, kind: "binance" } } },
    "exchanges.b.deadMansSwitch: this venue has no dead-man's switch: nothing would cancel " +
    "orders for us; remove it",
  ],
  [
    "a dead-man's switch on an account that is only watched",
    { exchanges: { p: { ...SWITCH, mode: "observe" } } },
    "exchanges.p.deadMansSwitch: mode observe sends nothing, so it cannot be kept armed; " +
    "remove one of them",
  ],
  [
    "a timeout that the venue does not take",
    { exchanges: { p: { ...SWITCH, deadMansSwitch: { timeoutMs: 500 } } } },
    "exchanges.p.deadMansSwitch.timeoutMs: the venue takes 1000 to 3600000 ms, got 500",
  ],
  [
    "a timeout that is no number",
    { exchanges: { p: { ...SWITCH, deadMansSwitch: { timeoutMs: "30000" } } } },
    "exchanges.p.deadMansSwitch.timeoutMs: expected whole milliseconds, got 30000",
  ],
  [
    "a dead-man's switch with a key that does not exist",
    { exchanges: { p: { ...SWITCH, deadMansSwitch: { timeoutMs: 30_000, every: 5 } } } },
    "exchanges.p.deadMansSwitch.every: unknown option, expected timeoutMs",
  ],
  [
    "a switch that is only switched on",
    { exchanges: { p: { ...SWITCH, deadMansSwitch: true } } },
    "exchanges.p.deadMansSwitch: expected { timeoutMs }",
  ],
  ["a listener that is none", { onAlert: "log" }, "onAlert: expected a function, got string"],
  [
    "alerts by another way",
    { alerts: { email: "me" } },
    "alerts.email: unknown option, expected webhook",
  ],
  [
    "a webhook at another kind of address",
    { alerts: { webhook: { url: "ftp://hooks.example/" } } },
    "alerts.webhook: url must be an http or https address, got ftp:",
  ],
  [
    "a webhook with a weak secret",
    { alerts: { webhook: { url: "https://hooks.example/", secret: "short" } } },
    "alerts.webhook: secret must have at least 16 characters, got 5",
  ],
];

for (const [what, options, message] of CASES) {
  Deno.test(`openKernel: refuses ${what}`, async () => {
    // As a caller without type checks could pass it.
    const given = { exchanges: { p: { kind: "paper" } }, ...options } as OpenKernelOptions;
    const error = await assertRejects(() => openKernel(given), ConfigError);
    assertEquals(error.message, message);
  });
}

Deno.test("openKernel: a dead-man's switch is watched, shown in health, and ended by the stop", async () => {
  const kernel = await openKernel({ exchanges: { p: SWITCH } });
  const paper = kernel.exchange("p");
  assertEquals(paper.healthCheck().deadMansSwitch, {
    state: "disarmed",
    timeoutMs: 30_000,
    lastRefreshAt: null,
    failures: 0,
  });
  await kernel.stop(); // a timer left behind would fail this test
});

Deno.test("openKernel: an exchange without one says nothing of a dead-man's switch", async () => {
  await using kernel = await openKernel({ exchanges: { p: { kind: "paper" } } });
  assert(!("deadMansSwitch" in kernel.exchange("p").healthCheck()));
});

Deno.test("openKernel: alerts reach onAlert and the webhook, also those of the last moment", async () => {
  const posted: Alert[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      assert(request.headers.get("x-exchange-kernel-signature")?.startsWith("sha256="));
      posted.push(await request.json());
      return new Response(null, { status: 204 });
    },
  );
  const told: Alert[] = [];
  const kernel = await openKernel({
    exchanges: { a: { kind: "paper" }, b: { kind: "paper" } },
    onAlert: (alert) => void told.push(alert),
    alerts: {
      webhook: { url: `http://127.0.0.1:${server.addr.port}/hook`, secret: "0123456789abcdef" },
    },
  });
  const epoch = await kernel.killSwitch.engage("prices look wrong");
  await kernel.killSwitch.release(epoch);
  await kernel.stop(); // what waits is sent before it ends
  await server.shutdown();
  assertEquals(told.map(({ kind }) => kind), ["KillSwitchEngaged", "KillSwitchReleased"]);
  assertEquals(posted, told);
  assertStringIncludes(told[0]?.message ?? "", "prices look wrong");
});

Deno.test("openKernel: a kernel that cannot open tells so, and leaves no webhook behind", async () => {
  await assertRejects(
    () =>
      openKernel({
        exchanges: { p: { kind: "none" } },
        alerts: { webhook: { url: "http://127.0.0.1:9/" } },
      }),
    ConfigError,
    "exchanges.p.kind",
  );
});
