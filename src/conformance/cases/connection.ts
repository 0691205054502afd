/** Sockets that fall silent, break and come back, and what happened meanwhile. */
import type { ConformanceCase } from "../case.ts";
import { holds, same } from "../expect.ts";

const RECONNECT = { theme: "reconnect", capability: null } as const;
const RESYNC = { theme: "resync", capability: null } as const;

export const CONNECTION_CASES: readonly ConformanceCase[] = [
  {
    ...RECONNECT,
    name: "a socket that breaks says so once, and opens again",
    needs: ["faults"],
    faults: ["dropSocket"],
    run: async (stage) => {
      await stage.listen();
      await stage.arm("dropSocket", "socket");
      const count = stage.adapter.sockets.length;
      await stage.until(() => stage.closes.length >= count, "every socket says that it closed");
      await stage.sleep(SETTLE_MS);
      same(stage.closes.length, count, "how often it was said");
      await stage.listen();
      const { ref } = await stage.place();
      await stage.until(() => stage.told(ref.clientOrderId).length > 0, "frames come again");
    },
  },
  {
    ...RECONNECT,
    name: "a probe is answered with a frame",
    run: async (stage) => {
      await stage.listen();
      for (const socket of stage.adapter.sockets) {
        const before = stage.frames;
        socket.probe();
        await stage.until(() => stage.frames > before, `${socket.id} answers the probe`);
      }
    },
  },
  {
    ...RECONNECT,
    name: "a mute socket answers no probe, and closes all the same",
    needs: ["faults"],
    faults: ["muteSocket"],
    run: async (stage) => {
      await stage.listen();
      await stage.arm("muteSocket", "socket");
      const before = stage.frames;
      for (const socket of stage.adapter.sockets) socket.probe();
      await stage.sleep(SETTLE_MS);
      same(stage.frames, before, "frames of a mute socket");
      await stage.deafen();
    },
  },
  {
    ...RECONNECT,
    name: "a socket that is refused rejects, and opens later",
    needs: ["faults"],
    faults: ["refuseSocket"],
    run: async (stage) => {
      await stage.arm("refuseSocket", "socket");
      const failure = await stage.listen().then(() => null, (error: unknown) => error);
      holds(failure instanceof Error, "opening a refused socket rejects", failure);
      await stage.deafen();
      await stage.listen();
      const { ref } = await stage.place();
      await stage.until(() => stage.told(ref.clientOrderId).length > 0, "frames come");
    },
  },
  {
    ...RECONNECT,
    name: "a closed socket tells nothing",
    run: async (stage) => {
      await stage.listen();
      await stage.deafen();
      await stage.sleep(SETTLE_MS);
      const { ref } = await stage.place();
      await stage.sleep(SETTLE_MS);
      same(stage.told(ref.clientOrderId), [], "orders told by closed sockets");
    },
  },
  {
    ...RESYNC,
    name: "a fill in a gap of the stream is found by reads",
    needs: ["market"],
    run: async (stage) => {
      await stage.listen();
      const { ref, order } = await stage.place({ amount: stage.amount(2) });
      await stage.deafen();
      await stage.fill(stage.amount());
      const found = await stage.reads(ref, "PARTIALLY_FILLED");
      same(found.exchangeOrderId, order.exchangeOrderId, "the order's id");
      await stage.fillsOf(ref, stage.amount());
      await stage.listen();
      await stage.fill(stage.amount());
      await stage.until(
        () => stage.told(ref.clientOrderId).some(({ status }) => status === "FILLED"),
        "the rest is told by the stream",
      );
    },
  },
  {
    ...RESYNC,
    name: "orders placed and canceled in a gap are found by reads",
    run: async (stage) => {
      await stage.listen();
      await stage.deafen();
      const [kept, gone] = [await stage.place(), await stage.place()];
      await stage.adapter.execution.cancel(gone.both, stage.gate());
      await stage.listen();
      await stage.reads(kept.ref, "OPEN");
      await stage.reads(gone.ref, "CANCELED");
    },
  },
  {
    ...RESYNC,
    name: "an adapter that connects anew finds its orders",
    run: async (stage) => {
      const { ref } = await stage.place();
      await stage.adapter.disconnect();
      same(stage.adapter.isConnected, false, "connected after disconnect");
      const late = await stage.submit(stage.request());
      same(late.outcome.kind, "notSent", "an order for a closed adapter");
      await stage.adapter.connect(new AbortController().signal);
      await stage.reads(ref, "OPEN");
    },
  },
];

/** Loopback and any sandbox tell within this what they have to tell, or never. */
const SETTLE_MS = 60;
