import { openSqliteStore } from "../../src/stores/sqlite.ts";
import { DatabaseSync } from "node:sqlite";
import { median } from "./stats.ts";
const dir = await Deno.makeTempDir({ dir: Deno.args[0] ?? Deno.cwd(), prefix: ".bench-" });
const times: Record<string, number[]> = {};
const store = await openSqliteStore({ path: dir, openDatabase: (f: string) => {
  const db = new DatabaseSync(f); const prep = db.prepare.bind(db);
  db.prepare = ((sql: string) => { const s = prep(sql); const run = s.run.bind(s); const k = sql.slice(0, 28);
    (s as any).run = (...a: any[]) => { const t = performance.now(); const r = (run as any)(...a); (times[k] ??= []).push((performance.now() - t) * 1000); return r; }; return s; }) as any;
  return db; } });
const ctx = "x".repeat(900); const intent = { intentId: "", exchangeId: "main", order: { symbolId: "BTC/USDT", pad: "y".repeat(400) }, labels: {} } as any;
const mk = (i: number) => ({ exchangeId: "main", intentId: "01JD" + String(i).padStart(22, "0"), symbolId: "BTC/USDT", intent, original: "o".repeat(400), version: "1", state: "SUBMITTING.inFlight", context: ctx, terminal: false,
  clientOrderIds: [crypto.randomUUID().replaceAll("-", "")], exchangeOrderIds: [], events: [{ eventId: 0, type: "OrderSubmitted", exchangeId: "main", intentId: "01JD" + String(i).padStart(22, "0"), groupId: null, symbolId: "BTC/USDT", at: 1, cause: "order.granted", payload: { a: "x".repeat(150) } }], fills: [] }) as any;
let n = 0;
for (const size of [1, 16, 64]) { const t: number[] = []; for (const k in times) delete times[k];
  for (let b = 0; b < 1500 / Math.sqrt(size); b++) { const turns = Array.from({ length: size }, () => mk(++n)); const t0 = performance.now(); await store.append({ turns }); t.push((performance.now() - t0) * 1000); }
  console.log("batch", size, "p50", median(t).toFixed(0), "us; per turn", (median(t) / size).toFixed(1), "mean", (t.reduce((a, b) => a + b) / t.length).toFixed(0));
  console.log(Object.entries(times).map(([k, v]) => `${k}: ${median(v).toFixed(1)} mean ${(v.reduce((a, b) => a + b, 0) / v.length).toFixed(1)}`).join(" | ")); }
await store.close(); await Deno.remove(dir, { recursive: true });
