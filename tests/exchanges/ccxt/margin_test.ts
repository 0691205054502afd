/** Margin that runs out: what venues tell of it, by a warning or by a figure. */
import { assert, assertEquals } from "@std/assert";
import { marginCalls, usedOf } from "../../../src/exchanges/ccxt/rows/margin.ts";
import { readFrame as readBinance } from "../../../src/exchanges/ccxt/profiles/binance_usdm/stream.ts";
import { readFrame as readBybit } from "../../../src/exchanges/ccxt/profiles/bybit/stream.ts";
import { readFrame as readOkx } from "../../../src/exchanges/ccxt/profiles/okx/stream.ts";
import type { StreamReading } from "../../../src/exchanges/ccxt/plans/socket_plan.ts";
import type { RowContext } from "../../../src/exchanges/ccxt/plans/venue_call.ts";
import { decimal } from "../../../src/model/decimal.ts";
import { recorded } from "../../recordings.ts";

const CONTEXT: RowContext = {
  symbolOf: (raw) => `${raw} of ours`,
  contractSizeOf: () => decimal("1"),
  receivedAt: 7,
};

function callsOf(reading: StreamReading) {
  assert(reading.kind === "facts", reading.kind);
  return reading.facts.flatMap((fact) =>
    fact.kind === "marginCall" ? [[fact.symbolId, fact.used, fact.maintenance].map(String)] : []
  );
}

Deno.test("margin: it is told from four fifths on, and never without a figure", () => {
  const at = (used: string | null) =>
    marginCalls({
      symbolId: null,
      used: used === null ? null : decimal(used),
      receivedAt: 7,
    }).length;
  assertEquals([null, "0", "0.79", "0.8", "1.2"].map(at), [0, 0, 0, 1, 1]);
  assertEquals([null, decimal("0"), decimal("-1"), decimal("1.25")].map(usedOf).map(String), [
    "null",
    "null",
    "1",
    "0.8",
  ]);
});

/** As the venue documents it. */
const MARGIN_CALL = {
  e: "MARGIN_CALL",
  E: 1587727187525,
  cw: "3.16812045",
  p: [{
    s: "ETHUSDT",
    ps: "LONG",
    pa: "1.327",
    mt: "CROSSED",
    iw: "0",
    mp: "187.17127",
    up: "-1.166074",
    mm: "1.614445",
  }],
};

Deno.test("margin: binance usdm: the venue's own margin call names position and margin", () => {
  assertEquals(callsOf(readBinance(MARGIN_CALL, CONTEXT)), [
    ["ETHUSDT of ours", "null", "1.614445"],
  ]);
  const [position] = MARGIN_CALL.p;
  const broken = { ...MARGIN_CALL, p: [{ ...position, mm: "much" }, position] };
  assertEquals(callsOf(readBinance(broken, CONTEXT)).length, 1, "one bad row hides no other");
});

Deno.test("margin: bybit: a wallet frame says how much of the account's margin is used", async () => {
  const { handleBalance, handleBalanceWs } = await recorded("bybit", "ws");
  const frame = [...handleBalance ?? [], ...handleBalanceWs ?? []].find((each) =>
    JSON.stringify(each).includes('"topic":"wallet"') &&
    JSON.stringify(each).includes('"accountMMRate":"0.003"')
  );
  assert(frame !== undefined, "the recorded frame of a unified wallet");
  const read = (rate: string) => {
    const text = JSON.stringify(frame).replaceAll(
      '"accountMMRate":"0.003"',
      `"accountMMRate":"${rate}"`,
    );
    return callsOf(readBybit(JSON.parse(text), { category: "linear", context: CONTEXT }));
  };
  assertEquals(read("0.003"), []);
  assertEquals(read(""), []);
  assertEquals(read("0.85"), [["null", "0.85", "null"]]);
});

Deno.test("margin: okx: account and positions say how often their margin is covered", async () => {
  const { handleBalance, handlePositions } = await recorded("okx", "ws");
  const read = (frames: readonly unknown[] | undefined, ratio: string) => {
    const text = JSON.stringify(
      frames?.find((each) => /"mgnRatio":"\d/.test(JSON.stringify(each))),
    );
    const put = text.replace(/"mgnRatio":"\d[^"]*"/g, `"mgnRatio":"${ratio}"`);
    return callsOf(readOkx(JSON.parse(put), CONTEXT));
  };
  assertEquals(read(handleBalance, "1814.5"), []);
  assertEquals(read(handleBalance, "1.25"), [["null", "0.8", "null"]]);
  assertEquals(read(handlePositions, "69"), []);
  const [[symbolId, used] = []] = read(handlePositions, "1.1");
  assert(symbolId?.endsWith(" of ours") && used?.startsWith("0.9"), `${symbolId} ${used}`);
});
