/** What a key may do, through ccxt: asked of the venue, never of its sandbox. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { openKernel } from "../../../mod.ts";
import { binancePermissions } from "../../../src/exchanges/ccxt/profiles/binance/permissions.ts";
import { RowError } from "../../../src/exchanges/ccxt/rows/fields.ts";
import { systemClock } from "../../../src/system/clock.ts";
import { systemRandom } from "../../../src/system/random.ts";
import { TESTNET_API_KEY, TESTNET_API_SECRET } from "../../../src/testnet/credentials.ts";
import { startTestnet, type Testnet } from "../../../src/testnet/server.ts";
import { connect } from "./fixtures.ts";

const PATH = "/sapi/v1/account/apiRestrictions";
const KEYS = { apiKey: TESTNET_API_KEY, secret: TESTNET_API_SECRET };
const TIMING = { validityMs: 500, engineBoundMs: 50, settleMs: 50 };

/** As `GET /sapi/v1/account/apiRestrictions` answers. */
const RESTRICTIONS = {
  ipRestrict: false,
  enableReading: true,
  enableWithdrawals: false,
  enableInternalTransfer: true,
  permitsUniversalTransfer: true,
  enableSpotAndMarginTrading: true,
};

/** Stands before the testnet and changes what a key may do. */
function proxied(testnet: Testnet, change: (body: object) => object) {
  const asked: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (req) => {
    const url = new URL(req.url);
    const to = testnet.url + url.pathname + url.search;
    if (req.headers.get("upgrade") === "websocket") return bridge(req, to);
    const body = req.body === null ? null : await req.arrayBuffer();
    const answer = await fetch(to, { method: req.method, headers: req.headers, body });
    const text = await answer.text();
    if (!url.pathname.endsWith(PATH)) return new Response(text, { status: answer.status });
    asked.push(url.pathname);
    return Response.json(change(JSON.parse(text)));
  });
  return { asked, url: `http://127.0.0.1:${server.addr.port}`, close: () => server.shutdown() };
}

/** Frames both ways. */
function bridge(request: Request, to: string): Response {
  const { socket, response } = Deno.upgradeWebSocket(request);
  const venue = new WebSocket(to.replace(/^http/, "ws"));
  const early: string[] = [];
  socket.onmessage = ({ data }) => venue.readyState === 1 ? venue.send(data) : early.push(data);
  venue.onopen = () => early.forEach((frame) => venue.send(frame));
  venue.onmessage = ({ data }) => socket.send(data);
  socket.onclose = () => venue.close();
  venue.onclose = () => socket.readyState === 1 && socket.close();
  return response;
}

function open(url: string, options: object = {}) {
  const exchange = { kind: "binance", endpoints: url, timing: TIMING, ...KEYS, ...options };
  return openKernel({ exchanges: { main: exchange } });
}

function testnetOf(): Testnet {
  return startTestnet({ clock: systemClock, random: systemRandom, limits: "none" });
}

Deno.test("permissions: binance: only a withdrawal is one, moves between own wallets are not", () => {
  assertEquals(binancePermissions.read(RESTRICTIONS), { withdraw: false, trade: true });
  const may = { ...RESTRICTIONS, enableWithdrawals: true, enableSpotAndMarginTrading: false };
  assertEquals(binancePermissions.read(may), { withdraw: true, trade: false });
  for (const wrong of [null, [], {}, { ...RESTRICTIONS, enableWithdrawals: "false" }]) {
    assertThrows(() => binancePermissions.read(wrong), RowError);
  }
});

Deno.test("permissions: binance: the local testnet's key may trade and not withdraw", async () => {
  const testnet = testnetOf();
  try {
    await using connected = await connect(testnet.url, KEYS);
    const read = await connected.adapter.permissions?.();
    assert(read?.kind === "read");
    assertEquals(read.value, { withdraw: false, trade: true });
  } finally {
    await testnet.close();
  }
});

Deno.test("permissions: a key that may withdraw parks the exchange, unless that is allowed", async () => {
  const testnet = testnetOf();
  const proxy = proxied(testnet, (body) => ({ ...body, enableWithdrawals: true }));
  try {
    {
      await using kernel = await open(proxy.url);
      const { state, parkedBecause = "" } = kernel.exchange("main").healthCheck();
      assertEquals([state, proxy.asked.length], ["parked", 1]);
      assert(parkedBecause.startsWith("the key may withdraw"), parkedBecause);
    }
    await using kernel = await open(proxy.url, { allowWithdrawalKeys: true });
    assertEquals(kernel.exchange("main").healthCheck().state, "ready");
    assertEquals(proxy.asked.length, 1);
  } finally {
    await proxy.close();
    await testnet.close();
  }
});
