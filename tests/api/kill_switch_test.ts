import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { KILL_SWITCH_ROUTES } from "../../src/api/kill_switch.ts";
import { AT, NOT_READY } from "./fake_rows.ts";
import { Served } from "./served.ts";

const PATH = "/v1/kill-switch";

Deno.test("GET /v1/kill-switch: how it stands", async () => {
  await using served = new Served();
  const { status, body } = await served.ask(PATH);
  assertEquals([status, body], [200, {
    engaged: false,
    epoch: 0,
    reason: null,
    engagedAt: null,
    releasedAt: null,
  }]);
});

Deno.test("PUT /v1/kill-switch: engaged with a reason, the answer tells the epoch", async () => {
  await using served = new Served();
  const json = { engaged: true, reason: "prices look wrong" };
  const { status, body } = await served.ask(PATH, { method: "PUT", json });
  assertEquals([status, body.engaged, body.epoch, body.engagedAt], [200, true, 1, AT]);
  assertEquals(served.kernel.calls, ["engage prices look wrong"]);
});

Deno.test("PUT /v1/kill-switch: a release names the epoch; another one is 409", async () => {
  await using served = new Served();
  await served.kernel.killSwitch.engage("stop");
  const put = (epoch: number) =>
    served.ask(PATH, { method: "PUT", json: { engaged: false, epoch } });
  const other = await put(2);
  assertEquals([other.status, other.body.code], [409, "CONFLICT"]);
  assertEquals(served.kernel.killSwitch.state.engaged, true);
  const own = await put(1);
  assertEquals([own.status, own.body.engaged], [200, false]);
});

Deno.test("PUT /v1/kill-switch: a body without its reason or epoch is refused", async () => {
  await using served = new Served();
  const bodies = [
    {},
    { engaged: true },
    { engaged: true, reason: "" },
    { engaged: true, reason: "x", epoch: 1 },
    { engaged: false },
    { engaged: false, epoch: 0 },
    { engaged: "true", reason: "x" },
  ];
  for (const json of bodies) {
    const { status } = await served.ask(PATH, { method: "PUT", json });
    assertEquals(status, 400, JSON.stringify(json));
  }
  assertEquals(served.kernel.calls, []);
});

Deno.test("kill switch over HTTP: reading and writing need the token", async () => {
  await using served = new Served();
  assertEquals((await served.ask(PATH, { token: null })).status, 401);
  const json = { engaged: true, reason: "x" };
  assertEquals((await served.ask(PATH, { method: "PUT", json, token: null })).status, 401);
  assertEquals(served.kernel.calls, []);
});

Deno.test("GET /readyz: an engaged kill switch is a reason, and what else there is is told too", async () => {
  await using served = new Served();
  await served.kernel.killSwitch.engage("prices look wrong");
  served.kernel.exchange("paper").isReady = false;
  const { status, body } = await served.ask("/readyz");
  assertEquals([status, body.reasons], [503, [
    "the kill switch is engaged (epoch 1): prices look wrong",
    `paper is syncing: ${NOT_READY.why}`,
  ]]);
});

Deno.test("openapi: the kill switch is described, without the header of intents", async () => {
  await using served = new Served();
  const { body } = await served.ask("/openapi.json");
  for (const { method, path } of KILL_SWITCH_ROUTES) {
    const operation = body.paths[path]?.[method.toLowerCase()];
    assert(operation !== undefined, `${method} ${path} is not described`);
    assertEquals(operation.parameters, []);
  }
  const schema = JSON.stringify(body.components.schemas.KillSwitchRequest);
  assertStringIncludes(schema, "reason");
  assertStringIncludes(schema, "epoch");
});
