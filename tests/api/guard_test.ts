import { assert, assertEquals, assertThrows } from "@std/assert";
import { makeGuard } from "../../src/api/guard.ts";
import { rawRequest, Served, TOKEN } from "./served.ts";

const AUTH = { authorization: `Bearer ${TOKEN}` };

Deno.test("guard: only the exact loopback hosts with the port are answered", async () => {
  await using served = new Served();
  const { port } = served.api;
  const status = async (host: string) =>
    (await rawRequest(port, { path: "/healthz", headers: { host, ...AUTH } })).status;
  for (const name of ["127.0.0.1", "localhost", "[::1]", "LOCALHOST"]) {
    assertEquals(await status(`${name}:${port}`), 200, name);
  }
  const foreign = [
    "evil.example",
    `evil.example:${port}`,
    "127.0.0.1",
    "localhost",
    `127.0.0.1:${port + 1}`,
    `127.0.0.1.evil.example:${port}`,
    `0.0.0.0:${port}`,
    `127.0.0.2:${port}`,
    `localhost.:${port}`,
  ];
  for (const host of foreign) assertEquals(await status(host), 421, host);
});

Deno.test("guard: a request without a Host is refused", async () => {
  await using served = new Served();
  const { status } = await rawRequest(served.api.port, { headers: AUTH });
  assert(status === 400 || status === 421, `got ${status}`);
});

Deno.test("guard: a rebound host does not reach the inspector either", async () => {
  await using served = new Served({ inspector: () => new Response("page") });
  const { port } = served.api;
  const headers = { host: `evil.example:${port}` };
  assertEquals((await rawRequest(port, { path: "/inspector", headers })).status, 421);
});

Deno.test("guard: a foreign Origin is refused on reads and writes, our own passes", async () => {
  await using served = new Served();
  const own = [served.api.url, `http://localhost:${served.api.port}`];
  const foreign = [
    "https://evil.example",
    "null",
    served.api.url.replace("http:", "https:"),
    `http://127.0.0.1:${served.api.port + 1}`,
    `${served.api.url}.evil.example`,
  ];
  for (const origin of own) {
    assertEquals((await served.ask("/v1/exchanges", { headers: { origin } })).status, 200, origin);
  }
  for (const origin of foreign) {
    const answer = await served.ask("/v1/exchanges", { headers: { origin } });
    assertEquals(answer.status, 403, origin);
    assertEquals(answer.body.code, "ORIGIN_REFUSED");
    const write = { method: "POST", json: {}, headers: { origin } };
    assertEquals((await served.ask("/v1/exchanges/paper/cancel-all", write)).status, 403, origin);
  }
  assertEquals(served.kernel.calls, []);
});

Deno.test("guard: a script of another site is refused, following a link to the page is not", () => {
  const guard = makeGuard({ port: 7070, token: TOKEN, auth: "none" });
  const refused = (headers: Record<string, string>) =>
    guard.checkSource(
      new Request("http://127.0.0.1:7070/", { headers: { host: "127.0.0.1:7070", ...headers } }),
    );
  const site = { "sec-fetch-site": "cross-site" };
  assertEquals(refused({ ...site, "sec-fetch-mode": "no-cors" })?.status, 403);
  assertEquals(refused({ ...site, "sec-fetch-mode": "navigate" }), null);
  assertEquals(refused({ "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors" }), null);
});

Deno.test("guard: no answer has a CORS header, a preflight is refused", async () => {
  await using served = new Served();
  const preflight = await served.ask("/v1/exchanges", {
    method: "OPTIONS",
    headers: { origin: "https://evil.example", "access-control-request-method": "POST" },
  });
  assertEquals(preflight.status, 403);
  const read = await served.ask("/v1/exchanges");
  for (const { headers } of [preflight, read]) {
    assertEquals([...headers.keys()].filter((name) => name.startsWith("access-control")), []);
  }
});

const READ = "/v1/exchanges";
const WRITE = "/v1/exchanges/paper/cancel-all";

for (const auth of ["token", "none"] as const) {
  const open = auth === "none" ? 200 : 401;
  const cases: readonly { readonly token: string | null; readonly read: number }[] = [
    { token: null, read: open },
    { token: "", read: open },
    { token: "wrong-token-0123456789", read: open },
    { token: TOKEN.slice(0, -1), read: open },
    { token: `${TOKEN}x`, read: open },
    { token: TOKEN, read: 200 },
  ];
  for (const { token, read } of cases) {
    const write = token === TOKEN ? 202 : 401;
    Deno.test(`guard: auth ${auth}, token ${token}: read ${read}, write ${write}`, async () => {
      await using served = new Served({ auth });
      assertEquals((await served.ask(READ, { token })).status, read);
      assertEquals((await served.ask(WRITE, { token, method: "POST", json: {} })).status, write);
      if (write === 401) assert(!served.kernel.calls.some((call) => call.startsWith("cancelAll")));
    });
  }
}

Deno.test("guard: a refusal says how to authorize and nothing of the token", async () => {
  await using served = new Served();
  const answer = await served.ask(READ, { token: TOKEN.slice(1) });
  assertEquals(answer.status, 401);
  assertEquals(answer.body.code, "TOKEN_REQUIRED");
  assertEquals(answer.headers.get("www-authenticate"), 'Bearer realm="exchange-kernel"');
  assert(!answer.text.includes(TOKEN.slice(1)));
});

Deno.test("guard: the token in a query or as basic credentials is no token", async () => {
  await using served = new Served();
  assertEquals((await served.ask(`${READ}?token=${TOKEN}`, { token: null })).status, 401);
  const headers = { authorization: `Basic ${btoa(`x:${TOKEN}`)}` };
  assertEquals((await served.ask(READ, { token: null, headers })).status, 401);
});

Deno.test("guard: probes and the API's description are open, as they hold no data", async () => {
  await using served = new Served();
  for (const path of ["/healthz", "/readyz", "/openapi.json"]) {
    assertEquals((await served.ask(path, { token: null })).status, 200, path);
  }
});

Deno.test("guard: the inspector's page is open, its data needs the token", async () => {
  const seen: string[] = [];
  const inspector = (request: Request) => {
    const { pathname } = new URL(request.url);
    seen.push(pathname);
    return pathname === "/inspector/nothing" ? null : new Response("inspector");
  };
  await using served = new Served({ inspector });
  assertEquals((await served.ask("/inspector", { token: null })).text, "inspector");
  assertEquals((await served.ask("/inspector/app.js", { token: null })).status, 200);
  assertEquals((await served.ask("/inspector/nothing", { token: null })).status, 404);
  assertEquals((await served.ask("/inspector/api/actors", { token: null })).status, 401);
  assertEquals((await served.ask("/inspector/api/actors")).status, 200);
  assertEquals(seen, [
    "/inspector",
    "/inspector/app.js",
    "/inspector/nothing",
    "/inspector/api/actors",
  ]);
});

Deno.test("guard: paths that only look like the inspector's data do not slip past", async () => {
  const seen: string[] = [];
  const inspector = (request: Request) => {
    seen.push(new URL(request.url).pathname);
    return new Response("inspector");
  };
  await using served = new Served({ inspector });
  for (
    const path of [
      "/inspector/x/../api/actors",
      "/inspector/%2e%2e/inspector/api/actors",
      "/inspector/%61pi/actors",
      "/inspector//api/actors",
      "/inspector/api",
      "/inspector/api%2Factors",
      "/inspector/x%2f..%2fapi/actors",
    ]
  ) {
    assertEquals((await served.ask(path, { token: null })).status, 401, path);
  }
  assertEquals(seen, []);
});

Deno.test("guard: without an inspector its paths are not found", async () => {
  await using served = new Served({ inspector: null });
  assertEquals((await served.ask("/inspector")).status, 404);
});

Deno.test("guard: a host that is not loopback and a guessable token are refused at start", () => {
  assertThrows(() => new Served({ hostname: "0.0.0.0" }), RangeError, "loopback");
  assertThrows(() => makeGuard({ port: 1, token: "short", auth: "token" }), RangeError, "token");
});
