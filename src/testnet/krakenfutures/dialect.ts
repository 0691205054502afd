/** Kraken Futures: linear and inverse contracts over REST and the feeds of its WebSocket. */
import type { Dialect, DialectContext } from "../dialect.ts";
import { jsonAnswer } from "../http.ts";
import { uuidIds } from "../kit/order_ids.ts";
import { UserStreams } from "../kit/user_streams.ts";
import { VenueDialect } from "../kit/venue_dialect.ts";
import { FuturesCore, type FuturesOptions, HOST } from "./core.ts";
import { FuturesVoice, openStreams } from "./market_streams.ts";
import { RestCall } from "./rest.ts";
import { FuturesSession } from "./socket.ts";

const CHALLENGES = uuidIds("challenge");

export function krakenFuturesDialect(options: FuturesOptions, context: DialectContext): Dialect {
  const voice = new FuturesVoice(context.clock);
  const streams = {
    users: new UserStreams(context.frameFaults),
    market: openStreams(context.clock, voice),
    voice,
  };
  let connections = 0;
  return new VenueDialect<FuturesCore>({
    name: "krakenfutures",
    // Real and sandbox names alike, so that either configuration of a client lands here.
    hosts: [HOST, "demo-futures.kraken.com"],
    streams,
    listsEndings: true,
    start: () => new FuturesCore(options, context, streams),
    understand: (core, request) => new RestCall(core, request),
    openSocket(core, request, port) {
      if (request.path !== "/ws/v1") {
        return jsonAnswer(404, { error: `no WebSocket at ${request.host}${request.path}` });
      }
      const challenge = CHALLENGES.toText(++connections);
      return new FuturesSession(core, request, { port, challenge });
    },
  });
}
