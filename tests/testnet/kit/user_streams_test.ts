import { assertEquals } from "@std/assert";
import type { Operation } from "../../../src/testnet/dialect.ts";
import { FaultBook } from "../../../src/testnet/faults.ts";
import type { FrameFault } from "../../../src/testnet/fault_catalogue.ts";
import { HeldFrames, type Subscriber, UserStreams } from "../../../src/testnet/kit/user_streams.ts";

/** Numbers what it writes, as venues do whose streams count their messages. */
class Listener implements Subscriber {
  readonly heard: string[] = [];
  readonly #topic: string;
  #sequence = 0;

  constructor(topic = "") {
    this.#topic = topic;
  }

  send(text: string): void {
    this.heard.push(text);
  }

  frame({ operation, event }: Parameters<Subscriber["frame"]>[0]): string | null {
    return operation.name.includes(this.#topic) ? `${++this.#sequence}:${event}` : null;
  }
}

function opened() {
  const faults = new FaultBook();
  const streams = new UserStreams(faults);
  const listener = new Listener();
  streams.subscribe("alice", listener);
  const push = (event: string, name = "userData.order") =>
    streams.push({ account: "alice", operation: operation(name), event });
  const arm = (fault: FrameFault) => faults.arm({ exchange: "somewhere", fault });
  return { streams, listener, push, arm };
}

function operation(name: string): Operation {
  return { name, endpoint: "WS /", host: "host", symbol: null, clientOrderId: null };
}

Deno.test("user streams: a request's events wait for its answer, later ones behind them", () => {
  const { streams, listener, push } = opened();
  const held = new HeldFrames();
  streams.during(held, () => push("a"));
  push("b");
  assertEquals(listener.heard, []);
  streams.release(held);
  assertEquals(listener.heard, ["1:a", "2:b"]);
});

Deno.test("user streams: every subscriber gets the topics it chose, numbered by itself", () => {
  const { streams, listener, push } = opened();
  const balances = new Listener("balance");
  streams.subscribe("alice", balances);
  streams.subscribe("bob", new Listener());
  push("a");
  push("b", "userData.balance");
  assertEquals(listener.heard, ["1:a", "2:b"]);
  assertEquals(balances.heard, ["1:b"]);
  streams.unsubscribe("alice", balances);
  push("c", "userData.balance");
  assertEquals(balances.heard, ["1:b"]);
});

for (
  const [fault, heard] of [
    ["dropFrame", ["2:b", "3:c"]],
    ["duplicateFrame", ["1:a", "1:a", "2:b", "3:c"]],
    ["reorderFrames", ["2:b", "1:a", "3:c"]],
  ] as const
) {
  Deno.test(`user streams: ${fault} shows in the sequence numbers`, () => {
    const { listener, push, arm } = opened();
    arm(fault);
    for (const event of ["a", "b", "c"]) push(event);
    assertEquals(listener.heard, [...heard]);
  });
}

Deno.test("user streams: a frame held back is not sent to whoever has left", () => {
  const { streams, listener, push, arm } = opened();
  arm("reorderFrames");
  push("a");
  streams.unsubscribe("alice", listener);
  push("b");
  assertEquals(listener.heard, []);
});
