/** Coinbase Advanced Trade: spot, over REST and WebSocket. */
import type { Dialect, DialectContext } from "../dialect.ts";
import { jsonAnswer } from "../http.ts";
import { UserStreams } from "../kit/user_streams.ts";
import { VenueDialect } from "../kit/venue_dialect.ts";
import { openStreams, watchBooks } from "./channels.ts";
import { CoinbaseCore, type CoinbaseOptions, MARKET_HOST, REST_HOST, USER_HOST } from "./core.ts";
import { RestCall } from "./rest.ts";
import { CoinbaseSocket } from "./socket.ts";

export function coinbaseDialect(options: CoinbaseOptions, context: DialectContext): Dialect {
  const streams = {
    users: new UserStreams(context.frameFaults),
    market: openStreams(context.clock),
  };
  return new VenueDialect<CoinbaseCore>({
    name: "coinbase",
    hosts: [REST_HOST, MARKET_HOST, USER_HOST],
    streams,
    start: () => new CoinbaseCore(options, context, streams),
    understand: (core, request) => new RestCall(core, request),
    openSocket(core, request, port) {
      if (request.host !== REST_HOST) return new CoinbaseSocket(core, request, port);
      return jsonAnswer(404, { error: `no WebSocket at ${request.host}${request.path}` });
    },
    watchBooks: (core) => watchBooks(streams.market, core.venue.market),
  });
}
