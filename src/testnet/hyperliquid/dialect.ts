/** Hyperliquid: REST and WebSocket on one host, and on that of its test network. */
import type { Dialect, DialectContext } from "../dialect.ts";
import { UserStreams } from "../kit/user_streams.ts";
import { VenueDialect } from "../kit/venue_dialect.ts";
import { openStreams } from "./channels.ts";
import { HOST, HyperliquidCore, type HyperliquidOptions, TEST_HOST } from "./core.ts";
import { RestCall } from "./rest.ts";
import { HyperliquidSocket } from "./socket.ts";

export function hyperliquidDialect(options: HyperliquidOptions, context: DialectContext): Dialect {
  const streams = {
    users: new UserStreams(context.frameFaults),
    market: openStreams(context.clock),
  };
  return new VenueDialect<HyperliquidCore>({
    name: "hyperliquid",
    hosts: [HOST, TEST_HOST],
    streams,
    start: () => new HyperliquidCore(options, context, streams),
    understand: (core, request) => new RestCall(core, request),
    openSocket(core, request, port) {
      if (request.path === "/ws") return new HyperliquidSocket(core, request, port);
      return { status: 404, headers: "", body: "" };
    },
  });
}
