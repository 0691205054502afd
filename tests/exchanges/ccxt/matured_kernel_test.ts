/**
 * A contract matures: it leaves the list of instruments, while its trades, ended orders and, for a
 * while, its position are told on.
 */
import { assertEquals, assertRejects } from "@std/assert";
import { ExchangeError, NotFoundError } from "../../../src/model/errors.ts";
import { systemRandom } from "../../../src/system/random.ts";
import { startTestnet, type Testnet } from "../../../src/testnet/server.ts";
import { patientClock } from "../../patient_clock.ts";
import { type KernelTerms, type OnKernel, openKernelOn, settled } from "./kernel_stage.ts";

interface Venue {
  readonly name: "okx" | "krakenfutures";
  /** What matures, and under which name the venue lists it. */
  readonly symbolId: string;
  readonly symbol: string;
  readonly amount: string;
  readonly taking: string;
  readonly resting: string;
  /** Goes on being listed. */
  readonly other: { readonly symbolId: string; readonly amount: string };
  /** What is counted where the rows of the matured contract were left out at a start. */
  readonly troubles: readonly string[];
}

const VENUES: readonly Venue[] = [
  {
    name: "okx",
    symbolId: "BTC/USD:OPT:C:100000:20270326@BTC",
    symbol: "BTC-USD-270326-100000-C",
    amount: "0.04",
    taking: "0.0525",
    resting: "0.03",
    other: { symbolId: "BTC/USDT:PERP", amount: "0.01" },
    troubles: ["unlisted.account/positions"],
  },
  {
    name: "krakenfutures",
    symbolId: "BTC/USD:FUT:20270326@BTC",
    symbol: "FI_XBTUSD_270326",
    amount: "100",
    taking: "52000",
    resting: "40000",
    other: { symbolId: "BTC/USD:PERP", amount: "0.01" },
    troubles: ["unlisted.fills", "unlisted.openpositions"],
  },
];

/** Kernels one after the other on one venue and one store. */
async function onVenue(
  { name }: Venue,
  play: (
    testnet: Testnet,
    open: (terms?: KernelTerms) => Promise<OnKernel>,
  ) => Promise<void>,
): Promise<void> {
  const path = await Deno.makeTempDir();
  const testnet = startTestnet({
    clock: patientClock,
    random: systemRandom,
    exchanges: [name],
    limits: "none",
  });
  try {
    const store = { kind: "sqlite", path: `${path}/data` } as const;
    await play(testnet, () => openKernelOn(name, { testnet, store }));
  } finally {
    await testnet.close();
    await Deno.remove(path, { recursive: true });
  }
}

function order({ symbolId, amount }: Venue, limitPrice: string) {
  return { symbolId, side: "BUY", amount, limitPrice } as const;
}

function isListed({ exchange }: OnKernel, symbolId: string): boolean {
  try {
    return exchange.getSymbolMetadata(symbolId).symbolId === symbolId;
  } catch (error) {
    if (error instanceof NotFoundError) return false;
    throw error;
  }
}

for (const venue of VENUES) {
  const { name, symbolId, symbol, other } = venue;
  const held = ({ exchange }: OnKernel, id: string) =>
    exchange.getPositions(id).map(({ asset }) => asset.quantity);

  Deno.test(`${name} kernel: it starts although trades and a position of a matured contract are told`, async () => {
    await onVenue(venue, async (testnet, open) => {
      {
        await using before = await open();
        await before.exchange.placeOrder(order(venue, venue.taking), { waitFor: "final" });
        const market = { ...other, side: "BUY", limitPrice: null } as const;
        await before.exchange.placeOrder(market, { waitFor: "final" });
      }
      testnet.mature(name, { symbol, positions: "kept" });
      await using after = await open();
      const { state, errors } = after.exchange.healthCheck();
      assertEquals(state, "ready");
      assertEquals(venue.troubles.filter((each) => errors[each] === undefined), []);
      assertEquals(Object.keys(errors).filter((each) => each.startsWith("malformed.")), []);
      assertEquals(held(after, other.symbolId), [other.amount]);
      const id = await after.exchange.placeOrder(
        { ...other, side: "SELL", limitPrice: null },
        { waitFor: "final" },
      );
      assertEquals(after.exchange.getOrderState(id).state, "COMPLETED");
    });
  });

  Deno.test(`${name} kernel: what rests when its contract matures is told canceled, and that is all`, async () => {
    await onVenue(venue, async (testnet, open) => {
      let id = "";
      {
        await using before = await open();
        const resting = order(venue, venue.resting);
        id = await before.exchange.placeOrder(resting, { waitFor: "accepted" });
        testnet.mature(name, { symbol, positions: "settled" });
        await settled(() => before.exchange.getOrderState(id).state === "CANCELED");
      }
      const heard = testnet.heard(name).length;
      await using after = await open();
      await after.exchange.forceReconciliation();
      assertEquals(after.exchange.getOrderState(id).state, "CANCELED");
      const asked = testnet.heard(name).slice(heard).map(({ operation }) => operation);
      assertEquals(asked.filter(({ name: each }) => each === "order.status"), []);
      assertEquals(after.events.filter(({ type }) => type === "DriftDetected"), []);
      assertEquals(after.exchange.healthCheck().state, "ready");
    });
  });

  Deno.test(`${name} kernel: what rested while nobody looked is not known, and holds nothing else up`, async () => {
    await onVenue(venue, async (testnet, open) => {
      let id = "";
      {
        await using before = await open();
        const resting = order(venue, venue.resting);
        id = await before.exchange.placeOrder(resting, { waitFor: "accepted" });
      }
      testnet.mature(name, { symbol, positions: "settled" });
      await using after = await open();
      await after.exchange.forceReconciliation();
      assertEquals(after.exchange.healthCheck().state, "ready");
      const market = { ...other, side: "BUY", limitPrice: null } as const;
      await after.exchange.placeOrder(market, { waitFor: "final" });
      // Neither canceled nor absent: no read names it any more, so a person has to say.
      await settled(() => after.exchange.getOrderState(id).state === "RECONCILING.resolving");
    });
  });

  Deno.test(`${name} kernel: in the process that knew a contract its rows are counted on`, async () => {
    await using stage = await openKernelOn(name);
    const { exchange, testnet, events } = stage;
    await exchange.placeOrder(order(venue, venue.taking), { waitFor: "final" });
    await settled(() => held(stage, symbolId)[0] === venue.amount);
    testnet.mature(name, { symbol, positions: "kept" });
    // Refused, so that the list of instruments is read again.
    await assertRejects(
      () => exchange.placeOrder(order(venue, venue.resting), { waitFor: "final" }),
      ExchangeError,
    );
    await settled(() => !isListed(stage, symbolId));
    await exchange.forceReconciliation();
    assertEquals(held(stage, symbolId), [venue.amount]);
    const { errors } = exchange.healthCheck();
    assertEquals(Object.keys(errors).filter((each) => each.startsWith("unlisted.")), []);
    assertEquals(events.filter(({ type }) => type === "DriftDetected"), []);
  });
}
