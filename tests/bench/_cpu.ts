import process from "node:process";
import { openScratch } from "./scratch.ts";
import { drive, median } from "./stats.ts";
import { openRawCcxt } from "./raw_ccxt.ts";
import { BASELINE_KEYS, KERNEL_KEYS, startVenue } from "./venue_process.ts";
await using venue = await startVenue(Number(Deno.args[0] ?? 0));
const scratch = await openScratch({ kind: "binance", ...KERNEL_KEYS, endpoints: venue.url });
const ex = scratch.kernel.exchange("main");
const ORDER = { symbolId: "BTC/USDT", side: "BUY", amount: "0.001", limitPrice: "20000" };
const ccxt = await openRawCcxt(venue.url, BASELINE_KEYS);
const place = () => ex.placeOrder(ORDER, { waitFor: "accepted" });
const raw = () => ccxt.createOrder("BTC/USDT", "limit", "buy", 0.001, 20000);
const r: Record<string, { p50: number[]; cpu: number[]; ops: number[] }> = {};
const m = async (n: string, count: number, width: number, f: () => Promise<unknown>) => {
  const c = process.cpuUsage(); const s = await drive({ count, width }, f); const u = process.cpuUsage(c);
  (r[n] ??= { p50: [], cpu: [], ops: [] }); r[n].p50.push(median(s.latencies)); r[n].cpu.push((u.user + u.system) / count); r[n].ops.push(s.perSecond);
};
for (let b = 0; b < 12; b++) {
  if (b === 4) for (const k of Object.keys(r)) delete r[k];
  await m("ours seq", 200, 1, place); await m("ccxt seq", 200, 1, raw);
  await m("ours 50", 500, 50, place); await m("ccxt 50", 500, 50, raw);
  await ex.cancelAllOrders(); await ccxt.cancelAllOrders("BTC/USDT"); await new Promise((r) => setTimeout(r, 30));
}
for (const [k, v] of Object.entries(r)) console.log(k.padEnd(10), "p50", median(v.p50).toFixed(0), "min-block p50", Math.min(...v.p50).toFixed(0), "cpu", median(v.cpu).toFixed(0), "min cpu", Math.min(...v.cpu).toFixed(0), "op/s", median(v.ops).toFixed(0), "max", Math.max(...v.ops).toFixed(0));
console.log("ratio seq", (median(r["ours seq"]!.p50) / median(r["ccxt seq"]!.p50)).toFixed(2), "thr", (median(r["ours 50"]!.ops) / median(r["ccxt 50"]!.ops)).toFixed(2));
await scratch[Symbol.asyncDispose]();
